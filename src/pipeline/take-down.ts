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
/** How long a position that turns up may wait for somebody to close it. */
const LOOK_EVERY_MS = 250

export function createTakingDown(wiring: TakingDownParts): TakingDown {
  const { parts, markets, cancelUntilGone, closePosition, reconciler, until } = wiring
  const { clock, orders, positions } = parts

  const held = ({ positions: to }: TakeDown): Remainder['positions'] =>
    to === 'flatten' ? positions.all().filter(({ market }) => markets.has(market)) : []

  function isMeant({ orders: to, positions: held }: TakeDown, { request, isExternal }: OrderRecord): boolean {
    if (!markets.has(request.market.name)) return false
    return held === 'flatten' || to === 'cancel' || (to === 'cancelOwn' && !isExternal)
  }

  function* openOrders(what: TakeDown): Generator<OrderRecord> {
    for (const order of orders.open()) if (isMeant(what, order)) yield order
  }

  const remainder = (what: TakeDown): Remainder => ({ orders: [...openOrders(what)].length, positions: held(what) })
  const isNothingLeft = (what: TakeDown): boolean => openOrders(what).next().done === true && held(what).length === 0

  const cancel = (what: TakeDown, isGivenUp: () => boolean): Promise<boolean> =>
    cancelUntilGone((order) => isMeant(what, order), isGivenUp)

  return {
    cancel,
    remainder,
    elsewhere: () => positions.all().flatMap(({ market }) => (markets.has(market) ? [] : [market])),
    async takeDown(what, deadlineAt, isWanted = () => true) {
      const reasons = new Map<string, string | undefined>()
      const closing = new Map<string, Promise<void>>()
      let isCancelling = false
      const isOver = (): boolean => clock.monotonic() >= deadlineAt || !isWanted()

      async function close(market: string): Promise<void> {
        reasons.set(market, await closePosition.close(market, deadlineAt))
        closing.delete(market)
      }

      async function cancelAll(): Promise<void> {
        isCancelling = true
        await cancel(what, isOver)
        isCancelling = false
      }

      /** Whatever turns up meanwhile, by a fill or by a reading, is not kept waiting by a market that nobody trades in. */
      function begin(): void {
        if (!isCancelling) void cancelAll()
        for (const { market } of held(what)) if (!closing.has(market)) closing.set(market, close(market))
      }

      for (;;) {
        begin()
        const isDown = await until.holds(() => isNothingLeft(what) || isOver(), clock.monotonic() + LOOK_EVERY_MS)
        if (!isDown) continue
        if (clock.monotonic() >= deadlineAt) await Promise.all(closing.values())
        const agreed = reconciler.agreed().then(() => true)
        const isAgreed = await until.settles(agreed, Math.min(clock.monotonic() + COMPARE_MS, deadlineAt))
        if (isAgreed && isNothingLeft(what)) return []
        if (isOver()) return obstacles(isAgreed)
      }

      function obstacles(isAgreed: boolean | undefined): readonly string[] {
        const left = remainder(what)
        return [
          ...left.positions.map(({ market }) => `${market}: ${reasons.get(market) ?? 'not closed in time'}`),
          ...(left.orders > 0 ? [`orders still open or not accounted for: ${left.orders}`] : []),
          ...(isAgreed ? [] : ['what is left could not be compared with the venue']),
        ]
      }
    },
  }
}
