/**
 * Faults that are in force from the moment they are ordered: the clock, the upgrade, the oracle, the stale lookup.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/hyperliquid-improvement-proposals-hips/hip-3-builder-deployed-perpetuals
 */
import type { Decimal } from '../../../model/decimal.js'
import { roundPrice } from '../../../model/market.js'
import type { Clock } from '../../../ports.js'
import { createMarketControl } from '../controls.js'
import type { SimMarket, Venue } from '../state.js'
import type { Matcher } from './matcher.js'
import { field, type Message } from './message.js'
import type { ActiveFault } from './message-faults.js'
import type { LastingFault } from './rules.js'

type Options = {
  readonly venue: Venue
  readonly clock: Pick<Clock, 'schedule'>
  readonly publish: () => void
  readonly matcher: Matcher
  /** Notes that the fault has struck; without a message when it struck the venue itself. */
  readonly note: (message?: Message) => void
}

/** @throws {RangeError} when a time is not finite or there is no such market */
export function createLastingFault(rule: LastingFault, options: Options): ActiveFault {
  if ('ms' in rule && rule.ms !== undefined && !Number.isFinite(rule.ms)) {
    throw new RangeError(`ms: expected milliseconds, got ${rule.ms}`)
  }
  switch (rule.fault) {
    case 'clockSkew':
      return skewing(options, rule.ms)
    case 'postOnlyMode':
      return upgrading(options, rule.ms)
    case 'oracleSilence':
      return silencing(options, rule.market)
    case 'staleOrderStatus':
      return forgetting(options, rule.ms)
  }
}

function skewing({ venue, note }: Options, ms: number): ActiveFault {
  venue.conditions.skewMs += ms
  note()
  return {
    stop() {
      venue.conditions.skewMs -= ms
    },
  }
}

function upgrading({ venue, clock, note }: Options, ms: number | undefined): ActiveFault {
  const tell = (): void => note()
  venue.conditions.postOnly.add(tell)
  const end = (): void => {
    venue.conditions.postOnly.delete(tell)
    cancel?.()
  }
  const cancel = ms === undefined ? undefined : clock.schedule(end, ms, { background: true })
  return { stop: end }
}

/** Without a word from the oracle for so long, the mark is the book's own. */
const FALLBACK_AFTER_MS = 10_000
const FALLBACK_INTERVAL_MS = 3_000

function silencing({ venue, clock, publish, note }: Options, name: string | undefined): ActiveFault {
  const { silentOracles } = venue.conditions
  const markets = [...venue.marketsByName.values()].filter((market) => name === undefined || market.name === name)
  if (markets.length === 0) throw new RangeError(`market: no market named ${JSON.stringify(name)}`)
  for (const market of markets) silentOracles.set(market, (silentOracles.get(market) ?? 0) + 1)
  note()
  const fallBack = (): void => {
    for (const market of markets) {
      const price = localMark(market)
      if (price?.eq(market.mark) === false) createMarketControl(venue, market.name, publish).setMark(price)
    }
    cancel = clock.schedule(fallBack, FALLBACK_INTERVAL_MS, { background: true })
  }
  let cancel = clock.schedule(fallBack, FALLBACK_AFTER_MS, { background: true })
  return {
    stop() {
      cancel()
      for (const market of markets) {
        const left = (silentOracles.get(market) ?? 1) - 1
        if (left === 0) silentOracles.delete(market)
        else silentOracles.set(market, left)
      }
    },
  }
}

/** The median of best bid, best ask and last trade; none without both sides of the book. */
function localMark({ book, trades, szDecimals }: SimMarket): Decimal | undefined {
  const bid = book.best(true)?.price
  const ask = book.best(false)?.price
  if (bid === undefined || ask === undefined) return undefined
  const last = trades.newest(1)[0]?.price ?? bid.plus(ask).div(2)
  const median = last.lt(bid) ? bid : last.gt(ask) ? ask : last
  return roundPrice(median, 'buy', szDecimals)
}

/** The lookup runs behind the book: the venue's servers do not know an order that the venue has. */
function forgetting({ venue, matcher, note }: Options, ms: number): ActiveFault {
  return {
    meet(message) {
      const { reply, answer } = message
      if (answer === undefined || reply === undefined || !('body' in reply) || !matcher.fits(message)) return false
      const placedAt = field(field(field(reply.body, 'order'), 'order'), 'timestamp')
      if (typeof placedAt !== 'number' || venue.now() - placedAt >= ms || !matcher.strikes()) return false
      note(message)
      answer({ httpStatus: 200, body: { status: 'unknownOid' } })
      return true
    },
  }
}
