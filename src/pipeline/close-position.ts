/**
 * Out of one position: the only place that closes a market, whoever asks for it and how often.
 *
 * One reduce-only order at a time, sized from the position that is there, priced from the mark and willing to pay more
 * each time. An order that is not answered is waited for, not repeated: two of them could turn the position around. What
 * was refused or missed is tried again from what is left, ever more slowly where nobody is there to trade with. It is over
 * when the market is flat and no order is left in it that could open it again. From the first request to the last fill new
 * orders in the market are denied, and whatever happens the claim is given back.
 */
import type { Executor } from '../executor.js'
import { type Decimal, decimal, positiveDecimal, ZERO } from '../model/decimal.js'
import { positiveMs } from '../model/guards.js'
import type { Accepted, Denied, Outcome } from '../model/outcome.js'
import type { RejectedReason } from '../model/reasons.js'
import { type CancelUntilGone, isExit } from './cancel-until-gone.js'
import type { Parts } from './parts.js'
import type { Reconciler } from './reconcile.js'
import type { Settlement } from './settlement.js'
import type { Submit } from './submit.js'
import type { Until } from './until.js'

export type ClosePosition = {
  /**
   * Whoever comes second joins the first, and waits no longer than it wanted to.
   *
   * @param deadlineAt monotonic ms
   * @param slippageBps how far from the mark each attempt may go; the last one again and again
   * @returns what stands in the way of being flat, for people; nothing when it is
   */
  close(market: string, deadlineAt: number, slippageBps?: readonly Decimal[]): Promise<string | undefined>
  /** @throws {TypeError | RangeError} when the policy is malformed */
  closeAsAsked: Executor['closePosition']
  /** No exit leaves from now on for what is being closed; whoever waits is told as soon as the last one is answered for. */
  giveUp(): void
  /** Gives up for good, and tells whoever waits at once. */
  stop(): void
}

export type ClosePositionParts = {
  readonly parts: Pick<Parts, 'clock' | 'positions' | 'orders' | 'marketData' | 'market'>
  readonly submit: Pick<Submit, 'getOut'>
  readonly cancelUntilGone: CancelUntilGone
  readonly reconciler: Pick<Reconciler, 'agreed'>
  readonly settlement: Pick<Settlement, 'get'>
  readonly until: Until
  /** Markets that are being closed, for the gates to see. */
  readonly closing: Set<string>
  /** The work on a market has ended, and its position is still there. */
  readonly onFailed: (market: string) => void
}

const DEFAULT_SLIPPAGE_BPS: readonly Decimal[] = /* @__PURE__ */ ['50', '100', '200', '500'].map((bps) =>
  decimal(bps, 'bps'),
)
/** Between two attempts; doubles while nothing fills, once the last step of the slippage is reached. */
const PAUSE_MS = 250
const MAX_PAUSE_MS = 5_000
/** How long orders that are being cancelled hold up the first exit; until then it might meet or follow one of them. */
const LINGER_MS = 2_000
/** How long a comparison with the venue may hold us up. */
const COMPARE_MS = 2_000
/** How long the fills of an order that is over may take to reach the position. */
const BOOKING_MS = 5_000
/** The venue may have nothing left to reduce: our books are held against its own before the next exit. */
const DOUBTFUL: ReadonlySet<RejectedReason> = /* @__PURE__ */ new Set(['REDUCE_ONLY', 'MARKET_HALTED'])
const BPS = 10_000
const DEFAULT_TIMEOUT_MS = 30_000

type Owner = { deadlineAt: number; obstacle: string; areOrdersGone: boolean; done: Promise<void> }

const CLOSED = 'the executor is closed'

export function createClosePosition(wiring: ClosePositionParts): ClosePosition {
  const { parts, submit, cancelUntilGone, reconciler, settlement, until, closing, onFailed } = wiring
  const { clock, positions, orders, marketData, market } = parts
  const owners = new Map<string, Owner>()
  let isStopped = false
  let tellStopped = (): void => {}
  const stopped = new Promise<void>((resolve) => {
    tellStopped = resolve
  })

  const mark = (name: string): Decimal | undefined => marketData.mark(name, clock.monotonic())
  const isFlat = (name: string): boolean => positions.size(name).eq(ZERO)
  const areExitsBooked = (name: string): boolean => orders.commitment(name).reduceOnlyOrders === 0
  const isLate = ({ deadlineAt }: Owner): boolean => clock.monotonic() >= deadlineAt
  const within = (ms: number, { deadlineAt }: Owner): number => Math.min(clock.monotonic() + ms, deadlineAt)

  function send(name: string, price: Decimal, slippageBps: Decimal): Accepted | Denied {
    const size = positions.size(name)
    const isLong = size.gt(ZERO)
    const reach = slippageBps.div(BPS)
    const submission = submit.getOut({
      market: name,
      side: isLong ? 'sell' : 'buy',
      size: size.abs(),
      price: price.times(isLong ? reach.neg().plus(1) : reach.plus(1)),
      rounding: 'aggressive',
      timeInForce: 'ioc',
      reduceOnly: true,
    })
    // Somebody else's exit waits in the queue already and has taken over price and size: then it is ours as well.
    const survivor = submission.status === 'denied' ? submission.survivor : undefined
    return (survivor === undefined ? undefined : settlement.get(survivor)) ?? submission
  }

  /** Waits a little for something to change. Then it is tried again. */
  const pause = async (name: string, owner: Owner, ms = PAUSE_MS): Promise<void> => {
    await until.holds(() => isFlat(name), within(ms, owner))
  }

  /** Cancels for as long as the market is being closed, and lets the first exit wait a little for it. */
  async function clear(name: string, owner: Owner): Promise<void> {
    const half = (owner.deadlineAt - clock.monotonic()) / 2
    const cancelled = cancelUntilGone(
      ({ request }) => request.market.name === name && !isExit(request),
      () => isLate(owner),
    ).then((areGone) => {
      owner.areOrdersGone = areGone
    })
    await until.settles(cancelled, within(Math.min(LINGER_MS, half), owner))
    // An exit of somebody else's that is not answered for gets half of the time: two could turn the position around.
    await until.holds(() => areExitsBooked(name), within(half, owner))
  }

  /** Somebody who joins in may have more time than there was when the exit left. */
  async function outcomeOf(order: Accepted, owner: Owner): Promise<Outcome | undefined> {
    for (;;) {
      const outcome = await until.settles(order.outcome, owner.deadlineAt)
      if (outcome !== undefined || isLate(owner)) return outcome
    }
  }

  /** Until flat, or out of time. */
  async function work(name: string, owner: Owner, slippage: readonly Decimal[]): Promise<void> {
    await clear(name, owner)
    let attempts = 0
    let misses = 0
    while (!isLate(owner)) {
      if (isFlat(name)) {
        if (owner.areOrdersGone) return
        owner.obstacle = 'an order that could open it again is not gone yet'
        await until.holds(() => owner.areOrdersGone || !isFlat(name), owner.deadlineAt)
        continue
      }
      const price = mark(name)
      if (price === undefined) {
        owner.obstacle = 'no mark to price an exit from'
        await pause(name, owner)
        continue
      }
      const order = send(name, price, slippage[attempts] ?? slippage.at(-1) ?? ZERO)
      if (order.status === 'denied') {
        owner.obstacle = `an exit was not sent: ${order.reason}`
        await pause(name, owner)
        continue
      }
      attempts += 1
      owner.obstacle = 'an exit is not answered for'
      const outcome = await outcomeOf(order, owner)
      if (outcome === undefined) return
      owner.obstacle = `${attempts} exits tried, the last was ${describe(outcome)}`
      await until.holds(() => areExitsBooked(name), within(BOOKING_MS, owner))
      misses = outcome.filledSize.gt(ZERO) ? 0 : misses + 1
      if (outcome.status === 'rejected' && DOUBTFUL.has(outcome.reason)) {
        await until.settles(reconciler.agreed(), within(COMPARE_MS, owner))
      }
      await pause(name, owner, Math.min(MAX_PAUSE_MS, PAUSE_MS * 2 ** Math.max(0, misses - slippage.length)))
    }
  }

  function begin(name: string, deadlineAt: number, slippage: readonly Decimal[]): Owner {
    const owner: Owner = { deadlineAt, obstacle: 'no time left', areOrdersGone: false, done: Promise.resolve() }
    owners.set(name, owner)
    closing.add(name)
    owner.done = work(name, owner, slippage).finally(() => {
      // Whatever of it still waits for its time need not wait any longer.
      owner.deadlineAt = clock.monotonic()
      closing.delete(name)
      owners.delete(name)
      if (!isFlat(name)) onFailed(name)
    })
    return owner
  }

  async function close(
    name: string,
    deadlineAt: number,
    slippageBps: readonly Decimal[] = DEFAULT_SLIPPAGE_BPS,
  ): Promise<string | undefined> {
    if (market(name) === undefined) return 'not a market of this executor'
    const last = owners.get(name)
    // One whose time is over has failed, and is not prolonged: it ends when its last exit is answered for.
    if (last !== undefined && isLate(last)) await Promise.race([until.settles(last.done, deadlineAt), stopped])
    if (isStopped) return CLOSED
    const owner = owners.get(name) ?? begin(name, deadlineAt, slippageBps)
    owner.deadlineAt = Math.max(owner.deadlineAt, deadlineAt)
    await Promise.race([until.settles(owner.done, deadlineAt), stopped])
    if (isFlat(name) && owner.areOrdersGone) return undefined
    return isStopped ? CLOSED : owner.obstacle
  }

  function giveUp(): void {
    for (const owner of owners.values()) owner.deadlineAt = clock.monotonic()
  }

  return {
    close,
    closeAsAsked(name, { slippageBps, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
      const steps = slippageBps?.map((bps, index) => positiveDecimal(bps, `slippageBps[${index}]`))
      if (steps?.length === 0) throw new RangeError('slippageBps: expected at least one step')
      const deadlineAt = clock.monotonic() + positiveMs(timeoutMs, 'timeoutMs')
      return close(name, deadlineAt, steps).then((message) =>
        message === undefined ? { status: 'flat' } : { status: 'open', size: positions.size(name), message },
      )
    },
    giveUp,
    stop() {
      isStopped = true
      giveUp()
      tellStopped()
    },
  }
}

function describe(outcome: Outcome): string {
  if (outcome.status === 'rejected' || outcome.status === 'denied') return `${outcome.status} (${outcome.reason})`
  return `${outcome.status} with ${outcome.filledSize.toFixed()} of ${outcome.size.toFixed()} filled`
}
