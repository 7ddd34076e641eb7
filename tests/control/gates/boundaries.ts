/**
 * Where every gate turns: the last thing that passes and the first that is denied.
 *
 * One table, held by a test and printed in docs/risk-gates.md. A gate without a row in it fails the test.
 */
import { coreGates } from '../../../src/control/gates/core.js'
import { correlationPositionGate } from '../../../src/control/gates/correlation.js'
import { standardGates } from '../../../src/control/gates/standard.js'
import type { Condition } from '../../../src/control/readiness.js'
import { createRiskGates, type Gate, type GateDescription, type RiskGates } from '../../../src/control/risk-gates.js'
import type { RoundTrip, RoundTripFill } from '../../../src/control/round-trips.js'
import type { DeniedReason } from '../../../src/model/reasons.js'
import { createWorld, d, hold, type OrderValues, orderOf, type World } from '../support.js'

const LIMITS = { maxNotionalPerMarket: '50', maxNotionalTotal: '100' }

/** Every gate that an executor can be given, with the limits that the rows are about. */
export const GATES: readonly Gate[] = [
  ...standardGates({
    ...LIMITS,
    maxConcurrentPositions: 5,
    maxDrawdown: { maxLoss: '10' },
    correlationCooldown: { closes: 3 },
    burstSignal: { bypassEdgeBps: 100 },
    tiltGuard: {},
    reEntryDelay: {},
  }),
  correlationPositionGate({ groups: [['xyz:A', 'xyz:B', 'xyz:C', 'xyz:D', 'xyz:NVDA']] }),
]

/** The gates in the order in which they run, as docs/risk-gates.md lists them. */
export const EVERY_GATE: readonly GateDescription[] = createRiskGates(
  [...coreGates(), ...GATES],
  createWorld(),
).describe()

export function gateOf(id: string): Gate {
  const gate = [...coreGates(), ...GATES].find((one) => one.id === id)
  if (gate === undefined) throw new Error(`there is no gate ${id}`)
  return gate
}

export type Stage = { readonly world: World; readonly gates: RiskGates }

/** Brings about a situation, and says which order is then judged, and when. By default a buy of 1 at 100 at once. */
export type Arrange = (stage: Stage) => OrderValues & { readonly now?: number }

/** A situation in words, and what brings it about. */
export type Situation = readonly [situation: string, arrange: Arrange]

export type Boundary = {
  readonly passes: Situation
  /** What it passes with, when that is not all that was asked for. */
  readonly size?: string
  readonly denies: Situation
  readonly reason: DeniedReason
}

const HOUR = 3_600_000
const MINUTE = 60_000

/** A round trip that came out with `net`. */
export const tripOf = (net: string, market = 'xyz:NVDA'): RoundTrip => ({
  market,
  side: 'buy',
  size: d('1'),
  entryPrice: d('100'),
  exitPrice: d('100').plus(net),
  closedPnl: d(net),
  fees: d('0'),
  netPnl: d(net),
  closedAt: 0,
  isComplete: true,
})

/** A fill that realised so much, before a fee. */
export const fillOf = (closedPnl: string, fee = '0'): RoundTripFill => ({
  market: 'xyz:TSLA',
  side: 'sell',
  price: d('100'),
  size: d('1'),
  time: 0,
  closedPnl: d(closedPnl),
  fee: d(fee),
})

const mark = ({ marketData }: World, price: string, market = 'xyz:NVDA', now = 0): void =>
  marketData.update({ market, markPrice: d(price) }, now)

const priced =
  (price: string): Arrange =>
  ({ world }) => {
    mark(world, '100')
    return { price }
  }

const aged =
  (now: number): Arrange =>
  ({ world }) => {
    mark(world, '100')
    return { now }
  }

const lost =
  (net: string, now = 0): Arrange =>
  ({ gates }) => {
    gates.onFill(fillOf(net, '0.01'), 0)
    return { now }
  }

const closed =
  (times: readonly number[], now: number): Arrange =>
  ({ gates }) => {
    for (const at of times) gates.onClosed(tripOf('1', `xyz:M${at}`), at)
    return { now }
  }

/** Orders that passed before, at these times. */
const sent =
  (times: readonly number[], now: number, order: OrderValues = {}): Arrange =>
  ({ gates }) => {
    for (const at of times) {
      const verdict = gates.evaluate(orderOf(), at)
      if ('approved' in verdict) verdict.approved.written(at)
    }
    return { now, ...order }
  }

const ended =
  (nets: readonly string[], now: number): Arrange =>
  ({ gates }) => {
    for (const net of nets) gates.onClosed(tripOf(net), 0)
    return { now }
  }

const holding =
  (positions: Readonly<Record<string, string>>, order: OrderValues = {}): Arrange =>
  ({ world }) => {
    for (const market of ['xyz:NVDA', ...Object.keys(positions)]) mark(world, '10', market)
    hold(world, positions)
    return { price: '10', ...order }
  }

const beside =
  (orders: readonly OrderValues[]): Arrange =>
  ({ world }) => {
    for (const order of orders) world.orders.register(orderOf(order))
    return {}
  }

/** Actions that the venue has counted. */
const used =
  (count: number): Arrange =>
  ({ world }) => {
    world.venueLimits.beginReading(0)({ used: count, limit: 10_000 }, 0)
    return {}
  }

const resting =
  (count: number): Arrange =>
  ({ world }) => {
    for (let n = 0; n < count; n++) world.orders.register(orderOf())
    return {}
  }

/** Weight that was spent, and came in one answer. */
const weighing =
  (weight: number, now: number): Arrange =>
  ({ world }) => {
    world.venueLimits.charge('info', { weight, actions: 0 }, 0)
    return { now }
  }

const longs = (...names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [`xyz:${name}`, '1']))

const asIs: Arrange = () => ({})

const stopped: Arrange = ({ world }) => {
  world.hardStop.trigger({ cause: 'manual', reason: 'news' })
  return {}
}

/** A halt of a minute, so long ago. */
const halted =
  (market: string, agoMs: number): Arrange =>
  ({ world }) => {
    world.halts.halt(market, 'news', { untilMs: world.time.now() + MINUTE })
    world.time.pass(agoMs)
    return {}
  }

const missing =
  (...conditions: readonly Condition[]): Arrange =>
  ({ world }) => {
    for (const condition of conditions) world.readiness.unmet(condition, 'lost')
    return {}
  }

export const BOUNDARIES: Readonly<Record<string, readonly Boundary[]>> = {
  hardStop: [{ passes: ['off', asIs], denies: ['on', stopped], reason: 'HARD_STOP' }],
  halt: [
    {
      passes: ['another market halted', halted('xyz:TSLA', 0)],
      denies: ['this market halted', halted('xyz:NVDA', 0)],
      reason: 'HALTED',
    },
    {
      passes: ['a halt of 60 s, 60 s later', halted('xyz:NVDA', MINUTE)],
      denies: ['1 ms less than that', halted('xyz:NVDA', MINUTE - 1)],
      reason: 'HALTED',
    },
  ],
  maxDrawdown: [
    {
      passes: ['-9.99 in the last hour, fees taken off', lost('-9.98')],
      denies: ['-10', lost('-9.99')],
      reason: 'MAX_DRAWDOWN',
    },
    {
      passes: ['-10, an hour ago', lost('-9.99', HOUR)],
      denies: ['1 ms less than that', lost('-9.99', HOUR - 1)],
      reason: 'MAX_DRAWDOWN',
    },
  ],
  correlationCooldown: [
    {
      passes: ['2 closes', closed([0, 1], 1)],
      denies: ['3 closes within 29.999 s', closed([0, 1, 29_999], 29_999)],
      reason: 'CORRELATION_COOLDOWN',
    },
    {
      passes: ['3 closes, the first 30 s before the last', closed([0, 1, 30_000], 30_000)],
      denies: ['59.999 s after the last of 3', closed([0, 1, 2], MINUTE + 1)],
      reason: 'CORRELATION_COOLDOWN',
    },
    {
      passes: ['60 s after the last of 3', closed([0, 1, 2], MINUTE + 2)],
      denies: ['60 s after the first of 3', closed([0, 1, 2], MINUTE)],
      reason: 'CORRELATION_COOLDOWN',
    },
  ],
  burstSignal: [
    {
      passes: ['the third order of a market', sent([0, 1], 2)],
      denies: ['the fourth', sent([0, 1, 2], 3)],
      reason: 'BURST_SIGNAL',
    },
    {
      passes: ['the fourth, 1800 s after the first', sent([0, 1, 2], HOUR / 2)],
      denies: ['1 ms less than that', sent([0, 1, 2], HOUR / 2 - 1)],
      reason: 'BURST_SIGNAL',
    },
    {
      passes: ['a fourth, 300 s after a late third', sent([0, 1, 1_700_000], 2_000_000)],
      denies: ['1 ms less than that', sent([0, 1, 1_700_000], 1_999_999)],
      reason: 'BURST_SIGNAL',
    },
    {
      passes: ['the fourth, with an edge of 100 bps', sent([0, 1, 2], 3, { edgeBps: 100 })],
      denies: ['with an edge of 99.9 bps', sent([0, 1, 2], 3, { edgeBps: 99.9 })],
      reason: 'BURST_SIGNAL',
    },
  ],
  tiltGuard: [
    {
      passes: ['2 losses in a row', ended(['-1', '-1'], 0)],
      denies: ['3 losses in a row', ended(['-1', '-1', '-1'], 0)],
      reason: 'TILT_GUARD',
    },
    {
      passes: ['a win between them', ended(['-1', '-1', '0.01', '-1'], 0)],
      denies: ['a trip between them that came out even', ended(['-1', '-1', '0', '-1'], 0)],
      reason: 'TILT_GUARD',
    },
    {
      passes: ['300 s after the third loss', ended(['-1', '-1', '-1'], 300_000)],
      denies: ['1 ms less than that', ended(['-1', '-1', '-1'], 299_999)],
      reason: 'TILT_GUARD',
    },
  ],
  reEntryDelay: [
    {
      passes: ['30 s after the close', ended(['1'], 30_000)],
      denies: ['29.999 s after it', ended(['1'], 29_999)],
      reason: 'RE_ENTRY_DELAY',
    },
  ],
  ready: [
    { passes: ['nothing missing', asIs], denies: ['one condition missing', missing('userFills')], reason: 'NOT_READY' },
    {
      passes: ['nothing missing', asIs],
      denies: ['the journal alone missing', missing('journal')],
      reason: 'JOURNAL_FAILED',
    },
  ],
  priceBand: [
    {
      passes: ['20 at a mark of 100', priced('20')],
      denies: ['19.999', priced('19.999')],
      reason: 'PRICE_OUT_OF_BAND',
    },
    {
      passes: ['180 at a mark of 100', priced('180')],
      denies: ['180.01', priced('180.01')],
      reason: 'PRICE_OUT_OF_BAND',
    },
    {
      passes: ['a mark of 8 s ago', aged(8_000)],
      denies: ['a mark of 8.001 s ago', aged(8_001)],
      reason: 'MARKET_DATA_UNAVAILABLE',
    },
  ],
  maxPositionPerMarket: [
    {
      passes: ['50 with nothing held', holding({}, { size: '5' })],
      denies: ['10 with 50 held', holding({ 'xyz:NVDA': '5' })],
      reason: 'MAX_POSITION_PER_MARKET',
    },
    {
      passes: ['60.1 with nothing held: scaled to 50', holding({}, { size: '6.01' })],
      size: '5',
      denies: ['10 with 40.1 held: 9.9 is not worth an order', holding({ 'xyz:NVDA': '4.01' })],
      reason: 'MAX_POSITION_PER_MARKET',
    },
  ],
  maxPositionTotal: [
    {
      passes: ['49.9 with 50 held elsewhere', holding({ 'xyz:TSLA': '5' }, { size: '4.99' })],
      denies: ['50 with 50 held elsewhere', holding({ 'xyz:TSLA': '5' }, { size: '5' })],
      reason: 'MAX_POSITION_TOTAL',
    },
  ],
  maxConcurrentPositions: [
    {
      passes: ['4 other markets', holding(longs('A', 'B', 'C', 'D'))],
      denies: ['5 other markets', holding(longs('A', 'B', 'C', 'D', 'E'))],
      reason: 'MAX_CONCURRENT_POSITIONS',
    },
  ],
  correlationPosition: [
    {
      passes: ['the third of its group and 1 other: 1 + 2 × 1.5 + 1 = 5', holding(longs('A', 'B', 'X'))],
      denies: ['the fourth of its group: 1 + 3 × 1.5 = 5.5', holding(longs('A', 'B', 'C'))],
      reason: 'CORRELATION_POSITION',
    },
    {
      passes: ['the first short beside 3 longs of its group: 4 + 1', holding(longs('A', 'B', 'C'), { side: 'sell' })],
      denies: ['the same, and 1 other', holding(longs('A', 'B', 'C', 'X'), { side: 'sell' })],
      reason: 'CORRELATION_POSITION',
    },
  ],
  flattenInProgress: [
    {
      passes: ['no reduce-only order', beside([{}])],
      denies: ['one', beside([{ reduceOnly: true, side: 'sell' }])],
      reason: 'FLATTEN_IN_PROGRESS',
    },
  ],
  hasPosition: [
    {
      passes: ['flat', holding({ 'xyz:TSLA': '1' })],
      denies: ['one lot held', holding({ 'xyz:NVDA': '0.01' })],
      reason: 'ALREADY_HAS_POSITION',
    },
  ],
  pendingOrder: [
    {
      passes: ['no other order', beside([{ market: 'xyz:TSLA' }])],
      denies: ['one that is not final', beside([{}])],
      reason: 'PENDING_ORDER_EXISTS',
    },
  ],
  actionBudget: [
    {
      passes: ['the second order of a budget of 2 in 1 s', sent([0], 0)],
      denies: ['the third', sent([0, 0], 0)],
      reason: 'BUDGET_EXHAUSTED',
    },
    {
      passes: ['the third, 1 s after the first', sent([0, 1], 1_000)],
      denies: ['1 ms less than that', sent([0, 1], 999)],
      reason: 'BUDGET_EXHAUSTED',
    },
  ],
  venueLimits: [
    {
      passes: ['the 9500th action of 10,000', used(9_499)],
      denies: ['the one after it', used(9_500)],
      reason: 'VENUE_LIMIT',
    },
    {
      passes: ['949 open orders', resting(949)],
      denies: ['950 open orders', resting(950)],
      reason: 'VENUE_LIMIT',
    },
    {
      passes: ['2 s before the weight that is used up comes free', weighing(960, 59_000)],
      denies: ['1 ms sooner', weighing(960, 58_999)],
      reason: 'VENUE_LIMIT',
    },
  ],
}
