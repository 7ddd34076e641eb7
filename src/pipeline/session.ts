/**
 * What the account has been through since the start, told to whoever decides about new orders.
 *
 * The gates hear of a fill before anybody outside does: a listener that enters again at once is judged by what just
 * happened.
 */
import type { GateTurn } from '../control/risk-gates.js'
import { createRoundTrips, type RoundTrip, type RoundTripFill } from '../control/round-trips.js'
import { DENIED_REASONS } from '../model/reasons.js'
import type { Parts } from './parts.js'

export type Session = {
  /** Takes a fill that is news and is booked. Answers with the round trip that it ends. */
  onFill(fill: RoundTripFill): RoundTrip | undefined
}

export function createSession({ clock, gates, positions }: Pick<Parts, 'clock' | 'gates' | 'positions'>): Session {
  const trips = createRoundTrips()
  return {
    onFill(fill) {
      const now = clock.monotonic()
      gates.onFill(fill, now)
      const held = positions.size(fill.market)
      const trip = trips.apply(fill, fill.side === 'buy' ? held.minus(fill.size) : held.plus(fill.size))
      if (trip !== undefined) gates.onClosed(trip, now)
      return trip
    },
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
