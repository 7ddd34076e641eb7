/**
 * The venue's order statuses, sorted by what they mean for an order.
 *
 * The list grows without notice, so it is sorted by suffix; a word of neither kind is `unknown`, which is never
 * taken as final.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import type { RejectedReason } from '../model/reasons.js'

export type StatusClass = 'open' | 'filled' | 'canceled' | 'rejected' | 'unknown'

export function classifyStatus(status: string): StatusClass {
  // A fired trigger is still alive: what it placed may yet fill or be cancelled.
  if (status === 'open' || status === 'triggered' || status === 'accepted') return 'open'
  if (status === 'filled') return 'filled'
  if (
    status === 'canceled' ||
    status === 'scheduledCancel' ||
    status === 'internalCancel' ||
    status.endsWith('Canceled')
  ) {
    return 'canceled'
  }
  if (status === 'rejected' || status.endsWith('Rejected')) return 'rejected'
  // Two refusals of builder-deployed dexes do not carry the suffix.
  return status === 'hip3CrossMarginReduceOnly' || status === 'hip3CrossMarginDisabled' ? 'rejected' : 'unknown'
}

const REASONS: Readonly<Record<string, RejectedReason>> = {
  tickRejected: 'TICK',
  minTradeNtlRejected: 'MIN_VALUE',
  minTradeSpotNtlRejected: 'MIN_VALUE',
  perpMarginRejected: 'INSUFFICIENT_MARGIN',
  insufficientSpotBalanceRejected: 'INSUFFICIENT_MARGIN',
  reduceOnlyRejected: 'REDUCE_ONLY',
  badAloPxRejected: 'POST_ONLY_WOULD_MATCH',
  iocCancelRejected: 'IOC_NO_MATCH',
  badTriggerPxRejected: 'BAD_TRIGGER_PRICE',
  marketOrderNoLiquidityRejected: 'NO_LIQUIDITY',
  positionIncreaseAtOpenInterestCapRejected: 'OPEN_INTEREST_CAP',
  positionFlipAtOpenInterestCapRejected: 'OPEN_INTEREST_CAP',
  tooAggressiveAtOpenInterestCapRejected: 'OPEN_INTEREST_CAP',
  openInterestIncreaseRejected: 'OPEN_INTEREST_CAP',
  oracleRejected: 'ORACLE_DISTANCE',
  perpMaxPositionRejected: 'MAX_POSITION',
  tooManyOpenOrdersRejected: 'TOO_MANY_ORDERS',
  hip3CrossMarginReduceOnly: 'CROSS_MARGIN',
  hip3CrossMarginDisabled: 'CROSS_MARGIN',
}

/** Why an order was refused, as told by a status word. */
export const rejectedReasonOf = (status: string): RejectedReason =>
  (Object.hasOwn(REASONS, status) ? REASONS[status] : undefined) ?? 'UNMAPPED'
