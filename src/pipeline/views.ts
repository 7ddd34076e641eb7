/** From the ledger's records to what callers see. */
import type { OrderRecord } from '../control/order-ledger.js'
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
  const isPriced = record.filledSize.eq(ZERO) || record.isExternal || averageOf(record) !== undefined
  return isTerminal(record.status) && record.isSizeFinal && isPriced
}

export function outcomeOf(record: OrderRecord): Outcome {
  switch (record.status) {
    case 'filled':
    case 'canceled':
    case 'expired':
      return viewIn(record.status, record)
    case 'rejected': {
      const reason = (record.reason ?? 'UNMAPPED') as RejectedReason
      return {
        ...viewOf(record),
        status: 'rejected',
        reason,
        benign: REJECTED_REASONS[reason].benign,
        message: record.message ?? '',
      }
    }
    case 'denied': {
      const reason = (record.reason ?? 'NOT_SENT') as DeniedReason
      const { benign } = DENIED_REASONS[reason]
      return { ...viewOf(record), status: 'denied', reason, benign, message: record.message ?? '' }
    }
    default:
      return { ...viewOf(record), status: 'unknown', message: `closed while ${record.status}` }
  }
}

/** Our own fills when we have them all, otherwise the venue's figure. Of an adopted order we may have missed the first fills. */
function averageOf(record: OrderRecord): Decimal | undefined {
  const { filledSize, bookedSize, bookedValue, reportedAverage, isExternal } = record
  if (filledSize.eq(ZERO) || isExternal) return undefined
  return bookedSize.gte(filledSize) ? bookedValue.div(bookedSize) : reportedAverage
}
