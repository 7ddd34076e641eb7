/** A hand on the frames between the exchange and an executor: to keep them back, or to change what they say. */
import type { Harness } from './harness.js'

export const POST = '"channel":"post"'
export const ORDER_UPDATES = '"channel":"orderUpdates"'
export const USER_FILLS = '"channel":"userFills"'

export type HeldFrames = {
  /** What is held back, oldest first. */
  readonly texts: readonly string[]
  /** Hands in what holds this text, oldest first; everything unless told otherwise. */
  deliver(part?: string): Promise<void>
}

/** Keeps back from the executor every frame that holds one of these texts. */
export function holdFrames(harness: Harness, ...parts: readonly string[]): HeldFrames {
  let texts: readonly string[] = []
  const hold = (text: string): boolean => {
    const isHeld = parts.some((part) => text.includes(part))
    if (isHeld) texts = [...texts, text]
    return !isHeld
  }
  harness.toExecutor = hold
  return {
    get texts() {
      return texts
    },
    async deliver(part = '') {
      const due = texts.filter((text) => text.includes(part))
      texts = texts.filter((text) => !due.includes(text))
      for (const text of due) handIn(harness, text)
      await harness.settle()
    },
  }
}

/** Changes what the exchange says before the executor hears it. */
function rewriteFrames(harness: Harness, rewrite: (text: string) => string): void {
  harness.toExecutor = (text) => {
    const rewritten = rewrite(text)
    if (rewritten === text) return true
    handIn(harness, rewritten)
    return false
  }
}

/** Gives the next answer to an action this content. */
export function answerNext(harness: Harness, action: 'order' | 'cancelByCloid', payload: unknown): void {
  let id: unknown
  const { toExchange } = harness
  harness.toExchange = (text) => {
    if (id === undefined && text.includes(`"type":"${action}"`)) id = (JSON.parse(text) as { id: unknown }).id
    return toExchange(text)
  }
  rewriteFrames(harness, (text) =>
    id !== undefined && text.startsWith(`{${POST},"data":{"id":${id},`)
      ? JSON.stringify({ channel: 'post', data: { id, response: { type: 'action', payload } } })
      : text,
  )
}

/** Past whatever is kept back or changed. */
function handIn(harness: Harness, text: string): void {
  const { toExecutor } = harness
  harness.toExecutor = () => true
  harness.inject(text)
  harness.toExecutor = toExecutor
}
