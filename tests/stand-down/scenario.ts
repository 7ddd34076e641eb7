/**
 * The kill switch at the worst moment: 50 positions and 500 resting orders on two dexes, answers and feeds that are lost,
 * exits that are refused, books that are thin or empty, a market that trades on with what rests, connections that break, and
 * a strategy that goes on submitting. One seed, one history; the exchange's own record judges.
 */
import { createActionBudget, type Executor, type Signer, type StandDownState } from 'hip3-executor'
import {
  createManualClock,
  createSimExchange,
  createUnverifiedSigner,
  type ManualClock,
  type MarketSpec,
  type SimExchange,
} from 'hip3-executor/testing'
import { createDice, type Dice } from '../chaos/dice.js'
import { ACCOUNT, AGENT, accepted, createHarness, type Harness } from '../helpers/harness.js'
import { placeElsewhere } from '../helpers/venue.js'

export type StoodDown = {
  readonly seed: number
  /** What is wrong; nothing when all is as it should be. */
  readonly violations: readonly string[]
  /** From the stop to the verified end, in ms of the manual clock. */
  readonly tookMs: number
  /** The same, to the first moment at which the exchange had nothing left of the account, known or not. */
  readonly goneMs: number
  readonly exits: number
  readonly cancels: number
  readonly faults: number
  readonly connections: number
  readonly wasDegraded: boolean
}

const MARKETS: readonly string[] = Array.from(
  { length: 50 },
  (_, index) => `${index < 40 ? 'xyz' : 'flx'}:M${String(index).padStart(2, '0')}`,
)
const ORDERS_EACH = 10
/** Placed by somebody else on the same account, in place of one of ours. */
const FOREIGN = 20
const STEP_MS = 250
/** Long after every fault that ends has ended. */
const PATIENCE_MS = 900_000
const AFTERWARDS_MS = 30_000

const SPEC: Omit<MarketSpec, 'name'> = {
  szDecimals: 2,
  maxLeverage: 10,
  marginMode: 'strictIsolated',
  growthMode: true,
  isDelisted: false,
  mark: '100',
  oracle: '100',
  mid: '100',
  prevDay: '100',
  openInterest: '1000',
  funding: '0',
}

export async function standDown(seed: number): Promise<StoodDown> {
  const dice = createDice(seed)
  const clock = createManualClock()
  const exchange = createExchange(clock, seed)
  const pace = { maxMs: 0 }
  const harness = createHarness(
    {
      markets: MARKETS,
      signer: createSlowSigner(clock, dice.of('signer'), pace),
      budget: createActionBudget({ maxActions: 10_000 }),
      queue: { newOrderSpacingMs: 0 },
    },
    { clock, exchange },
  )
  const { executor } = harness
  await harness.executor.start()
  await setTheScene(harness, dice.of('scene'))
  const violations: string[] = []
  const states: StandDownState[] = []
  executor.on('standDown', (state) => {
    states.push(state)
    if (state.status !== 'done') return
    const left = remainder(exchange)
    if (left.length > 0) violations.push(`told done with ${left.join(', ')}`)
  })

  pace.maxMs = dice.pick([0, 40])
  const trouble = makeTrouble(harness, dice.of('trouble'))
  await submitAll(harness, dice.of('last'), 20)
  await harness.pass(dice.integer(0, 30))
  // Some of these are being signed, some queued in the very turn of the stop, and none has left since.
  const submitting = submitAll(harness, dice.of('last moment'), 20)
  const before = exchange.record.requests.length
  executor.hardStop.trigger({ cause: 'manual', reason: 'stop' })
  const stoppedAt = clock.monotonic()
  await submitting

  const strategy = dice.of('strategy')
  let goneMs: number | undefined
  const isOver = (): boolean => executor.standDown.state.status === 'done'
  while (!isOver() && clock.monotonic() - stoppedAt < PATIENCE_MS) {
    trouble.live(clock.monotonic() - stoppedAt)
    submit(executor, strategy)
    await harness.pass(STEP_MS)
    if (goneMs === undefined && remainder(exchange).length === 0) goneMs = clock.monotonic() - stoppedAt
  }
  const tookMs = clock.monotonic() - stoppedAt
  if (!isOver()) violations.push(`not done: ${JSON.stringify(executor.standDown.state)}`)
  for (let waited = 0; waited < AFTERWARDS_MS; waited += 1_000) {
    trouble.live(PATIENCE_MS)
    submit(executor, strategy)
    await harness.pass(1_000)
  }

  violations.push(...remainder(exchange).map((what) => `left: ${what}`))
  const actions = exchange.record.requests.slice(before).flatMap(({ kind, payload }) => {
    return kind === 'action' ? [(payload as { action: Action }).action] : []
  })
  const orders = actions.flatMap((action) => action.orders ?? [])
  violations.push(
    ...orders.filter(({ r }) => !r).map((order) => `a new order after the stop: ${JSON.stringify(order)}`),
  )
  const modifies = actions.filter(({ type }) => /modify/i.test(type))
  if (modifies.length > 0) violations.push(`modified after the stop: ${modifies.length}`)
  try {
    executor.hardStop.reset('seed')
  } catch (error) {
    violations.push(`the reset is refused: ${error}`)
  }
  await executor.close()
  if (clock.pendingTimers > 0) violations.push(`timers left: ${clock.pendingTimers}`)
  return {
    seed,
    violations,
    tookMs,
    goneMs: goneMs ?? tookMs,
    exits: orders.length,
    cancels: actions.filter(({ type }) => type.startsWith('cancel')).length,
    faults: exchange.record.faults.length,
    connections: harness.sockets.length,
    wasDegraded: states.some(({ status }) => status === 'degraded'),
  }
}

type Action = { readonly type: string; readonly orders?: readonly { readonly r: boolean }[] }

function createExchange(clock: ManualClock, seed: number): SimExchange {
  const exchange = createSimExchange({ clock, seed, verifySignatures: false, recordLimit: 1_000_000 })
  for (const name of MARKETS) exchange.dex(name.slice(0, 3)).addMarket({ ...SPEC, name })
  const account = exchange.account(ACCOUNT).approveAgent(AGENT, { name: 'test' })
  for (const dex of ['', 'flx']) account.deposit('10000000', { dex })
  return exchange
}

/** Answers at once, or some time later. */
function createSlowSigner(clock: ManualClock, dice: Dice, pace: { readonly maxMs: number }): Signer {
  const { sign, address } = createUnverifiedSigner(AGENT)
  return {
    address,
    sign: (digest, agent) =>
      pace.maxMs === 0
        ? sign(digest, agent)
        : new Promise((resolve) => {
            clock.schedule(() => resolve(sign(digest, agent)), dice.integer(1, pace.maxMs))
          }),
  }
}

/** 50 positions, long and short, and 500 orders that rest on both sides, some to reduce only, some of somebody else. */
async function setTheScene(harness: Harness, dice: Dice): Promise<void> {
  const { executor, exchange } = harness
  const longs = new Set(MARKETS.filter(() => dice.chance(0.5)))
  const entries = MARKETS.map((market) => {
    const isLong = longs.has(market)
    const size = `${dice.integer(1, 9)}.${dice.integer(0, 99)}`
    return executor.submit({
      market,
      side: isLong ? 'buy' : 'sell',
      size,
      price: isLong ? '103' : '97',
      timeInForce: 'ioc',
    })
  })
  await Promise.all(entries.map((entry) => accepted(entry).outcome))
  for (let level = 1; level <= ORDERS_EACH; level++) {
    const quotes = MARKETS.flatMap((market, index) => {
      if (level === ORDERS_EACH && index < FOREIGN) return []
      const isBuy = level % 2 === 0
      const isReduction = level === 3 && longs.has(market)
      const price = `${isBuy ? 100 - level : 100 + level}`
      return [
        executor.submit({
          market,
          side: isBuy ? 'buy' : 'sell',
          size: '1.5',
          price,
          timeInForce: dice.pick(['gtc', 'alo']),
          reduceOnly: isReduction,
        }),
      ]
    })
    await Promise.all(quotes.map((quote) => accepted(quote).acknowledged))
  }
  for (const market of MARKETS.slice(0, FOREIGN)) placeElsewhere(harness, { market, price: '90' })
  await harness.settle()
  const account = exchange.account(ACCOUNT)
  const positions = MARKETS.filter((market) => Number(account.position(market)?.size ?? 0) !== 0).length
  if (positions !== 50 || account.openOrders().length !== 500) {
    throw new Error(`the scene is not set: ${positions} positions, ${account.openOrders().length} orders`)
  }
}

/** Everything that goes wrong, drawn from the seed. */
function makeTrouble({ exchange }: Harness, dice: Dice): { live(elapsedMs: number): void } {
  exchange.fault({ fault: 'lose', of: 'reply:action', probability: dice.pick([0.1, 0.3, 0.5]) })
  exchange.fault({ fault: 'lose', of: ['feed:userFills', 'feed:orderUpdates'], probability: dice.pick([0, 0.2, 0.6]) })
  exchange.fault({ fault: 'lose', of: 'reply:info', probability: dice.pick([0, 0.1]) })
  exchange.fault({ fault: 'lose', of: 'request:action', probability: dice.pick([0, 0.05]) })
  exchange.fault({ fault: 'tooManyRequests', of: 'request:action', probability: dice.pick([0, 0.1]), times: 30 })
  // Every exit of these seconds is refused.
  exchange.fault({ fault: 'postOnlyMode', ms: dice.integer(1_000, 6_000) })
  exchange.fault({ fault: 'makersMoveAway', probability: 0.05 })
  exchange.fault({ fault: 'cut', of: dice.pick(['request:action', 'reply:action']), nth: dice.integer(3, 25) })
  if (dice.chance(0.3)) exchange.fault({ fault: 'cut', of: 'reply:info', nth: dice.integer(10, 40) })
  if (dice.chance(0.2)) exchange.fault({ fault: 'halfOpen', of: ['reply', 'feed'], connection: 'ws-2', nth: 60 })
  const markets = MARKETS.map((name) => exchange.market(name))
  const thin = markets.filter(() => dice.chance(0.2))
  const empty = markets.filter(() => dice.chance(0.1))
  const calmAtMs = dice.integer(5_000, 90_000)
  for (const market of empty) market.clearBook()
  return {
    live(elapsedMs) {
      const isCalm = elapsedMs >= calmAtMs
      for (const market of markets) {
        const isUsual = !thin.includes(market) && !empty.includes(market)
        // Makers come back where they have left or were taken out.
        const isUsed = market.bestBid() === undefined || market.bestAsk() === undefined
        if ((isCalm && isUsed) || ((isCalm || isUsual) && dice.chance(0.02))) market.seedBook()
        else if (thin.includes(market) && dice.chance(0.2))
          market.setBook({ bids: [['98', '0.4']], asks: [['102', '0.4']] })
      }
      // Somebody trades with what still rests.
      for (let times = 0; times < 3; times++) {
        const isBuy = dice.chance(0.5)
        dice.pick(markets).take(isBuy ? 'buy' : 'sell', isBuy ? '105' : '95', '5')
      }
      if (!isCalm) dice.pick(markets).setMark(`${dice.integer(97, 103)}`)
    },
  }
}

function submit(executor: Executor, dice: Dice): void {
  const side = dice.pick(['buy', 'sell'] as const)
  executor.submit({ market: dice.pick(MARKETS), side, size: '1', price: '100', timeInForce: dice.pick(['ioc', 'gtc']) })
}

async function submitAll({ executor, settle }: Harness, dice: Dice, count: number): Promise<void> {
  for (let times = 0; times < count; times++) submit(executor, dice)
  await settle()
}

/** What the exchange still has of the account. */
function remainder(exchange: SimExchange): readonly string[] {
  const account = exchange.account(ACCOUNT)
  const held = MARKETS.flatMap((market) => {
    const { size = '0' } = account.position(market) ?? {}
    return size === '0' ? [] : [`${size} of ${market}`]
  })
  return [...held, ...account.openOrders().map(({ oid, market, cloid }) => `order ${oid} (${cloid}) in ${market}`)]
}
