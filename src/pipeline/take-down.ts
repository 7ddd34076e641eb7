/**
 * Out of every order and position that is meant, and made sure of it: the venue itself must say so.
 *
 * What we know of is cancelled and closed at once; then the account is read, and what only the venue knew of, because a feed
 * fell silent, is taken down like the rest. It counts as done when a reading that was asked for afterwards shows nothing more
 * and no order of ours is left that could still come alive.
 */
import type { OrderRecord } from '../control/order-ledger.js'
import type { Remainder, TakeDown } from '../control/stand-down.js'
import type { CancelUntilGone } from './cancel-until-gone.js'
import type { ClosePosition } from './close-position.js'
import type { Parts } from './parts.js'
import type { Reconciler } from './reconcile.js'
import type { Until } from './until.js'

export type TakingDown = {
  /** Only what is to be cancelled of it. Whether it is gone. */
  cancel(what: TakeDown, isGivenUp: () => boolean): Promise<boolean>
  /** Ends by then (monotonic ms) at the latest, or once nobody wants it any more, and says what stands in the way, for people. */
  takeDown(what: TakeDown, deadlineAt: number, isWanted?: () => boolean): Promise<readonly string[]>
  /** What is left of it, for all we know. */
  remainder(what: TakeDown): Remainder
  /** Markets with a position that is not ours to close. */
  elsewhere(): readonly string[]
}

export type TakingDownParts = {
  readonly parts: Pick<Parts, 'clock' | 'orders' | 'positions'>
  /** Those the executor trades; what is held elsewhere is somebody else's. */
  readonly markets: ReadonlySet<string>
  readonly cancelUntilGone: CancelUntilGone
  readonly closePosition: ClosePosition
  readonly reconciler: Pick<Reconciler, 'agreed'>
  readonly until: Until
}

/** How long a comparison with the venue may hold us up: a difference that stands is no reason to stay in. */
const COMPARE_MS = 2_000

export function createTakingDown(wiring: TakingDownParts): TakingDown {
  const { parts, markets, cancelUntilGone, closePosition, reconciler, until } = wiring
  const { clock, orders, positions } = parts

  const held = ({ positions: to }: TakeDown): Remainder['positions'] =>
    to === 'flatten' ? positions.all().filter(({ market }) => markets.has(market)) : []

  function isMeant({ orders: to, positions: held }: TakeDown, { request, isExternal }: OrderRecord): boolean {
    if (!markets.has(request.market.name)) return false
    return held === 'flatten' || to === 'cancel' || (to === 'cancelOwn' && !isExternal)
  }

  function remainder(what: TakeDown): Remainder {
    const open = [...orders.open()].filter((order) => isMeant(what, order))
    return { orders: open.length, positions: held(what) }
  }

  const cancel = (what: TakeDown, isGivenUp: () => boolean): Promise<boolean> =>
    cancelUntilGone((order) => isMeant(what, order), isGivenUp)

  return {
    cancel,
    remainder,
    elsewhere: () => positions.all().flatMap(({ market }) => (markets.has(market) ? [] : [market])),
    async takeDown(what, deadlineAt, isWanted = () => true) {
      const reasons = new Map<string, string | undefined>()
      const isOver = (): boolean => clock.monotonic() >= deadlineAt || !isWanted()
      const close = async (market: string): Promise<void> => {
        reasons.set(market, await closePosition.close(market, deadlineAt))
      }
      for (;;) {
        await Promise.all([cancel(what, isOver), ...held(what).map(({ market }) => close(market))])
        const agreed = reconciler.agreed().then(() => true)
        const isAgreed = await until.settles(agreed, Math.min(clock.monotonic() + COMPARE_MS, deadlineAt))
        const left = remainder(what)
        if (isAgreed && left.orders === 0 && left.positions.length === 0) return []
        if (!isOver()) continue
        return [
          ...left.positions.map(({ market }) => `${market}: ${reasons.get(market) ?? 'not closed yet'}`),
          ...(left.orders > 0 ? [`orders still open or not accounted for: ${left.orders}`] : []),
          ...(isAgreed ? [] : ['what is left could not be compared with the venue']),
        ]
      }
    },
  }
}
