/**
 * What an order may pay beyond its fee: a builder, when the account has approved it, and priority.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/builder-codes
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/priority-fees
 */
import { address } from '../../model/account.js'
import { type Decimal, decimal, ZERO } from '../../model/decimal.js'
import type { OrderRequest } from './order-request.js'
import type { SimAccount } from './state.js'
import { actionErrors, batchErrors } from './words.js'

/** Ten basis points, in the tenths in which builder fees are counted. */
export const MAX_BUILDER_FEE = 100
const BUILDER_UNITS = 100_000
const PRIORITY_UNITS = 100_000_000

type Builder = { readonly b: string; readonly f: number }

/** The builder's share of the value traded; the venue's words when the account has not approved so much. */
export function builderRate(account: SimAccount, { b, f }: Builder): Decimal | { readonly error: string } {
  const approved = account.builders.get(address(b, 'builder.b')) ?? 0
  if (f > Math.min(approved, MAX_BUILDER_FEE)) return { error: batchErrors.builderFee }
  return decimal(String(f), 'builder.f').div(BUILDER_UNITS)
}

/** Why a batch may not buy priority: it must be all Ioc, or all post-only and able to open a position. */
export function priorityError(
  account: SimAccount,
  requests: readonly OrderRequest[],
  rate: number,
): string | undefined {
  const isPlain = requests.every(({ trigger }) => trigger === undefined)
  const isTaking = requests.every(({ timeInForce }) => timeInForce === 'Ioc')
  const isQuoting = requests.every(({ timeInForce, reduceOnly }) => timeInForce === 'Alo' && !reduceOnly)
  if (!isPlain || !(isTaking || isQuoting) || rate > PRIORITY_UNITS) return actionErrors.priorityOrders
  const value = requests.reduce((sum, { price, size }) => sum.plus(price.times(size)), ZERO)
  return priorityFee(value, rate).gt(account.priorityFunds) ? actionErrors.noStake : undefined
}

/** @param value what was filled at once, or rests: priority is paid on placement, whether or not a quote ever fills */
export function priorityFee(value: Decimal, rate: number): Decimal {
  return value.times(rate).div(PRIORITY_UNITS)
}
