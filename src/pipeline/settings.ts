/** The options as they hold: checked, and with their defaults. What belongs to one part alone is checked by that part. */
import type { TakeDown } from '../control/stand-down.js'
import { type Address, address } from '../model/account.js'
import { oneOf, positiveMs, positiveMsOrZero, required, wholeNumber } from '../model/guards.js'
import type { AccountMode, ExecutorOptions, ExternalOrders } from '../options.js'
import type { Parts } from './parts.js'

export type Settings = {
  readonly account: Address
  readonly vaultAddress: Address | undefined
  /** Each once, and at least one. */
  readonly markets: readonly string[]
  readonly externalOrders: ExternalOrders
  readonly onHardStop: TakeDown
  /** The host has a word in what is ready. */
  readonly isHostAsked: boolean
  readonly accountMode: AccountMode | undefined
  readonly agentExpiryWarningMs: number
  readonly limits: Parts['limits']
  readonly maxLoopLagMs: number
  /** 0 is never. */
  readonly reconcileEveryMs: number
  /** 0 is never. */
  readonly refreshMarketsEveryMs: number
  readonly maxMarketsAgeMs: number
}

const ACCOUNT_MODES: readonly AccountMode[] = [
  'unifiedAccount',
  'portfolioMargin',
  'disabled',
  'dexAbstraction',
  'default',
]

/** A market of yesterday is not known. */
const MAX_MARKETS_AGE_MS = 86_400_000

/** @throws {TypeError | RangeError} naming the option that is missing or out of range */
export function readSettings(options: ExecutorOptions): Settings {
  const markets = [...new Set(required(options.markets, 'markets'))]
  if (markets.length === 0) throw new RangeError('markets: expected at least one name')
  const { accountMode, onHardStop: { orders = 'cancel', positions = 'flatten' } = {} } = options
  return {
    markets,
    account: address(options.account, 'account'),
    vaultAddress: vaultOf(options),
    externalOrders: oneOf(options.externalOrders ?? 'adopt', 'externalOrders', ['adopt', 'ignore', 'cancel']),
    onHardStop: {
      orders: oneOf(orders, 'onHardStop.orders', ['cancel', 'cancelOwn', 'leave']),
      positions: oneOf(positions, 'onHardStop.positions', ['flatten', 'leave']),
    },
    isHostAsked: oneOf(options.readiness ?? 'executor', 'readiness', ['executor', 'host']) === 'host',
    accountMode: accountMode === undefined ? undefined : oneOf(accountMode, 'accountMode', ACCOUNT_MODES),
    agentExpiryWarningMs: positiveMs(options.agentExpiryWarningMs ?? 7 * 86_400_000, 'agentExpiryWarningMs'),
    limits: {
      expiresAfterMs: positiveMs(options.expiresAfterMs ?? 15_000, 'expiresAfterMs'),
      replyTimeoutMs: positiveMs(options.replyTimeoutMs ?? 5_000, 'replyTimeoutMs'),
      signTimeoutMs: positiveMs(options.signTimeoutMs ?? 2_000, 'signTimeoutMs'),
      maxQueueMs: positiveMs(options.maxQueueMs ?? 2_000, 'maxQueueMs'),
    },
    maxLoopLagMs: positiveMs(options.maxLoopLagMs ?? 1_000, 'maxLoopLagMs'),
    reconcileEveryMs: positiveMsOrZero(options.reconcileEveryMs ?? 60_000, 'reconcileEveryMs'),
    refreshMarketsEveryMs: positiveMsOrZero(options.refreshMarketsEveryMs ?? 300_000, 'refreshMarketsEveryMs'),
    maxMarketsAgeMs: wholeNumber(options.maxMarketsAgeMs ?? 900_000, 'maxMarketsAgeMs', 1, MAX_MARKETS_AGE_MS),
  }
}

/** Reading one account and trading for another would never end well. */
function vaultOf({ account, vaultAddress }: ExecutorOptions): Address | undefined {
  if (vaultAddress === undefined) return undefined
  const vault = address(vaultAddress, 'vaultAddress')
  if (vault !== address(account, 'account'))
    throw new RangeError(`vaultAddress: expected the account itself, got ${vault}`)
  return vault
}
