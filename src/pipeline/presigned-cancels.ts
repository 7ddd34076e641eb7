/**
 * Cancels that were signed ahead, one for each order that may rest.
 *
 * Each has a nonce of its own, which must leave once: it is taken out before it is written, and comes back only when
 * certainly not a byte of it has left. The venue forgets old nonces, so one that too many others have passed is not used,
 * and made anew before it comes to that.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import type { Batch, QueuedCancel } from '../control/batch-queue.js'
import type { OrderRecord } from '../control/order-ledger.js'
import type { Address } from '../model/account.js'
import type { ClientOrderId } from '../model/ids.js'
import { isTerminal, type OrderStatus } from '../model/order.js'
import type { PostReply } from '../ports.js'
import type { SignedPayload } from '../wire/envelope.js'
import { classifyRefusal } from '../wire/refusals.js'
import { parseDefaultReply } from '../wire/replies.js'
import type { Parts } from './parts.js'
import type { Sign } from './sign.js'

export type PresignedCancels = {
  /** Signs the one that is missing, or worn most; nothing when there is none to be made. */
  next(): (() => Promise<void>) | undefined
  has(cancel: QueuedCancel): boolean
  /** What was signed ahead for a batch that is one cancel, if the venue will still take it. Nobody gets it twice. */
  take(batch: Batch): SignedPayload | undefined
  /** It was certainly not written, and may be taken again. */
  giveBack(payload: SignedPayload): void
  /** Whether one that was taken here did nothing, by this answer, for want of its nonce: the cancel is to be signed now. */
  isRefused(payload: SignedPayload, reply: PostReply): boolean
  /** The order is over. */
  drop(order: ClientOrderId): void
}

type SignedCancel = { readonly order: ClientOrderId; readonly signer: Address; readonly payload: SignedPayload }

/** Half of what it can stand, so that there is one at hand at any time. */
const RENEW_AT = 0.5
const CANCELABLE: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set([
  'inFlight',
  'working',
  'partiallyFilled',
  'unknown',
])

export function createPresignedCancels(
  { clock, logger, nonces, orders, signers }: Pick<Parts, 'clock' | 'logger' | 'nonces' | 'orders' | 'signers'>,
  sign: Pick<Sign, 'cancelAhead'>,
): PresignedCancels {
  const kept = new Map<ClientOrderId, SignedCancel>()
  const taken = new WeakMap<SignedPayload, SignedCancel>()
  /** Whose nonces somebody else must be using, more of them than we reckon with. */
  let crowded: Address | undefined

  function wearOf(cancel: SignedCancel | undefined): number {
    return cancel?.signer === signers.current.address
      ? nonces.wear(cancel.payload.nonce, clock.now())
      : Number.POSITIVE_INFINITY
  }

  async function make(record: OrderRecord): Promise<void> {
    const { clientOrderId: order, market } = record.request
    const signer = signers.current.address
    const payload = await sign.cancelAhead({ assetId: market.assetId, clientOrderId: order })
    if (!isTerminal(record.status)) kept.set(order, { order, signer, payload })
  }

  return {
    next() {
      if (signers.current.address === crowded) return undefined
      let needy: OrderRecord | undefined
      let mostWear = 0
      for (const record of orders.open()) {
        if (!mayRest(record)) continue
        const wear = wearOf(kept.get(record.request.clientOrderId))
        if (wear < RENEW_AT || wear <= mostWear) continue
        needy = record
        mostWear = wear
      }
      return needy && (() => make(needy))
    },
    has: ({ clientOrderId }) => clientOrderId !== undefined && kept.has(clientOrderId),
    take(batch) {
      const [only, ...others] = batch.lane === 'cancel' ? batch.cancels : []
      const cancel = only?.clientOrderId && others.length === 0 ? kept.get(only.clientOrderId) : undefined
      if (cancel === undefined) return undefined
      kept.delete(cancel.order)
      if (wearOf(cancel) >= 1) return undefined
      nonces.spend(cancel.payload.nonce)
      taken.set(cancel.payload, cancel)
      return cancel.payload
    },
    giveBack(payload) {
      const cancel = taken.get(payload)
      if (cancel !== undefined) kept.set(cancel.order, cancel)
    },
    isRefused(payload, reply) {
      const cancel = taken.get(payload)
      if (cancel === undefined || classifyRefusal(refusalIn(reply)) !== 'NONCE') return false
      crowded = cancel.signer
      kept.clear()
      logger.warn('a nonce was refused that we had not used: no more cancels are signed ahead with this signer')
      return true
    },
    drop: (order) => void kept.delete(order),
  }
}

/** An immediate order is over before anybody could cancel it; one that is not ours is cancelled by another action. */
const mayRest = ({ request, status, isExternal }: OrderRecord): boolean =>
  CANCELABLE.has(status) && request.timeInForce !== 'ioc' && !isExternal

/** The venue's words, when it refused the request as a whole. */
function refusalIn(reply: PostReply): string {
  if (reply.status === 'refused') return reply.message
  const answer = reply.status === 'answered' ? parseDefaultReply(reply.payload) : undefined
  return answer?.kind === 'error' ? answer.message : ''
}
