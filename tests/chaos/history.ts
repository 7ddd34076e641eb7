/** Everything that was said about a few ids, for a second look at a run that went wrong. Nothing is kept otherwise. */
import type { Clock, Executor, OrderView } from 'hip3-executor'

export type History = {
  readonly isKept: boolean
  frame(direction: string, text: string): void
  say(text: string): void
  watch(executor: Executor): void
  readonly lines: readonly string[]
}

const NOTHING: History = { isKept: false, frame() {}, say() {}, watch() {}, lines: [] }

/** @param about words of which a frame must contain one to be kept; none keeps nothing */
export function createHistory(clock: Pick<Clock, 'now' | 'monotonic'>, about: readonly string[] | undefined): History {
  if (about === undefined) return NOTHING
  const lines: string[] = []
  const isAbout = (text: string): boolean => about.some((word) => text.includes(word))
  const say = (text: string): void => {
    lines.push(`${clock.monotonic()} ms  ${text}`)
  }
  const sayOrder = ({ clientOrderId, orderId, status, filledSize }: OrderView): void => {
    if (isAbout(clientOrderId)) say(`order ${clientOrderId} (${orderId}) is ${status}, filled ${filledSize.toFixed()}`)
  }
  return {
    isKept: true,
    lines,
    say,
    frame(direction, text) {
      if (isAbout(text)) say(`${direction}  ${text}`)
    },
    watch(executor) {
      executor.on('order', sayOrder)
      executor.on('connection', ({ status, generation }) => say(`connection ${generation} is ${status}`))
      executor.on('conflict', ({ order, detail }) => isAbout(order.clientOrderId) && say(`conflict: ${detail}`))
      executor.on('mismatch', ({ market, ours, venues }) => {
        say(`mismatch in ${market}: ours ${ours.toFixed()}, the venue's ${venues.toFixed()}`)
      })
      executor.on('readiness', ({ ready, missing }) => {
        say(
          ready
            ? 'ready'
            : `not ready: ${missing.map(({ condition, detail }) => `${condition} (${detail})`).join(', ')}`,
        )
      })
    },
  }
}
