/**
 * The risk monitor: what happened to the account and to our orders, and when that is reason enough to stop.
 *
 * It is fed by the ledgers and by the outcomes of orders, never by the strategy. Every threshold is what may happen: more
 * than that stops. It counts on after it has spoken; whoever resets the kill switch begins with fresh counts.
 */
import { type Decimal, type DecimalInput, decimal, positiveDecimal, ZERO } from '../model/decimal.js'
import { positiveNumber, wholeNumber } from '../model/guards.js'
import type { Outcome } from '../model/outcome.js'
import type { RoundTrip, RoundTripFill } from './round-trips.js'
import { createSlidingSum } from './sliding-sum.js'

export type RiskMonitorOptions = {
  /** Lost by all fills together, net of fees, in units of quote. Default: 20. */
  readonly maxLoss?: DecimalInput | false | undefined
  /** Round trips in a row that lost, net of fees; only a win ends the row. Default: 5. */
  readonly maxConsecutiveLosses?: number | false | undefined
  /** Times in a row that closing a position was given up with the position still there, in one market. Default: 3. */
  readonly maxFlattenFailures?: number | false | undefined
  /** Our orders that the venue rejected, in any hour; not benign reasons, nor a quote that would have matched. Default: 10. */
  readonly maxRejectsPerHour?: number | false | undefined
  readonly slippage?: SlippageOptions | false | undefined
}

/** How far an immediate entry may fill from the mark at which it left, for the worse. */
export type SlippageOptions = {
  /** Default: 50. */
  readonly maxBps?: number | undefined
  /** So many in a row beyond `maxBps` stop. Default: 3. */
  readonly times?: number | undefined
}

/** What has been counted since the start, or since the kill switch was last reset. */
export type RiskState = {
  /** Of all fills, net of fees. */
  readonly netPnl: Decimal
  readonly consecutiveLosses: number
  /** Of the market that has most of them. */
  readonly flattenFailures: number
  readonly rejectsLastHour: number
  /** Immediate entries in a row that filled beyond the limit. */
  readonly slippages: number
  /** What stops, where it is exceeded; absent where nothing does. */
  readonly limits: RiskLimits
}

export type RiskLimits = {
  readonly maxLoss?: Decimal | undefined
  readonly maxConsecutiveLosses?: number | undefined
  readonly maxFlattenFailures?: number | undefined
  readonly maxRejectsPerHour?: number | undefined
  readonly slippage?: { readonly maxBps: number; readonly times: number } | undefined
}

/** Takes what happened, and answers why to stop if that is one thing too many. */
export type RiskMonitor = {
  onFill(fill: Pick<RoundTripFill, 'closedPnl' | 'fee'>): string | undefined
  onClosed(trip: Pick<RoundTrip, 'market' | 'netPnl'>): string | undefined
  /** Closing the position of a market was given up, and it is still there. */
  onCloseFailed(market: string): string | undefined
  /**
   * Takes the outcome of an order of ours, once.
   *
   * @param expectedPrice the mark when it left
   * @param now monotonic ms
   */
  onOutcome(outcome: Outcome, expectedPrice: Decimal | undefined, now: number): string | undefined
  /** Forgets what was counted. */
  reset(): void
  /** @param now monotonic ms */
  state(now: number): RiskState
}

const HOUR_MS = 3_600_000
const BPS = 10_000
/** So that a figure beyond its limit looks it. */
const ROUND_UP = 3
const ONE: Decimal = /* @__PURE__ */ decimal('1', 'ONE')

/** @param options `false` stops for nothing @throws {RangeError} when a threshold is not above zero, naming the field */
export function createRiskMonitor(options: RiskMonitorOptions | false = {}): RiskMonitor {
  const limits = options === false ? {} : limitsOf(options)
  const { maxLoss, maxConsecutiveLosses, maxFlattenFailures, maxRejectsPerHour, slippage } = limits
  let netPnl = ZERO
  let losses = 0
  let slippages = 0
  let rejects = createSlidingSum(HOUR_MS)
  const flattenFailures = new Map<string, number>()

  const rejectsLastHour = (now: number): number => Number(rejects.total(now))

  function onRejected(now: number): string | undefined {
    rejects.add(ONE, now)
    return above(rejectsLastHour(now), maxRejectsPerHour, 'orders rejected within an hour', 'maxRejectsPerHour')
  }

  function onSlippage(side: Outcome['side'], average: Decimal, expected: Decimal): string | undefined {
    const worse = side === 'buy' ? average.minus(expected) : expected.minus(average)
    const bps = worse.times(BPS).div(expected)
    slippages = slippage !== undefined && bps.gt(slippage.maxBps) ? slippages + 1 : 0
    if (slippage === undefined || slippages < slippage.times) return undefined
    const [last, limit] = [bps.round(2, ROUND_UP).toFixed(), slippage.maxBps]
    return `${slippages} fills in a row, the last by ${last} bps, were worse than the mark by more than ${limit} bps (riskMonitor.slippage)`
  }

  return {
    onFill({ closedPnl, fee }) {
      netPnl = netPnl.plus(closedPnl).minus(fee)
      if (maxLoss === undefined || netPnl.gte(maxLoss.neg())) return undefined
      return `${netPnl.neg().toFixed()} lost, more than ${maxLoss.toFixed()} (riskMonitor.maxLoss)`
    },
    onClosed(trip) {
      if (trip.netPnl.gt(ZERO)) losses = 0
      if (trip.netPnl.lt(ZERO)) losses += 1
      flattenFailures.delete(trip.market)
      return above(losses, maxConsecutiveLosses, 'positions in a row lost', 'maxConsecutiveLosses')
    },
    onCloseFailed(market) {
      const failures = (flattenFailures.get(market) ?? 0) + 1
      flattenFailures.set(market, failures)
      return above(failures, maxFlattenFailures, `times in a row ${market} could not be closed`, 'maxFlattenFailures')
    },
    onOutcome(outcome, expectedPrice, now) {
      const { status, side, averagePrice, timeInForce, reduceOnly } = outcome
      if (status === 'rejected') return isEveryday(outcome) ? undefined : onRejected(now)
      // An order that rests has no price it was meant to have, and an exit pays what it must.
      if (timeInForce !== 'ioc' || reduceOnly || averagePrice === undefined || expectedPrice === undefined)
        return undefined
      return onSlippage(side, averagePrice, expectedPrice)
    },
    reset() {
      netPnl = ZERO
      losses = 0
      slippages = 0
      rejects = createSlidingSum(HOUR_MS)
      flattenFailures.clear()
    },
    state: (now) => ({
      netPnl,
      consecutiveLosses: losses,
      flattenFailures: Math.max(0, ...flattenFailures.values()),
      rejectsLastHour: rejectsLastHour(now),
      slippages,
      limits,
    }),
  }
}

/** A maker's post-only quote that the market has run into is refused every day. */
const isEveryday = ({ benign, kind, reason }: Extract<Outcome, { status: 'rejected' }>): boolean =>
  benign || (kind === 'quote' && reason === 'POST_ONLY_WOULD_MATCH')

function above(count: number, limit: number | undefined, what: string, option: string): string | undefined {
  if (limit === undefined || count <= limit) return undefined
  return `${count} ${what}, more than ${limit} (riskMonitor.${option})`
}

function limitsOf(options: RiskMonitorOptions): RiskLimits {
  const { maxLoss = '20', slippage = {} } = options
  return {
    maxLoss: maxLoss === false ? undefined : positiveDecimal(maxLoss, 'riskMonitor.maxLoss'),
    maxConsecutiveLosses: countOf(options.maxConsecutiveLosses ?? 5, 'maxConsecutiveLosses'),
    maxFlattenFailures: countOf(options.maxFlattenFailures ?? 3, 'maxFlattenFailures'),
    maxRejectsPerHour: countOf(options.maxRejectsPerHour ?? 10, 'maxRejectsPerHour'),
    slippage:
      slippage === false
        ? undefined
        : {
            maxBps: positiveNumber(slippage.maxBps ?? 50, 'riskMonitor.slippage.maxBps'),
            times: wholeNumber(slippage.times ?? 3, 'riskMonitor.slippage.times'),
          },
  }
}

const countOf = (limit: number | false, name: string): number | undefined =>
  limit === false ? undefined : wholeNumber(limit, `riskMonitor.${name}`)
