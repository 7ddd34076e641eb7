/**
 * Ways out are signed ahead, when there is nothing else to do: of every order that may rest its cancel, and of every
 * request without an answer the noop that asks what became of it. Pulling a quote then costs one write, and works while
 * the signer does not.
 */
import { isTerminal } from '../model/order.js'
import type { Parts } from './parts.js'
import { createPresignedCancels, type PresignedCancels } from './presigned-cancels.js'
import { createPresignedNoops, type PresignedNoops } from './presigned-noops.js'
import type { Sign } from './sign.js'

export type Presign = {
  readonly cancels: PresignedCancels
  readonly noops: PresignedNoops
}

/** Before the first signature and between two: whatever else wants to run does so first. */
const IDLE_AFTER_MS = 2
/** A signer that fails is needed for orders, and not to be pestered. */
const RETRY_MS = 1_000

export type PresignParts = {
  readonly parts: Pick<Parts, 'clock' | 'emitter' | 'logger' | 'nonces' | 'orders' | 'queue' | 'signers'>
  readonly sign: Pick<Sign, 'cancelAhead' | 'noop'>
  /** Whether noops are asked with at all. */
  readonly usesNoops: boolean
}

export function createPresign({ parts, sign, usesNoops }: PresignParts): Presign {
  const { clock, emitter, logger, queue } = parts
  const cancels = createPresignedCancels(parts, sign)
  const noops = createPresignedNoops(parts, sign)
  let isAwake = false

  emitter.on('order', ({ clientOrderId, status }) => {
    if (isTerminal(status)) cancels.drop(clientOrderId)
    wake(IDLE_AFTER_MS)
  })

  function wake(inMs: number): void {
    if (isAwake) return
    isAwake = true
    clock.schedule(() => void work(), inMs)
  }

  /** One signature at a time: with a signer that takes them in turn, an order never waits for more than one of ours. */
  async function work(): Promise<void> {
    const isIdle = queue.isEmpty
    let pauseMs = isIdle ? undefined : IDLE_AFTER_MS
    try {
      const task = isIdle ? (cancels.next() ?? (usesNoops ? noops.next() : undefined)) : undefined
      if (task !== undefined) pauseMs = IDLE_AFTER_MS
      await task?.()
    } catch {
      pauseMs = RETRY_MS
      logger.warn('a cancel or a noop could not be signed ahead')
    }
    isAwake = false
    if (pauseMs !== undefined) wake(pauseMs)
  }

  return { cancels, noops }
}
