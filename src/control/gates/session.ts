/**
 * Gates that remember how the session went: what was won and lost, what was closed, what was sent.
 *
 * Money counts with every fill, net of its fee. Wins and losses count by round trip, so that one exit of three fills is one
 * loss. Every window slides, and something leaves it exactly when its time is over. Nothing counts that was denied.
 */
import { type DecimalInput, positiveDecimal, ZERO } from '../../model/decimal.js'
import { positiveMs, positiveNumber, wholeNumber } from '../../model/guards.js'
import type { DeniedReason } from '../../model/reasons.js'
import { deny, type Gate, type GateAnswer, PASS } from '../risk-gates.js'
import { createSlidingSum } from '../sliding-sum.js'

export type MaxDrawdownOptions = {
  /** In units of quote, as a positive number. Reaching it denies. */
  readonly maxLoss: DecimalInput
  /** Default: one hour. */
  readonly windowMs?: number | undefined
}

/**
 * Step 1b: what all markets together have lost lately. A win pays for a loss for as long as both are in the window.
 *
 * @throws {RangeError} when an option is not above zero
 */
export function maxDrawdownGate(options: MaxDrawdownOptions): Gate {
  const floor = positiveDecimal(options.maxLoss, 'maxDrawdown.maxLoss').neg()
  const windowMs = positiveMs(options.windowMs ?? 3_600_000, 'maxDrawdown.windowMs')
  return {
    step: '1b',
    id: 'maxDrawdown',
    rule: `realised profit and loss of the last ${seconds(windowMs)}, net of fees, above ${floor.toFixed()}`,
    begin() {
      const recent = createSlidingSum(windowMs)
      return {
        check(_order, { now }) {
          const net = recent.total(now)
          return net.gt(floor) ? PASS : deny('MAX_DRAWDOWN', `above ${floor.toFixed()}`, net.toFixed())
        },
        onFill: ({ closedPnl, fee }, now) => recent.add(closedPnl.minus(fee), now),
      }
    },
  }
}

export type CorrelationCooldownOptions = {
  readonly closes: number
  /** Within which they count together. Default: 30000. */
  readonly windowMs?: number | undefined
  /** Default: 60000. */
  readonly cooldownMs?: number | undefined
}

/**
 * Step 1c: many positions that close at once close for one reason, and it is still there.
 *
 * @throws {RangeError} when an option is not above zero
 */
export function correlationCooldownGate(options: CorrelationCooldownOptions): Gate {
  const closes = wholeNumber(options.closes, 'correlationCooldown.closes')
  const windowMs = positiveMs(options.windowMs ?? 30_000, 'correlationCooldown.windowMs')
  const cooldownMs = positiveMs(options.cooldownMs ?? 60_000, 'correlationCooldown.cooldownMs')
  const limit = `${closes} closes in ${seconds(windowMs)}`
  return {
    step: '1c',
    id: 'correlationCooldown',
    entriesOnly: true,
    rule: `no new order for ${seconds(cooldownMs)} after ${limit}, whatever the markets`,
    begin() {
      let closedAt: number[] = []
      let endsAt = Number.NEGATIVE_INFINITY
      return {
        check: (_order, { now }) => waiting('CORRELATION_COOLDOWN', `under ${limit}`, endsAt - now),
        onClosed(_trip, now) {
          closedAt = [...closedAt.filter((at) => now - at < windowMs), now]
          if (closedAt.length < closes) return
          // Those that began a pause begin no second one.
          closedAt = []
          endsAt = now + cooldownMs
        },
      }
    },
  }
}

export type BurstSignalOptions = {
  /** Default: 3. */
  readonly maxSignals?: number | undefined
  /** Default: 1800000. */
  readonly windowMs?: number | undefined
  /** From the last signal that was allowed. Default: 300000. */
  readonly cooldownMs?: number | undefined
  /** An order whose `edgeBps` is at least this is neither held back nor counted. Default: none is. */
  readonly bypassEdgeBps?: number | undefined
}

/**
 * Step 1d: how often a market may be entered. An order counts when it has passed every gate, and no longer when it never
 * leaves; one that replaces another is the same signal.
 *
 * @throws {RangeError} when an option is not above zero
 */
export function burstSignalGate(options: BurstSignalOptions = {}): Gate {
  const maxSignals = wholeNumber(options.maxSignals ?? 3, 'burstSignal.maxSignals')
  const windowMs = positiveMs(options.windowMs ?? 1_800_000, 'burstSignal.windowMs')
  const cooldownMs = positiveMs(options.cooldownMs ?? 300_000, 'burstSignal.cooldownMs')
  const bypassBps =
    options.bypassEdgeBps === undefined ? undefined : positiveNumber(options.bypassEdgeBps, 'burstSignal.bypassEdgeBps')
  const limit = `${maxSignals} orders in ${seconds(windowMs)}`
  const bypass = bypassBps === undefined ? '' : `; an edge of ${bypassBps} bps or more is not held back`
  return {
    step: '1d',
    id: 'burstSignal',
    entriesOnly: true,
    rule: `at most ${limit} in a market, and none for ${seconds(cooldownMs)} after the last of them${bypass}`,
    begin() {
      const sentAt = new Map<string, readonly number[]>()
      return {
        check({ market: { name }, edgeBps, replaces }, { now }): GateAnswer {
          if (replaces !== undefined || (bypassBps !== undefined && (edgeBps ?? 0) >= bypassBps)) return PASS
          const times = (sentAt.get(name) ?? []).filter((at) => now - at < windowMs + cooldownMs)
          const oldestOfFull = times.at(-maxSignals)
          // The last signal with which a window was full.
          const filledAt = times.findLast(
            (at, i) => at - (times[i + 1 - maxSignals] ?? Number.NEGATIVE_INFINITY) < windowMs,
          )
          const endsAt = Math.max(
            oldestOfFull === undefined ? now : oldestOfFull + windowMs,
            filledAt === undefined ? now : filledAt + cooldownMs,
          )
          if (endsAt > now) return waiting('BURST_SIGNAL', limit, endsAt - now)
          sentAt.set(name, [...times, now])
          return {
            answer: 'pass',
            release() {
              const left = [...(sentAt.get(name) ?? [])]
              const index = left.indexOf(now)
              if (index !== -1) left.splice(index, 1)
              sentAt.set(name, left)
            },
          }
        },
      }
    },
  }
}

export type TiltGuardOptions = {
  /** Default: 3. */
  readonly losses?: number | undefined
  /** Default: 300000. */
  readonly cooldownMs?: number | undefined
}

/**
 * Step 1e: a pause after losing several times in a row, whatever the markets. Only a win ends a row; a trip that came out
 * even says nothing. The count starts again with the pause.
 *
 * @throws {RangeError} when an option is not above zero
 */
export function tiltGuardGate(options: TiltGuardOptions = {}): Gate {
  const maxLosses = wholeNumber(options.losses ?? 3, 'tiltGuard.losses')
  const cooldownMs = positiveMs(options.cooldownMs ?? 300_000, 'tiltGuard.cooldownMs')
  return {
    step: '1e',
    id: 'tiltGuard',
    entriesOnly: true,
    rule: `no new order for ${seconds(cooldownMs)} after ${maxLosses} losing positions in a row`,
    begin() {
      let losses = 0
      let endsAt = Number.NEGATIVE_INFINITY
      return {
        check: (_order, { now }) => waiting('TILT_GUARD', `under ${maxLosses} losses in a row`, endsAt - now),
        onClosed({ netPnl }, now) {
          if (netPnl.gt(ZERO)) losses = 0
          if (netPnl.lt(ZERO)) losses += 1
          if (losses < maxLosses) return
          losses = 0
          endsAt = now + cooldownMs
        },
      }
    },
  }
}

export type ReEntryDelayOptions = {
  /** Default: 30000. */
  readonly delayMs?: number | undefined
}

/**
 * Step 1f: a market that was just left is left alone for a while.
 *
 * @throws {RangeError} when the delay is not above zero
 */
export function reEntryDelayGate(options: ReEntryDelayOptions = {}): Gate {
  const delayMs = positiveMs(options.delayMs ?? 30_000, 'reEntryDelay.delayMs')
  return {
    step: '1f',
    id: 'reEntryDelay',
    entriesOnly: true,
    rule: `no new order in a market for ${seconds(delayMs)} after its position was closed`,
    begin() {
      const endsAt = new Map<string, number>()
      return {
        check: ({ market }, { now }) =>
          waiting('RE_ENTRY_DELAY', seconds(delayMs), (endsAt.get(market.name) ?? now) - now),
        onClosed: ({ market }, now) => void endsAt.set(market, now + delayMs),
      }
    },
  }
}

const seconds = (ms: number): string => `${ms / 1_000} s`

/** A pause with so much left of it, in ms: that is what the denial says. */
function waiting(reason: DeniedReason, limit: string, leftMs: number): GateAnswer {
  return leftMs > 0 ? deny(reason, limit, String(Math.ceil(leftMs))) : PASS
}
