/**
 * What the markets are, and whether they still are what new orders were built on; looked at on every new connection and
 * every so often.
 *
 * A lot, a leverage, a margin mode, an id or a collateral that changes, a delisting, a halt by the venue: new orders in that
 * market stop until somebody acknowledges it, whatever it turns into meanwhile. A way out goes by what the venue lists now.
 * With a journal a restart notices what changed while nobody looked.
 */
import type { LedgerStep } from '../control/ledger-steps.js'
import type { Listing } from '../control/risk-gates.js'
import { ExecutorError, isExecutorError } from '../errors.js'
import type { Decimal } from '../model/decimal.js'
import type { Market } from '../model/market.js'
import type { AskOptions } from '../ports.js'
import type { DenyQueued } from './deny-queued.js'
import type { Parts } from './parts.js'

export type MarketWatch = Listing & {
  /** What an earlier process took these markets for. */
  remember(markets: readonly Market[]): void
  /** Reads the markets for the first time. @throws {ExecutorError} when one of them cannot be traded */
  load(options: AskOptions): Promise<readonly Market[]>
  /** As the venue listed it last. */
  get(name: string): Market | undefined
  /** What new orders are built on. */
  readonly accepted: readonly Market[]
  /**
   * Takes a market for what it is now.
   *
   * @throws {RangeError} when it is not one of ours
   * @throws {ExecutorError} when it cannot be traded, has open orders, or is another market by now
   */
  acknowledge(name: string): Promise<Market>
}

/** How the venue's lists are read. */
export type MarketLists = {
  load(
    options: AskOptions,
  ): Promise<{ readonly markets: readonly Market[]; readonly openInterestCaps: ReadonlyMap<string, Decimal> }>
  /** Each market, or in words why it cannot be traded. */
  list(): Promise<{
    readonly found: ReadonlyMap<string, Market | string>
    readonly openInterestCaps: ReadonlyMap<string, Decimal>
  }>
}

export type MarketWatchParts = {
  readonly parts: Pick<Parts, 'clock' | 'transport' | 'emitter' | 'logger' | 'readiness' | 'orders'>
  readonly lists: MarketLists
  /** 0 is never; a new connection is looked at all the same. */
  readonly everyMs: number
  /** How old the last reading may be, unless nobody wants one every so often. */
  readonly maxAgeMs: number
  readonly denyQueued: DenyQueued
  readonly note: (step: LedgerStep) => void
}

const RETRY_MS = 15_000
const FIELDS = ['assetId', 'szDecimals', 'maxLeverage', 'marginMode', 'collateralToken'] as const
/** Where these differ it is another market: positions, margin and orders of the one say nothing about the other. */
const IDENTITY = ['assetId', 'collateralToken'] as const

export function createMarketWatch(wiring: MarketWatchParts): MarketWatch {
  const { parts, lists, everyMs, maxAgeMs, denyQueued, note } = wiring
  const { clock, transport, emitter, logger, readiness, orders } = parts
  const listed = new Map<string, Market>()
  const accepted = new Map<string, Market>()
  const changes = new Map<string, string>()
  let caps: ReadonlyMap<string, Decimal> = new Map()
  let seenOn = 0
  let isLooking = false
  let isWanted = false
  let cancelLook = (): void => {}
  let cancelAge = (): void => {}

  async function look(): Promise<void> {
    cancelLook()
    isWanted = true
    if (isLooking) return
    isLooking = true
    let nextMs = everyMs
    while (isWanted) {
      isWanted = false
      try {
        const { found, openInterestCaps } = await lists.list()
        caps = openInterestCaps
        for (const [name, market] of found) take(name, market)
        onRead()
        nextMs = everyMs
      } catch (error) {
        logger.warn('the markets could not be read', { detail: isExecutorError(error) ? error.message : String(error) })
        nextMs = everyMs > 0 ? Math.min(everyMs, RETRY_MS) : RETRY_MS
      }
    }
    isLooking = false
    plan(nextMs)
  }

  function plan(ms: number): void {
    cancelLook()
    if (ms > 0) cancelLook = clock.schedule(() => void look(), ms, { background: true })
  }

  /** A reading holds for so long; after that nobody knows what the markets are. */
  function onRead(): void {
    cancelAge()
    readiness.met('listing')
    if (everyMs === 0) return
    const expire = (): void => readiness.unmet('listing', `the markets were last read more than ${maxAgeMs} ms ago`)
    cancelAge = clock.schedule(expire, maxAgeMs, { background: true })
  }

  function take(name: string, market: Market | string): void {
    const was = accepted.get(name)
    if (was === undefined) return
    if (typeof market !== 'string') listed.set(name, market)
    const change = typeof market === 'string' ? market : differenceOf(was, market)
    if (change !== undefined) onChanged(name, change)
  }

  function onChanged(market: string, change: string): void {
    if (changes.get(market) === change) return
    changes.set(market, change)
    readiness.unmetIn(market, 'unchanged', change)
    denyQueued(market, 'MARKET_CHANGED', change)
    logger.warn('a market is not what it was', { market, change })
    emitter.emit('marketChanged', { market, change })
  }

  function keep(): void {
    note({ kind: 'markets', markets: [...accepted.values()] })
  }

  function refuseWhileOpen(name: string): void {
    const count = [...orders.open()].filter(({ request }) => request.market.name === name).length
    if (count === 0) return
    const message = `${name} has another lot now, and ${count} open orders of the old one: cancel them first`
    throw new ExecutorError('MARKET_IN_USE', message)
  }

  transport.onState(({ status, generation }) => {
    if (status !== 'open' || generation === seenOn) return
    seenOn = generation
    if (listed.size > 0) void look()
  })

  // The venue has no list of markets that a deployer has halted; its refusals say so.
  emitter.on('outcome', (outcome) => {
    if (outcome.status !== 'rejected' || outcome.reason !== 'MARKET_HALTED') return
    onChanged(outcome.market, 'halted by the venue')
  })

  return {
    remember(markets) {
      for (const market of markets) accepted.set(market.name, market)
    },
    async load(options) {
      const { markets, openInterestCaps } = await lists.load(options)
      caps = openInterestCaps
      for (const market of markets) {
        if (!accepted.has(market.name)) accepted.set(market.name, market)
        take(market.name, market)
        if (!changes.has(market.name)) readiness.metIn(market.name, 'unchanged')
      }
      keep()
      onRead()
      plan(everyMs)
      return markets
    },
    get: (name) => listed.get(name),
    get accepted() {
      return [...accepted.values()]
    },
    async acknowledge(name) {
      const was = accepted.get(name)
      if (was === undefined || !listed.has(name)) {
        throw new RangeError(`market: ${name} is not a market of this executor, or it was not started`)
      }
      const market = (await lists.list()).found.get(name)
      if (market === undefined || typeof market === 'string') {
        throw new ExecutorError('UNKNOWN_MARKET', `${name}: ${market ?? 'not listed'}`)
      }
      const other = differenceOf(was, market, IDENTITY)
      if (other !== undefined) throw new ExecutorError('UNKNOWN_MARKET', `${name} is another market now: ${other}`)
      if (market.szDecimals !== was.szDecimals) refuseWhileOpen(name)
      listed.set(name, market)
      accepted.set(name, market)
      changes.delete(name)
      keep()
      readiness.metIn(name, 'unchanged')
      logger.info('a market was acknowledged', { market: name })
      emitter.emit('marketChanged', { market: name })
      return market
    },
    change: (market) => changes.get(market),
    openInterestCap: (market) => caps.get(market),
  }
}

function differenceOf(was: Market, is: Market, of: readonly (keyof Market)[] = FIELDS): string | undefined {
  const fields = of.filter((field) => was[field] !== is[field])
  return fields.length === 0 ? undefined : fields.map((field) => `${field} ${was[field]}, now ${is[field]}`).join('; ')
}
