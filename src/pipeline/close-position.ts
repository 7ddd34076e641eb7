/**
 * Out of one position: the only place that closes a market, whoever asks for it and how often.
 *
 * One reduce-only order at a time, sized from the position that is there, priced from the mark and willing to pay more
 * each time. An order that is not answered is waited for, not repeated: two of them could turn the position around. What
 * was refused or missed is tried again from what is left. From the first request to the last fill new orders in the market
 * are denied, and whatever happens the claim is given back.
 */
import type { Executor } from '../executor.js'
import { type Decimal, decimal, positiveDecimal, ZERO } from '../model/decimal.js'
import { positiveMs } from '../model/guards.js'
import type { Accepted, Denied, Outcome } from '../model/outcome.js'
import type { Parts } from './parts.js'
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
}

export type ClosePositionParts = {
  readonly parts: Pick<Parts, 'clock' | 'positions' | 'orders' | 'marketData' | 'market'>
  readonly submit: Pick<Submit, 'getOut' | 'cancel'>
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
/** Between two attempts. */
const PAUSE_MS = 250
/** How long the fills of an order that is over may take to reach the position. */
const BOOKING_MS = 5_000
const BPS = 10_000
const DEFAULT_TIMEOUT_MS = 30_000

type Owner = { deadlineAt: number; obstacle: string; done: Promise<void> }

export function createClosePosition(wiring: ClosePositionParts): ClosePosition {
  const { parts, submit, settlement, until, closing, onFailed } = wiring
  const { clock, positions, orders, marketData, market } = parts
  const owners = new Map<string, Owner>()

  const mark = (name: string): Decimal | undefined => marketData.mark(name, clock.monotonic())
  const isFlat = (name: string): boolean => positions.size(name).eq(ZERO)
  const isQuiet = (name: string): boolean => {
    const { openOrders, reduceOnlyOrders } = orders.commitment(name)
    return openOrders === 0 && reduceOnlyOrders === 0
  }
  const within = (ms: number, deadlineAt: number): number => Math.min(clock.monotonic() + ms, deadlineAt)

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
  const pause = async (name: string, deadlineAt: number): Promise<void> => {
    await until.holds(() => isFlat(name), within(PAUSE_MS, deadlineAt))
  }

  function cancelOrders(name: string): void {
    for (const { request } of orders.open()) {
      const isExit = request.reduceOnly && request.timeInForce === 'ioc'
      if (request.market.name === name && !isExit) void submit.cancel(request.clientOrderId)
    }
  }

  /** Until flat, or until the position turns out not to be what we think. */
  async function work(name: string, owner: Owner, slippage: readonly Decimal[]): Promise<void> {
    cancelOrders(name)
    // One that lingers gets half of the time: a reduce-only order cannot open anything.
    await until.holds(() => isQuiet(name), within((owner.deadlineAt - clock.monotonic()) / 2, owner.deadlineAt))
    let attempts = 0
    while (clock.monotonic() < owner.deadlineAt && !isFlat(name)) {
      const price = mark(name)
      if (price === undefined) {
        owner.obstacle = 'no mark to price an exit from'
        await pause(name, owner.deadlineAt)
        continue
      }
      const order = send(name, price, slippage[attempts] ?? slippage.at(-1) ?? ZERO)
      if (order.status === 'denied') {
        owner.obstacle = `an exit was not sent: ${order.reason}`
        await pause(name, owner.deadlineAt)
        continue
      }
      attempts += 1
      owner.obstacle = 'an exit is not answered for'
      const outcome = await until.settles(order.outcome, owner.deadlineAt)
      if (outcome === undefined) return
      owner.obstacle = `${attempts} exits tried, the last was ${describe(outcome)}`
      await until.holds(() => isQuiet(name), within(BOOKING_MS, owner.deadlineAt))
      await pause(name, owner.deadlineAt)
      if (outcome.status === 'rejected' && outcome.reason === 'REDUCE_ONLY') return
    }
  }

  function begin(name: string, deadlineAt: number, slippage: readonly Decimal[]): Owner {
    const owner: Owner = { deadlineAt, obstacle: 'no time left', done: Promise.resolve() }
    owners.set(name, owner)
    closing.add(name)
    owner.done = work(name, owner, slippage).finally(() => {
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
    const owner = owners.get(name) ?? begin(name, deadlineAt, slippageBps)
    owner.deadlineAt = Math.max(owner.deadlineAt, deadlineAt)
    await until.settles(owner.done, deadlineAt)
    return isFlat(name) ? undefined : owner.obstacle
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
  }
}

function describe(outcome: Outcome): string {
  if (outcome.status === 'rejected' || outcome.status === 'denied') return `${outcome.status} (${outcome.reason})`
  return `${outcome.status} with ${outcome.filledSize.toFixed()} of ${outcome.size.toFixed()} filled`
}
