/**
 * Whether the markets are still what they were when they were loaded, looked at on every new connection and every so often.
 *
 * A lot, a leverage or a margin mode that changes, an id that is another market's now, a delisting: new orders in that
 * market are denied until it is what it was again, or the executor is started anew.
 */
import type { Listing } from '../control/risk-gates.js'
import { isExecutorError } from '../errors.js'
import type { Decimal } from '../model/decimal.js'
import type { Market } from '../model/market.js'
import type { Parts } from './parts.js'

export type MarketWatch = Listing & {
  /** Takes these for what the markets are. */
  begin(markets: readonly Market[], openInterestCaps: ReadonlyMap<string, Decimal>): void
}

/** What the venue lists now: each market, or in words why it cannot be traded. */
export type ListMarkets = () => Promise<{
  readonly found: ReadonlyMap<string, Market | string>
  readonly openInterestCaps: ReadonlyMap<string, Decimal>
}>

export type MarketWatchParts = {
  readonly parts: Pick<Parts, 'clock' | 'transport' | 'emitter' | 'logger'>
  readonly list: ListMarkets
  /** 0 is never; a new connection is looked at all the same. */
  readonly everyMs: number
}

const FIELDS = ['assetId', 'szDecimals', 'maxLeverage', 'marginMode', 'collateralToken'] as const

export function createMarketWatch({ parts, list, everyMs }: MarketWatchParts): MarketWatch {
  const { clock, transport, emitter, logger } = parts
  let loaded: readonly Market[] = []
  let caps: ReadonlyMap<string, Decimal> = new Map()
  let seenOn = 0
  let stopTimer = (): void => {}
  const changes = new Map<string, string>()

  function plan(): void {
    stopTimer()
    if (everyMs > 0) stopTimer = clock.schedule(() => void look(), everyMs, { background: true })
  }

  async function look(): Promise<void> {
    try {
      const { found, openInterestCaps } = await list()
      caps = openInterestCaps
      for (const market of loaded) note(market.name, differenceOf(market, found.get(market.name)))
    } catch (error) {
      logger.warn('the markets could not be read', { detail: isExecutorError(error) ? error.message : String(error) })
    }
    plan()
  }

  function note(market: string, change: string | undefined): void {
    if (changes.get(market) === change) return
    if (change === undefined) changes.delete(market)
    else changes.set(market, change)
    logger.warn('a market is not what it was, or is again', { market, change })
    emitter.emit('marketChanged', { market, change })
  }

  transport.onState(({ status, generation }) => {
    if (status !== 'open' || generation === seenOn) return
    seenOn = generation
    if (loaded.length > 0) void look()
  })

  return {
    begin(markets, openInterestCaps) {
      loaded = markets
      caps = openInterestCaps
      plan()
    },
    change: (market) => changes.get(market),
    openInterestCap: (market) => caps.get(market),
  }
}

function differenceOf(was: Market, is: Market | string | undefined): string | undefined {
  if (is === undefined || typeof is === 'string') return is ?? 'not listed'
  const fields = FIELDS.filter((field) => was[field] !== is[field])
  return fields.length === 0 ? undefined : fields.map((field) => `${field} ${was[field]}, now ${is[field]}`).join('; ')
}
