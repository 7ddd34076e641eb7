/**
 * Histories of orders on a simulated exchange, told to the executor letter by letter: what happens, and which of the
 * letters that tell of it come when. A step is plain data, so that a history that fails can be read and played again.
 */
import fc from 'fast-check'
import {
  type Accepted,
  type ClientOrderId,
  type Outcome,
  type Side,
  type Submission,
  standardGates,
  type TimeInForce,
} from 'hip3-executor'
import {
  createManualClock,
  createSimExchange,
  createUnverifiedSigner,
  MAINNET_UNIVERSE,
  type RecordedOrder,
} from 'hip3-executor/testing'
import { ACCOUNT, AGENT, buy, createHarness, type Harness, NVDA, TSLA } from './harness.js'
import { type Delivery, type HeldLetters, holdLetters } from './held-letters.js'

export const MARKETS: readonly string[] = [NVDA, TSLA]

const HAND = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'
/** Above and below everything in the seeded books. */
const pricesOf = (market: string): { readonly high: string; readonly low: string } =>
  market === NVDA ? { high: '178', low: '174' } : { high: '404', low: '395' }
/** As far as a server may lag behind the chain. */
const MOST_LAG_MS = 2_500
/** No more than the two markets and one of the validator dex: an exchange is made for every history. */
const SMALL_UNIVERSE = MAINNET_UNIVERSE.slice(0, 2).map((dex) => ({
  ...dex,
  markets: dex.markets.filter(({ name }) => ['BTC', ...MARKETS].includes(name)),
}))

const mostly = <T>(share: number, usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: share, arbitrary: fc.constant(usual) }, fc.constantFrom(...others))
const weighted = <T>(...choices: readonly (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))

/** One of those there are, from the oldest on, or below zero from the newest back; what has just come is chosen more often. */

const which = weighted([1, fc.nat(1_000)], [1, fc.integer({ min: -3, max: -1 })])
const alone = (step: Step): readonly Step[] => [step]
const market = fc.constantFrom(...MARKETS)
const lots = fc.integer({ min: 100, max: 3_000 })

type Kind = 'takes' | 'takesAndRests' | 'rests' | 'postOnly' | 'postOnlyTooFar' | 'misses'
const COMMON: readonly Kind[] = ['takes', 'rests', 'rests']

type Place = {
  readonly do: 'place'
  readonly market: string
  readonly side: Side
  readonly kind: Kind
  readonly lots: number
  readonly reduceOnly: boolean
  /** What makes the exchange refuse it although it looked right here. */
  readonly flaw: 'none' | 'offGrid' | 'tooLarge'
  /** The next step happens in the same turn, so that orders share a request. */
  readonly isInOneTurn: boolean
}

const placing: fc.Arbitrary<Place> = fc.record({
  do: fc.constant('place'),
  market,
  side: fc.constantFrom('buy', 'sell'),
  kind: fc.constantFrom<Kind>(...COMMON, ...COMMON, 'takesAndRests', 'postOnly', 'postOnlyTooFar', 'misses'),
  lots,
  reduceOnly: mostly(8, false, true),
  flaw: mostly<Place['flaw']>(8, 'none', 'offGrid', 'tooLarge'),
  isInOneTurn: mostly(4, false, true),
})

export type Step =
  | Place
  | { readonly do: 'cancel' | 'cancelByHand' | 'arrive' | 'lose'; readonly which: number }
  | { readonly do: 'modify'; readonly which: number; readonly isMarketable: boolean; readonly lots: number }
  | { readonly do: 'trade'; readonly which: number; readonly percent: number }
  | { readonly do: 'thinBook'; readonly market: string; readonly lots: number }
  | { readonly do: 'deliver'; readonly which: number; readonly isKept: boolean; readonly ageMs: number }
  | { readonly do: 'deliverMany'; readonly order: readonly number[] }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'silence' | 'cut' }

const one = (name: 'cancel' | 'cancelByHand' | 'arrive' | 'lose'): fc.Arbitrary<Step> =>
  fc.record({ do: fc.constant(name), which })

const happening: fc.Arbitrary<Step> = weighted<Step>(
  [5, placing],
  [2, one('cancel')],
  [1, fc.record({ do: fc.constant('modify' as const), which, isMarketable: fc.boolean(), lots })],
  [4, fc.record({ do: fc.constant('trade' as const), which, percent: fc.constantFrom(30, 60, 100) })],
  [2, fc.record({ do: fc.constant('thinBook' as const), market, lots: fc.integer({ min: 1, max: 900 }) })],
  [1, one('cancelByHand')],
  [2, one('arrive')],
)
const letter: fc.Arbitrary<Step> = weighted<Step>(
  [
    6,
    fc.record({
      do: fc.constant('deliver' as const),
      which,
      isKept: fc.boolean(),
      ageMs: weighted([1, fc.constant(0)], [1, fc.integer({ min: 1, max: MOST_LAG_MS })]),
    }),
  ],
  [1, fc.record({ do: fc.constant('deliverMany' as const), order: fc.array(which, { minLength: 5, maxLength: 30 }) })],
  [1, one('lose')],
  /** What the feeds had to say so far is lost. */
  [1, fc.constant({ do: 'silence' as const })],
)
const time: fc.Arbitrary<Step> = weighted<Step>(
  [6, fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 900 }) })],
  [2, fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_200, 5_100, 11_000, 19_000) })],
  [1, fc.constant({ do: 'cut' as const })],
)

const NEWEST = { which: -1, isKept: false, ageMs: 0 }
/** A cancel races with a fill while the feeds are silent, and the answers of the venue are old: seldom hit by chance alone. */
const race: fc.Arbitrary<readonly Step[]> = fc
  .record({
    order: placing,
    percent: fc.constantFrom(30, 60),
    ms: fc.integer({ min: 900, max: 4_000 }),
    ageMs: fc.integer({ min: 1, max: MOST_LAG_MS }),
  })
  .map(({ order, percent, ms, ageMs }) => [
    { ...order, kind: 'rests', reduceOnly: false, flaw: 'none', isInOneTurn: false },
    { do: 'deliverMany', order: [-2, -1, -1] },
    { do: 'trade', which: -1, percent },
    { do: 'silence' },
    { do: 'cancel', which: -1 },
    { do: 'silence' },
    { do: 'deliver', ...NEWEST },
    { do: 'pass', ms },
    { do: 'deliver', ...NEWEST, ageMs },
  ])

/** What becomes of a request on its way to the exchange. */
type Fate = 'arrives' | 'never' | 'late' | 'twice'

export type History = {
  /** Without it the end of an order that never arrived is proven by its expiry alone. */
  readonly useNoop: boolean
  /** By turns; what comes after the last of them arrives. */
  readonly fates: readonly Fate[]
  readonly steps: readonly Step[]
}

export const histories: fc.Arbitrary<History> = fc.record({
  useNoop: fc.boolean(),
  fates: fc.array(mostly<Fate>(2, 'arrives', 'never', 'late', 'twice'), { maxLength: 15 }),
  steps: fc
    .tuple(
      fc.array(placing, { minLength: 1, maxLength: 4 }),
      fc.array(weighted([30, happening.map(alone)], [50, letter.map(alone)], [30, time.map(alone)], [2, race]), {
        minLength: 10,
        maxLength: 50,
        size: 'max',
      }),
      fc.array(letter, { maxLength: 20, size: 'max' }),
    )
    .map(([opening, middle, ending]) => [...opening, ...middle.flat(), ...ending]),
})

export type World = {
  readonly harness: Harness
  readonly accepted: readonly Accepted[]
  /** The outcomes told so far. Each is told once. */
  readonly told: ReadonlyMap<string, Outcome>
  /** @param onDelivery called after every letter that was handed in, and after every step */
  play(step: Step, onDelivery: (delivery: Delivery | undefined) => void): Promise<void>
  /** From now on everything arrives, both ways. */
  release(): void
  /** What was late on its way to the exchange arrives, by another connection. */
  arriveAll(): void
}

export async function createWorld({ fates, useNoop }: Pick<History, 'fates' | 'useNoop'>): Promise<World> {
  const clock = createManualClock()
  let letters: HeldLetters | undefined
  const exchange = createSimExchange({
    clock,
    universe: SMALL_UNIVERSE,
    verifySignatures: false,
    onRequest: ({ kind }) => {
      if (kind === 'action') letters?.note()
    },
  })
  exchange.account(ACCOUNT).deposit('20000').approveAgent(AGENT, { name: 'bot' }).approveAgent(HAND, { name: 'hand' })
  const gates = standardGates({
    maxNotionalPerMarket: '100000000',
    maxNotionalTotal: '100000000',
    maxConcurrentPositions: 50,
    singleEntry: false,
  })
  const harness = createHarness({ gates, expiresAfterMs: 6_000, resolution: { useNoop } }, { clock, exchange })
  const { executor } = harness
  await executor.start()
  // A fill in the very millisecond of the account state could be in it or not.
  await harness.pass(1)

  const accepted: Accepted[] = []
  const told = new Map<string, Outcome>()
  const offGrid = new Set<string>()
  const late: string[] = []
  const fatesLeft = [...fates]
  const elsewhere = exchange.connect({ send() {}, close() {} })
  let handNonce = clock.now()

  letters = holdLetters(harness, (text) => {
    if (!text.includes('"type":"action"')) return true
    const frame = bent(text, offGrid)
    const fate = fatesLeft.shift() ?? 'arrives'
    if (fate === 'late') late.push(frame)
    else if (fate !== 'never') harness.sockets.at(-1)?.send(frame)
    if (fate === 'twice') elsewhere.receive(frame)
    return false
  })
  letters.note()

  const resting = (): readonly RecordedOrder[] => exchange.account(ACCOUNT).openOrders()

  function take(submission: Submission): ClientOrderId | undefined {
    if (submission.status === 'denied') return undefined
    accepted.push(submission)
    void submission.outcome.then((outcome) => told.set(outcome.clientOrderId, outcome))
    return submission.clientOrderId
  }

  function place({ market, side, kind, lots, reduceOnly, flaw }: Place): void {
    const { timeInForce, isMarketable } = TERMS[kind]
    const price = priceOf(market, side, isMarketable)
    const size = flaw === 'tooLarge' ? '5000' : inUnits(lots)
    const id = take(executor.submit(buy({ market, side, price, size, timeInForce, reduceOnly })))
    if (flaw === 'offGrid' && id !== undefined) offGrid.add(id)
  }

  function cancelByHand({ oid, market }: RecordedOrder): void {
    handNonce += 1
    const action = { type: 'cancel', cancels: [{ a: exchange.market(market).assetId, o: oid }] }
    const signature = createUnverifiedSigner(HAND).sign('0x', { network: 'testnet', connectionId: '0x' })
    exchange.handleExchange({ action, nonce: handNonce, signature }, () => {})
  }

  /** What happens on the exchange, or in the bot. */
  function happen(step: Step): void {
    switch (step.do) {
      case 'place':
        place(step)
        break
      case 'modify': {
        const order = pick(accepted, step.which)?.current()
        if (order === undefined) break
        const price = priceOf(order.market, order.side, step.isMarketable)
        take(executor.modify(order.clientOrderId, { price, size: inUnits(step.lots) }))
        break
      }
      case 'cancel': {
        const order = pick(accepted, step.which)
        if (order !== undefined) void executor.cancel(order.clientOrderId)
        break
      }
      case 'trade': {
        const order = pick(resting(), step.which)
        if (order === undefined) break
        const size = ((Number(order.remaining) * step.percent) / 100).toFixed(3)
        const book = exchange.market(order.market).clearBook()
        if (Number(size) > 0) book.take(order.side === 'buy' ? 'sell' : 'buy', order.price, size)
        break
      }
      case 'thinBook': {
        const { high, low } = pricesOf(step.market)
        const size = inUnits(step.lots)
        exchange.market(step.market).setBook({ bids: [[low, size]], asks: [[high, size]] })
        break
      }
      case 'cancelByHand': {
        const order = pick(resting(), step.which)
        if (order !== undefined) cancelByHand(order)
        break
      }
      case 'arrive': {
        const [frame] = late.splice(step.which % Math.max(1, late.length), 1)
        if (frame !== undefined) harness.sockets.at(-1)?.send(frame)
        break
      }
      case 'cut':
        harness.sockets.at(-1)?.terminate()
    }
  }

  return {
    harness,
    accepted,
    told,
    async play(step, onDelivery) {
      if (step.do === 'deliver' || step.do === 'deliverMany') {
        const deliveries =
          step.do === 'deliver' ? [step] : step.order.map((which) => ({ which, isKept: false, ageMs: 0 }))
        for (const { which, ...options } of deliveries) {
          const delivered = letters?.deliver(which, options)
          await harness.settle()
          onDelivery(delivered)
        }
        return
      }
      if (step.do === 'lose') letters?.lose(step.which)
      else if (step.do === 'silence') letters?.loseFeeds()
      else if (step.do === 'pass') await harness.pass(step.ms)
      else happen(step)
      letters?.note()
      if (step.do === 'place' && step.isInOneTurn) return
      // Time for a new connection.
      if (step.do === 'cut') await harness.pass(1_000)
      await harness.settle()
      onDelivery(undefined)
    },
    release() {
      letters?.release()
    },
    arriveAll() {
      for (const frame of late.splice(0)) elsewhere.receive(frame)
    },
  }
}

const TERMS: Readonly<Record<Kind, { readonly timeInForce: TimeInForce; readonly isMarketable: boolean }>> = {
  takes: { timeInForce: 'ioc', isMarketable: true },
  misses: { timeInForce: 'ioc', isMarketable: false },
  takesAndRests: { timeInForce: 'gtc', isMarketable: true },
  rests: { timeInForce: 'gtc', isMarketable: false },
  postOnly: { timeInForce: 'alo', isMarketable: false },
  postOnlyTooFar: { timeInForce: 'alo', isMarketable: true },
}

function priceOf(market: string, side: Side, isMarketable: boolean): string {
  const { high, low } = pricesOf(market)
  return (side === 'buy') === isMarketable ? high : low
}

const pick = <T>(list: readonly T[], which: number): T | undefined => list.at(which % Math.max(1, list.length))
const inUnits = (lots: number): string => (lots / 1_000).toFixed(3)

/** The same request, with the prices of some orders off the grid of the exchange. */
function bent(text: string, offGrid: ReadonlySet<string>): string {
  if (offGrid.size === 0) return text
  const frame = JSON.parse(text)
  for (const order of frame.request.payload.action.orders ?? []) if (offGrid.has(order.c)) order.p += '.12345'
  return JSON.stringify(frame)
}
