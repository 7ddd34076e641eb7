/** From the ledger's records to what callers see. */
import { lacksFinalSize, type OrderRecord } from '../control/order-ledger.js'
import type { Decimal } from '../model/decimal.js'
import { ZERO } from '../model/decimal.js'
import { isTerminal, type OrderStatus } from '../model/order.js'
import type { OrderView, Outcome } from '../model/outcome.js'
import { DENIED_REASONS, type DeniedReason, REJECTED_REASONS, type RejectedReason } from '../model/reasons.js'

export const viewOf = (record: OrderRecord): OrderView => viewIn(record.status, record)

function viewIn<S extends OrderStatus>(status: S, record: OrderRecord): OrderView & { readonly status: S } {
  const { request } = record
  const { clientOrderId, market, kind, side, size, price, timeInForce, reduceOnly, intentId, tags, edgeBps } = request
  return {
    clientOrderId,
    orderId: record.orderId,
    market: market.name,
    kind,
    side,
    size,
    price,
    timeInForce,
    reduceOnly,
    status,
    filledSize: record.filledSize,
    remainingSize: size.minus(record.filledSize),
    averagePrice: averageOf(record),
    fees: record.fees,
    isExternal: record.isExternal,
    intentId,
    tags,
    edgeBps,
  }
}

/** Whether nothing more is to be learnt: over, of final size, and the price of what filled is known, where it can be. */
export function isComplete(record: OrderRecord): boolean {
  if (!isTerminal(record.status) || !record.isSizeFinal) return false
  return record.filledSize.eq(ZERO) || record.isExternal || averageOf(record) !== undefined
}

export function outcomeOf(record: OrderRecord): Outcome {
  const { status, message = '' } = record
  // Told as cancelled, it would be told to have filled no further than we happen to know.
  if (lacksFinalSize(record)) {
    return Object.assign(viewIn('unknown', record), { message: 'closed before it was known how far it had filled' })
  }
  switch (status) {
    case 'filled':
    case 'canceled':
    case 'expired':
      return viewIn(status, record)
    // Put into the view itself: a spread that something is added to costs thirty times as much as all the rest.
    case 'rejected': {
      const reason = (record.reason ?? 'UNMAPPED') as RejectedReason
      return Object.assign(viewIn(status, record), { reason, benign: REJECTED_REASONS[reason].benign, message })
    }
    case 'denied': {
      const reason = (record.reason ?? 'NOT_SENT') as DeniedReason
      return Object.assign(viewIn(status, record), { reason, benign: DENIED_REASONS[reason].benign, message })
    }
    default:
      return Object.assign(viewIn('unknown', record), { message: `closed while ${status}` })
  }
}

/** Our own fills when we have them all, otherwise the venue's figure. Of an adopted order we may have missed the first fills. */
function averageOf(record: OrderRecord): Decimal | undefined {
  const { filledSize, bookedSize, bookedValue, reportedAverage, isExternal } = record
  if (filledSize.eq(ZERO) || isExternal) return undefined
  return bookedSize.gte(filledSize) ? bookedValue.div(bookedSize) : reportedAverage
}
