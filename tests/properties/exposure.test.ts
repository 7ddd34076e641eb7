/**
 * What is at stake, by the exchange's own record: positions, and what rests on its books. After everything that happens to
 * it, on fifty markets, whatever is submitted, lost, refused, filled, replaced and cancelled.
 */
import fc from 'fast-check'
import { type Accepted, createActionBudget, type Intent, standardGates } from 'hip3-executor'
import {
  createManualClock,
  createSimExchange,
  type FaultRule,
  MAINNET_UNIVERSE,
  type SimExchange,
  type Universe,
} from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { type Decimal, decimal, max, ZERO } from '../../src/model/decimal.js'
import { ACCOUNT, AGENT, createHarness, type Harness } from '../helpers/harness.js'
import { placeElsewhere } from '../helpers/venue.js'

const NAMES: readonly string[] = Array.from({ length: 50 }, (_, n) => `xyz:M${n}`)

/** Fifty markets alike, at a mark of 100 that stays: what a price does to a position no limit can prevent. */
function fiftyMarkets(): Universe {
  const [validators, xyz] = MAINNET_UNIVERSE
  const [template] = xyz?.markets ?? []
  if (validators === undefined || xyz === undefined || template === undefined) throw new Error('no xyz dex')
  const price = { mark: '100', oracle: '100', mid: '100', prevDay: '100' }
  const shape = { ...template, ...price, szDecimals: 2, openInterest: '1000', openInterestCap: '1000000000' }
  const btc = validators.markets.filter(({ name }) => name === 'BTC')
  return [
    { ...validators, markets: btc },
    { ...xyz, totalOpenInterestCap: '1000000000', markets: NAMES.map((name) => ({ ...shape, name })) },
  ]
}

const UNIVERSE = fiftyMarkets()
const MARK = decimal('100', 'MARK')
const LIMITS = { maxNotionalPerMarket: '300', maxNotionalTotal: '1500', maxConcurrentPositions: 8 }

type Stake = { readonly perMarket: ReadonlyMap<string, Decimal>; readonly total: Decimal }

/** The worse direction of every market: what is held at the mark, and every order at the worse of mark and limit. */
function stakeOf(exchange: SimExchange): Stake {
  const account = exchange.account(ACCOUNT)
  const sides = new Map<string, { buy: Decimal; sell: Decimal }>()
  const of = (market: string): { buy: Decimal; sell: Decimal } => {
    const known = sides.get(market) ?? { buy: ZERO, sell: ZERO }
    sides.set(market, known)
    return known
  }
  for (const name of NAMES) {
    const size = account.position(name)?.size ?? '0'
    if (size === '0') continue
    const held = decimal(size, 'size').times(MARK)
    const both = of(name)
    both.buy = both.buy.plus(held)
    both.sell = both.sell.minus(held)
  }
  for (const { market, side, price, remaining, reduceOnly } of account.openOrders()) {
    if (reduceOnly) continue
    const both = of(market)
    both[side] = both[side].plus(decimal(remaining, 'remaining').times(max(MARK, decimal(price, 'price'))))
  }
  const perMarket = new Map([...sides].map(([name, { buy, sell }]) => [name, max(max(buy, sell), ZERO)]))
  return { perMarket, total: [...perMarket.values()].reduce((sum, one) => sum.plus(one), ZERO) }
}

/** What went beyond a limit, for people. */
function excess({ perMarket, total }: Stake, limits: typeof LIMITS): readonly string[] {
  const markets = [...perMarket].filter(([, stake]) => stake.gt(limits.maxNotionalPerMarket))
  return [
    ...markets.map(([name, stake]) => `${name}: ${stake.toFixed()} of ${limits.maxNotionalPerMarket}`),
    // Reaching the total is denied, as in the original.
    ...(total.gte(limits.maxNotionalTotal) ? [`all: ${total.toFixed()} of ${limits.maxNotionalTotal}`] : []),
    ...(perMarket.size > limits.maxConcurrentPositions ? [`${perMarket.size} markets`] : []),
  ]
}

type Watched = {
  readonly harness: Harness
  /** Looks now. It is looked by itself after every request that the exchange has answered. */
  look(): void
  /** Everything that was ever too much. */
  readonly found: string[]
  /** The most that there ever was. */
  most(): Most
}

type Most = { readonly total: string; readonly market: string; readonly markets: number }

async function createWatched(limits: typeof LIMITS & { readonly singleEntry: boolean }): Promise<Watched> {
  const clock = createManualClock()
  const found: string[] = []
  let [total, inMarket, markets] = [ZERO, ZERO, 0]
  function look(): void {
    const stake = stakeOf(exchange)
    found.push(...excess(stake, limits))
    total = max(total, stake.total)
    markets = Math.max(markets, stake.perMarket.size)
    for (const one of stake.perMarket.values()) inMarket = max(inMarket, one)
  }
  const exchange = createSimExchange({
    clock,
    universe: UNIVERSE,
    verifySignatures: false,
    onRequest: ({ kind }) => kind === 'action' && look(),
  })
  exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' })
  const budget = createActionBudget({ maxActions: 10_000 })
  const harness = createHarness({ gates: standardGates(limits), budget, markets: NAMES }, { clock, exchange })
  await harness.executor.start()
  const most = (): Most => ({ total: total.toFixed(), market: inMarket.toFixed(), markets })
  return { harness, look, found, most }
}

const few = fc.constantFrom(...NAMES.slice(0, 3))
const market = fc.oneof({ weight: 2, arbitrary: few }, { weight: 1, arbitrary: fc.constantFrom(...NAMES) })
const side = fc.constantFrom('buy' as const, 'sell' as const)
/** Around the mark, far enough to matter; the books begin a hundredth away from it. */
const price = fc.integer({ min: 600, max: 1_400 }).map((tenths) => (tenths / 10).toFixed(1))
const size = fc.integer({ min: 10, max: 400 }).map((lots) => (lots / 100).toFixed(2))

const entry: fc.Arbitrary<Intent> = fc.record({
  market,
  side,
  price,
  size,
  timeInForce: fc.constantFrom('ioc' as const, 'gtc' as const, 'alo' as const),
  reduceOnly: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})
const quote: fc.Arbitrary<Intent> = fc.record({
  market,
  side,
  price,
  size,
  kind: fc.constant('quote' as const),
  timeInForce: fc.constantFrom('gtc' as const, 'alo' as const),
})
const intent = fc.oneof(entry, quote)

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      intents: fc.array(intent, { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('modify' as const), which: fc.nat(50), price, size }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('taken' as const), market, side, price, size }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), market }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 6_000 }) }) },
)

const ACTIONS = ['order', 'cancelByCloid', 'batchModify', 'noop'] as const
const chance = fc.integer({ min: 5, max: 40 }).map((percent) => percent / 100)
const asked = fc.constantFrom(...ACTIONS).map((type) => `request:action:${type}` as const)
const answered = fc.constantFrom(...ACTIONS).map((type) => `reply:action:${type}` as const)
const told = fc.constantFrom('feed:orderUpdates' as const, 'feed:userFills' as const)
const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.record({ fault: fc.constant('lose' as const), of: fc.oneof(asked, answered, told), probability: chance }),
  fc.record({
    fault: fc.constant('delay' as const),
    of: fc.oneof(asked, answered),
    probability: chance,
    ms: fc.integer({ min: 1, max: 20_000 }),
  }),
  fc.record({ fault: fc.constant('duplicate' as const), of: fc.oneof(asked, answered, told), probability: chance }),
  fc.record({ fault: fc.constant('reorder' as const), of: fc.oneof(answered, told), probability: chance }),
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const isIn = (name: string) => (one: { readonly market: string }) => one.market === name

async function play({ harness, look }: Watched, one: Step, accepted: Accepted[]): Promise<void> {
  const { executor, exchange } = harness
  const note = (submission: ReturnType<typeof executor.submit>): void => {
    if (submission.status === 'accepted') accepted.push(submission)
  }
  switch (one.do) {
    case 'submit':
      for (const submission of executor.submitMany(one.intents)) note(submission)
      break
    case 'cancel': {
      const order = accepted[one.which % Math.max(1, accepted.length)]
      if (order !== undefined) void executor.cancel(order.clientOrderId)
      break
    }
    case 'modify': {
      const order = accepted[one.which % Math.max(1, accepted.length)]
      if (order !== undefined) note(executor.modify(order.clientOrderId, { price: one.price, size: one.size }))
      break
    }
    case 'taken':
      // Somebody trades with what rests, and the book is there again for the next one.
      if (exchange.account(ACCOUNT).openOrders().some(isIn(one.market))) {
        exchange.market(one.market).clearBook().take(one.side, one.price, one.size)
        look()
        exchange.market(one.market).clearBook().seedBook('100')
      }
      break
    case 'close':
      void executor.closePosition(one.market, { timeoutMs: 2_000 })
      break
    case 'cut':
      harness.sockets.at(-1)?.terminate()
      break
    default:
      await harness.pass(one.ms)
  }
  look()
  await harness.settle()
  look()
}

describe('on fifty markets', () => {
  it('no limit is ever exceeded, by the exchange’s own record', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 3 }),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.boolean(),
        async (faults, steps, singleEntry) => {
          const watched = await createWatched({ ...LIMITS, singleEntry })
          const { harness, found, look } = watched
          const active = faults.map((rule) => harness.exchange.fault(rule))
          const accepted: Accepted[] = []
          for (const one of steps) {
            await play(watched, one, accepted)
            expect(found).toEqual([])
          }
          for (const rule of active) rule.stop()
          await harness.pass(60_000)
          look()
          expect(found).toEqual([])
          await harness.executor.close()
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 15) },
    )
  }, 300_000)

  it('no limit is exceeded by closing a position that the orders on the other side stood against', async () => {
    const watched = await createWatched({ ...LIMITS, singleEntry: false })
    const market = 'xyz:M0'
    const entry = { market, side: 'buy', price: '60', timeInForce: 'gtc' } as const
    const accepted: Accepted[] = []
    for (const intents of [
      [{ ...entry, side: 'sell', size: '0.17' }],
      [{ ...entry, size: '0.17' }],
      [
        { ...entry, price: '100.1', size: '0.10', timeInForce: 'ioc', reduceOnly: true },
        { ...entry, size: '2.91' },
      ],
    ] as const) {
      await play(watched, { do: 'submit', intents: [...intents] } as Step, accepted)
    }
    expect(watched.found).toEqual([])
    await watched.harness.executor.close()
  })

  const everywhere = (one: Partial<Intent>): readonly Intent[] =>
    NAMES.map((name) => ({ market: name, side: 'buy', price: '101', size: '1', timeInForce: 'ioc', ...one }))
  const quotes = { kind: 'quote', timeInForce: 'alo' } as const
  const fiveOf = (one: Intent): readonly Intent[] => [one, one, one, one, one]

  it.each<[string, Partial<typeof LIMITS>, readonly Intent[], Partial<Most>]>([
    ['one position', { maxConcurrentPositions: 1 }, everywhere({}), { markets: 1, total: '100' }],
    ['one market with quotes', { maxConcurrentPositions: 1 }, everywhere({ ...quotes, price: '99' }), { markets: 1 }],
    [
      'one order’s worth in a market',
      { maxNotionalPerMarket: '101', maxConcurrentPositions: 50, maxNotionalTotal: '10000' },
      everywhere({}).flatMap(fiveOf),
      { market: '100', markets: 50, total: '5000' },
    ],
    [
      'one order’s worth on each side, of quotes',
      { maxNotionalPerMarket: '100', maxConcurrentPositions: 50, maxNotionalTotal: '10000' },
      [
        ...everywhere({ ...quotes, price: '99' }).flatMap(fiveOf),
        ...everywhere({ ...quotes, side: 'sell', price: '102', size: '0.9' }).flatMap(fiveOf),
      ],
      { market: '100', markets: 50, total: '5000' },
    ],
    [
      'one order’s worth in all',
      { maxNotionalTotal: '102', maxConcurrentPositions: 50 },
      everywhere({}),
      { total: '100' },
    ],
  ])(
    'of any number of intents in one turn no more pass than a limit of %s lets',
    async (_, changes, intents, expected) => {
      const watched = await createWatched({ ...LIMITS, singleEntry: false, ...changes })
      const { harness, found, most, look } = watched
      harness.executor.submitMany(intents)
      await harness.settle()
      look()
      expect(found).toEqual([])
      expect(most()).toMatchObject(expected)
    },
  )

  it('what somebody else adds is found, so a limit that did not hold would be too', async () => {
    const { harness, found, look } = await createWatched({ ...LIMITS, singleEntry: true })
    placeElsewhere(harness, { market: 'xyz:M7', price: '90', size: '3.01' })
    look()
    expect(found).toContain('xyz:M7: 301 of 300')
  })
})
