/**
 * What the kill switch sets going beside stopping new orders, how far it has come, and when less is left of it than before.
 */
import { type Decimal, ZERO } from '../model/decimal.js'

/** What is to be taken down. */
export type TakeDown = {
  /** `cancelOwn` leaves orders that this executor did not place. */
  readonly orders: 'cancel' | 'cancelOwn' | 'leave'
  /** `flatten` cancels every order first, whatever `orders` says: one that rests could open again what is being closed. */
  readonly positions: 'flatten' | 'leave'
}

/** How a stand-down ended. It stays so until the kill switch is reset, across restarts where there is a journal. */
export type StandDownEnd =
  | {
      readonly status: 'done'
      /** Unix ms, of the reading of the account that showed it. */
      readonly at: number
      /** Whether no position is left in `markets`, by the venue's word. */
      readonly isFlat: boolean
      /** Markets in which a position is left because they are not among `markets`. */
      readonly elsewhere: readonly string[]
    }
  | {
      readonly status: 'takenOver'
      /** Unix ms. */
      readonly at: number
      /** The operator. */
      readonly by: string
    }

export type StandDownState =
  /** The kill switch is off, or is to leave everything where it is. */
  | { readonly status: 'off' }
  /**
   * Orders are being cancelled and positions closed; `obstacles` say, for people, what stood in the way of the last attempt.
   * `degraded`: in all of it nothing got less, and somebody should look. It is tried on all the same.
   */
  | { readonly status: 'working' | 'degraded'; readonly obstacles: readonly string[] }
  | StandDownEnd

export type StandDown = {
  readonly state: StandDownState
  /**
   * A person takes over: from now on this executor cancels and closes nothing by itself, the time stop included. New orders
   * stay stopped, and the kill switch can then be reset whatever is open.
   *
   * @throws {RangeError} when no operator is named
   */
  takeOver(operator: string): void
}

/** What there is to be taken down. */
export type Remainder = {
  readonly orders: number
  readonly positions: readonly { readonly market: string; readonly size: Decimal }[]
}

/** Whether an order has gone, or a position has become smaller. */
export function isLess(now: Remainder, before: Remainder): boolean {
  const sizes = new Map(now.positions.map(({ market, size }) => [market, size.abs()]))
  return (
    now.orders < before.orders ||
    before.positions.some(({ market, size }) => (sizes.get(market) ?? ZERO).lt(size.abs()))
  )
}
