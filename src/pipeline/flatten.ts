/**
 * Out of every position: one reduce-only order at a time in each market, sized from the position that is there, priced
 * from the mark and willing to pay more each time, until the venue says flat or the time is over.
 *
 * An order that is not answered is waited for, not repeated: two of them could turn the position around. What was refused
 * or missed is tried again from what is left.
 */
import { type Decimal, decimal, ZERO } from '../model/decimal.js'
import type { Accepted, Outcome, Submission } from '../model/outcome.js'
import type { Parts } from './parts.js'
import type { Reconciler } from './reconcile.js'
import type { Settlement } from './settlement.js'
import type { Submit } from './submit.js'
import type { Until } from './until.js'

/** Ends by then (monotonic ms) at the latest, and says what stands in the way of being flat, for people. */
export type Flatten = (deadlineAt: number) => Promise<readonly string[]>

export type FlattenParts = {
  readonly parts: Pick<Parts, 'clock' | 'positions' | 'orders' | 'marketData' | 'market'>
  readonly submit: Pick<Submit, 'getOut'>
  readonly settlement: Pick<Settlement, 'get'>
  readonly reconciler: Pick<Reconciler, 'agreed'>
  readonly until: Until
}

/** How far from the mark each attempt may go, in basis points; the last one again and again. */
const SLIPPAGE_BPS: readonly string[] = ['50', '100', '200', '500']
/** Between two attempts in one market. */
const PAUSE_MS = 250
/** How long a comparison with the venue may hold us up: a difference that stands is no reason to stay in. */
const COMPARE_MS = 2_000
/** How long the fills of an order that is over may take to reach the position. */
const BOOKING_MS = 5_000
const BPS = 10_000

export function createFlatten(wiring: FlattenParts): Flatten {
  const { parts, submit, settlement, reconciler, until } = wiring
  const { clock, positions, orders, marketData, market } = parts

  const mark = (name: string): Decimal | undefined => marketData.mark(name, clock.monotonic())
  const isQuiet = (name: string): boolean => {
    const { openOrders, reduceOnlyOrders } = orders.commitment(name)
    return openOrders === 0 && reduceOnlyOrders === 0
  }
  const within = (ms: number, deadlineAt: number): number => Math.min(clock.monotonic() + ms, deadlineAt)
  const isFlat = (name: string): boolean => positions.size(name).eq(ZERO)

  function send(name: string, attempt: number, price: Decimal): Submission {
    const size = positions.size(name)
    const isLong = size.gt(ZERO)
    const reach = decimal(SLIPPAGE_BPS[attempt] ?? SLIPPAGE_BPS.at(-1) ?? '0', 'slippage').div(BPS)
    return submit.getOut({
      market: name,
      side: isLong ? 'sell' : 'buy',
      size: size.abs(),
      price: price.times(isLong ? reach.neg().plus(1) : reach.plus(1)),
      rounding: 'aggressive',
      timeInForce: 'ioc',
      reduceOnly: true,
    })
  }

  /** Waits a little for something to change. Then it is tried again. */
  const pause = async (name: string, deadlineAt: number): Promise<void> => {
    await until.holds(() => isFlat(name), within(PAUSE_MS, deadlineAt))
  }

  function survivorOf(submission: Submission): Accepted | undefined {
    if (submission.status === 'accepted') return submission
    return submission.survivor === undefined ? undefined : settlement.get(submission.survivor)
  }

  /** Until flat, or until the position turns out not to be what we think. What stands in the way, if anything does. */
  async function flattenMarket(name: string, deadlineAt: number): Promise<string> {
    // Its other orders first. One that lingers gets half of the time: a reduce-only order cannot open anything.
    await until.holds(() => isQuiet(name), within((deadlineAt - clock.monotonic()) / 2, deadlineAt))
    let obstacle = 'no time left'
    let attempts = 0
    while (clock.monotonic() < deadlineAt && !isFlat(name)) {
      const price = mark(name)
      if (price === undefined) {
        obstacle = 'no mark to price an exit from'
        await pause(name, deadlineAt)
        continue
      }
      const submission = send(name, attempts, price)
      const order = survivorOf(submission)
      if (order === undefined) {
        obstacle = `an exit was not sent: ${submission.status === 'denied' ? submission.reason : ''}`
        await pause(name, deadlineAt)
        continue
      }
      attempts += 1
      const outcome = await until.settles(order.outcome, deadlineAt)
      if (outcome === undefined) return 'an exit is not answered for'
      obstacle = `${attempts} exits tried, the last was ${describe(outcome)}`
      await until.holds(() => isQuiet(name), within(BOOKING_MS, deadlineAt))
      await pause(name, deadlineAt)
      if (outcome.status === 'rejected' && outcome.reason === 'REDUCE_ONLY') break
    }
    return obstacle
  }

  return async (deadlineAt) => {
    const obstacles = new Map<string, string>()
    for (;;) {
      const agreed = reconciler.agreed().then(() => true)
      const isAgreed = await until.settles(agreed, within(COMPARE_MS, deadlineAt))
      const held = positions.all().map(({ market: name }) => name)
      const ours = held.filter((name) => market(name) !== undefined)
      if ((ours.length === 0 && isAgreed) || clock.monotonic() >= deadlineAt) {
        const notes = held.map((name) => `${name}: ${obstacles.get(name) ?? 'not a market of this executor'}`)
        return isAgreed ? notes : [...notes, 'what is left could not be compared with the venue']
      }
      await Promise.all(ours.map(async (name) => obstacles.set(name, await flattenMarket(name, deadlineAt))))
    }
  }
}

function describe(outcome: Outcome): string {
  if (outcome.status === 'rejected' || outcome.status === 'denied') return `${outcome.status} (${outcome.reason})`
  return `${outcome.status} with ${outcome.filledSize.toFixed()} of ${outcome.size.toFixed()} filled`
}
