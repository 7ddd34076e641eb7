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
import type { BestPrices } from '../../../src/model/prices.js'
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
    maxOrderNotional: '150',
    maxAccountShare: '0.1',
    market: { blackouts: [{ from: 'Fri 20:00', to: 'Sun 22:00' }] },
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

/** Best prices, one after the other a second apart; the order is judged `later` after the last. */
const quoted =
  (books: readonly (readonly [bid: string | undefined, ask: string | undefined])[], later = 0): Arrange =>
  ({ world }) => {
    mark(world, '100')
    const at = (index: number): number => index * 1_000
    for (const [index, [bid, ask]] of books.entries()) {
      const prices = { market: 'xyz:NVDA', time: at(index), bid: bid && d(bid), ask: ask && d(ask) }
      world.marketData.updateBook(prices as BestPrices, at(index))
    }
    return { now: at(books.length - 1) + later }
  }

const marked =
  (price: string): Arrange =>
  ({ world }) => {
    quoted([['99', '101']])({ world } as Stage)
    mark(world, price)
    return {}
  }

/** Two books, the second of this time. */
const dated =
  (time: number): Arrange =>
  ({ world }) => {
    for (const at of [1_000, time]) {
      world.marketData.updateBook({ market: 'xyz:NVDA', time: at, bid: d('99'), ask: d('101') }, 0)
    }
    return {}
  }

/** Under a cap of 1000, at a mark of 100. */
const interested =
  (openInterest: string): Arrange =>
  ({ world }) => {
    world.caps.set('xyz:NVDA', d('1000'))
    world.marketData.update({ market: 'xyz:NVDA', markPrice: d('100'), openInterest: d(openInterest) }, 0)
    return {}
  }

const atTime =
  (utc: string): Arrange =>
  ({ world }) => {
    world.wall.now = Date.parse(`${utc}Z`)
    return {}
  }

const changed: Arrange = ({ world }) => {
  world.changes.set('xyz:NVDA', 'szDecimals 3, now 2')
  return {}
}

/** With an account that is worth so much, and a tenth of it for one market. */
const worth =
  (value: string, order: OrderValues = {}, later = 0): Arrange =>
  ({ world }) => {
    mark(world, '10', 'xyz:NVDA', later)
    world.accountValues.update('xyz', d(value), 0)
    return { price: '10', now: later, ...order }
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

/** The same with an order whose fifth is worth less than the venue's minimum. */
const tiny =
  (arrange: Arrange): Arrange =>
  (stage) => ({ ...arrange(stage), size: '0.4' })

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
  maxOrderNotional: [
    {
      passes: ['150', (stage) => ({ ...priced('100')(stage), size: '1.5' })],
      denies: ['151', (stage) => ({ ...priced('100')(stage), size: '1.51' })],
      reason: 'MAX_ORDER_NOTIONAL',
    },
  ],
  twoSidedBook: [
    {
      passes: ['99.9 to 100.1', quoted([['99.9', '100.1']])],
      denies: ['no ask', quoted([['99.9', undefined]])],
      reason: 'BOOK_UNUSABLE',
    },
    {
      passes: ['a bid one tick below the ask', quoted([['100', '100.01']])],
      denies: ['a bid at the ask', quoted([['100', '100']])],
      reason: 'BOOK_UNUSABLE',
    },
    {
      passes: ['99.9 to 100.1', quoted([['99.9', '100.1']])],
      denies: ['nothing heard', quoted([])],
      reason: 'MARKET_DATA_UNAVAILABLE',
    },
  ],
  bboAge: [
    {
      passes: ['heard of 2 s ago', quoted([['99', '101']], 2_000)],
      denies: ['2.001 s ago', quoted([['99', '101']], 2_001)],
      reason: 'MARKET_DATA_UNAVAILABLE',
    },
  ],
  contextAge: [
    {
      passes: ['heard of 8 s ago', aged(8_000)],
      denies: ['8.001 s ago', aged(8_001)],
      reason: 'MARKET_DATA_UNAVAILABLE',
    },
  ],
  timeRegression: [
    {
      passes: ['the time of the book before', dated(1_000)],
      denies: ['1 ms earlier', dated(999)],
      reason: 'TIME_REGRESSION',
    },
  ],
  markMidDivergence: [
    {
      passes: ['a mark of 100.5 at a middle of 100', marked('100.5')],
      denies: ['100.51', marked('100.51')],
      reason: 'MARK_MID_DIVERGENCE',
    },
    {
      passes: ['a mark of 99.5', marked('99.5')],
      denies: ['99.49', marked('99.49')],
      reason: 'MARK_MID_DIVERGENCE',
    },
  ],
  spreadShock: [
    {
      passes: [
        '3 times the usual',
        quoted([
          ['99.9', '100.1'],
          ['99.7', '100.3'],
        ]),
      ],
      denies: [
        '6.1 times the usual',
        quoted([
          ['99.9', '100.1'],
          ['99.39', '100.61'],
        ]),
      ],
      reason: 'SPREAD_SHOCK',
    },
    {
      passes: [
        '6 times the usual: scaled to a fifth',
        quoted([
          ['99.9', '100.1'],
          ['99.4', '100.6'],
        ]),
      ],
      size: '0.2',
      denies: [
        'the same, where a fifth is not worth an order',
        tiny(
          quoted([
            ['99.9', '100.1'],
            ['99.4', '100.6'],
          ]),
        ),
      ],
      reason: 'SPREAD_SHOCK',
    },
    {
      passes: [
        '3.1 times the usual: scaled to a fifth',
        quoted([
          ['99.9', '100.1'],
          ['99.69', '100.31'],
        ]),
      ],
      size: '0.2',
      denies: [
        '6.01 times the usual',
        quoted([
          ['99.9', '100.1'],
          ['99.399', '100.601'],
        ]),
      ],
      reason: 'SPREAD_SHOCK',
    },
  ],
  openInterestCap: [
    {
      passes: ['9.99 at a mark of 100 and a cap of 1000', interested('9.99')],
      denies: ['10', interested('10')],
      reason: 'OPEN_INTEREST_CAPPED',
    },
  ],
  marketChange: [{ passes: ['unchanged', asIs], denies: ['another lot', changed], reason: 'MARKET_CHANGED' }],
  blackout: [
    {
      passes: ['Friday 19:59:59.999', atTime('2026-01-02T19:59:59.999')],
      denies: ['Friday 20:00', atTime('2026-01-02T20:00')],
      reason: 'BLACKOUT',
    },
    {
      passes: ['Sunday 22:00', atTime('2026-01-04T22:00')],
      denies: ['Sunday 21:59:59.999', atTime('2026-01-04T21:59:59.999')],
      reason: 'BLACKOUT',
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
  accountShare: [
    {
      passes: ['50 of an account worth 500', worth('500', { size: '5' })],
      denies: ['anything with one worth 0', worth('0')],
      reason: 'BALANCE_UNKNOWN',
    },
    {
      passes: ['60 of an account worth 500: scaled to 50', worth('500', { size: '6' })],
      size: '5',
      denies: ['10 of an account worth 99', worth('99')],
      reason: 'MAX_ACCOUNT_SHARE',
    },
    {
      passes: ['a value read 150 s ago', worth('500', {}, 150_000)],
      denies: ['150.001 s ago', worth('500', {}, 150_001)],
      reason: 'BALANCE_UNKNOWN',
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
