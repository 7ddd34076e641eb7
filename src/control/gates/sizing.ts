/** Limits on one order, and on a market by what the account is worth. */
import { type DecimalInput, positiveDecimal, ZERO } from '../../model/decimal.js'
import { deny, denyWithoutMark, type Gate, PASS } from '../risk-gates.js'
import { scaledTo } from './position-limits.js'

/**
 * Step 2c: what one order may be worth, at the worse of mark and limit price. A slip of a finger is not scaled but denied.
 *
 * @throws {RangeError} when the limit is not above zero
 */
export function maxOrderNotionalGate(maxNotional: DecimalInput): Gate {
  const limit = positiveDecimal(maxNotional, 'maxOrderNotional')
  return {
    step: '2c',
    id: 'maxOrderNotional',
    rule: `an order worth at most ${limit.toFixed()}`,
    check({ market }, { notional, marketData }) {
      if (notional === undefined) return denyWithoutMark(market.name, marketData)
      return notional.lte(limit) ? PASS : deny('MAX_ORDER_NOTIONAL', limit.toFixed(), notional.toFixed())
    },
  }
}

/**
 * Step 3b: the part of the account's value on the dex that one market may hold, pending orders included. A larger order is
 * scaled down. A value that is not known, is old, or is not above zero denies: it is never taken for a larger one.
 *
 * @throws {RangeError} when the share is not above zero
 */
export function accountShareGate(maxShare: DecimalInput): Gate {
  const share = positiveDecimal(maxShare, 'maxAccountShare')
  return {
    step: '3b',
    id: 'accountShare',
    needs: ['accountValue'],
    rule: `position and pending of a market at most ${share.toFixed()} times what the account is worth; a larger order is scaled down`,
    check(order, context) {
      const { name, dex } = order.market
      if (context.mark === undefined) return denyWithoutMark(name, context.marketData)
      const value = context.accountValues.get(dex, context.now)
      if (value?.gt(ZERO) !== true) return deny('BALANCE_UNKNOWN', 'above 0', value?.toFixed() ?? 'not known')
      return scaledTo(value.times(share), 'MAX_ACCOUNT_SHARE', order, context)
    },
  }
}
