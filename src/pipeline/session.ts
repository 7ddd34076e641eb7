/**
 * What the account has been through since the start, told to whoever decides about new orders: the gates that remember, and
 * the risk monitor.
 *
 * They hear of a fill before anybody outside does: a listener that enters again at once is judged by what just happened.
 */
import type { GateTurn } from '../control/risk-gates.js'
import type { RiskMonitor } from '../control/risk-monitor.js'
import { createRoundTrips, type RoundTrip, type RoundTripFill } from '../control/round-trips.js'
import type { Decimal } from '../model/decimal.js'
import type { ClientOrderId } from '../model/ids.js'
import { DENIED_REASONS } from '../model/reasons.js'
import type { Parts } from './parts.js'

export type Session = {
  /** Takes a fill that is news and is booked. Answers with the round trip that it ends. */
  onFill(fill: RoundTripFill): RoundTrip | undefined
  /** Closing the position of a market was given up, and it is still there. */
  onCloseFailed(market: string): void
}

type SessionParts = Pick<Parts, 'clock' | 'gates' | 'positions' | 'marketData' | 'hardStop' | 'emitter'>

export function createSession(parts: SessionParts, monitor: RiskMonitor): Session {
  const { clock, gates, positions, marketData, hardStop, emitter } = parts
  const trips = createRoundTrips()
  /** The mark when an order left, until that order is over. */
  const markAtStart = new Map<ClientOrderId, Decimal>()

  function judge(reason: string | undefined): void {
    if (reason !== undefined) hardStop.trigger({ cause: 'risk', reason })
  }

  emitter.on('order', ({ clientOrderId, market, status }) => {
    if (status !== 'inFlight' || markAtStart.has(clientOrderId)) return
    const mark = marketData.mark(market, clock.monotonic())
    if (mark !== undefined) markAtStart.set(clientOrderId, mark)
  })
  emitter.on('outcome', (outcome) => {
    judge(monitor.onOutcome(outcome, markAtStart.get(outcome.clientOrderId), clock.monotonic()))
    markAtStart.delete(outcome.clientOrderId)
  })
  hardStop.onChange(({ triggered }) => {
    if (!triggered) monitor.reset()
  })

  return {
    onFill(fill) {
      const now = clock.monotonic()
      gates.onFill(fill, now)
      judge(monitor.onFill(fill))
      const held = positions.size(fill.market)
      const trip = trips.apply(fill, fill.side === 'buy' ? held.minus(fill.size) : held.plus(fill.size))
      if (trip === undefined) return undefined
      gates.onClosed(trip, now)
      judge(monitor.onClosed(trip))
      return trip
    },
    onCloseFailed: (market) => judge(monitor.onCloseFailed(market)),
  }
}

/**
 * Tells of gates that turn, at the end of the current turn: a listener may submit, and nothing may come between a judgement
 * and the claim that rests on it.
 */
export function createTurnTeller({ emitter, logger }: Pick<Parts, 'emitter' | 'logger'>): (turn: GateTurn) => void {
  return (turn) => {
    void Promise.resolve().then(() => {
      if (!turn.isOpen && !DENIED_REASONS[turn.reason].benign) logger.info('a gate denies new orders', turn)
      emitter.emit('gate', turn)
    })
  }
}
