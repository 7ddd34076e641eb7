/**
 * An executor with much to look after: a hundred markets, positions in half of them, so many working orders, and every
 * gate there is. Thirty markets are left free, since no gate would let a second order into the others.
 *
 * It trades on a simulated exchange over a real socket on loopback. What is measured of it ends before the exchange hears
 * of it, so the exchange may live in the same process.
 */
import type { Executor } from '../../src/index.js'
import { createActionBudget, createExecutor, createWsSender, type Intent, standardGates } from '../../src/index.js'
import { decimal } from '../../src/model/decimal.js'
import { floorSize, roundPrice } from '../../src/model/market.js'
import type { Signer } from '../../src/ports.js'
import {
  createSimExchange,
  MAINNET_UNIVERSE,
  type MarketSpec,
  type SimExchange,
  type Universe,
} from '../../src/testing/index.js'
import { send } from './sim-venue.js'
import { timedSocket } from './timed-socket.js'

const MARKETS = 100
const FREE_MARKETS = 30
const POSITIONS = 50
/** So much that no limit of the account or the executor is reached. */
const PLENTY = '10000000000'
/** The largest batch whose weight is one. */
const BATCH = 39

export type BusyAccount = {
  /** An order for each of the free markets, which passes every gate and is cancelled for want of a counterparty. */
  readonly intents: readonly Intent[]
  readonly executor: Executor
  /** Of the exchange. */
  readonly url: string
  /** When the last frame was handed to the network, in ms. */
  readonly writtenAt: () => number
  close(): Promise<void>
}

export type BusyAccountOptions = { readonly signer: Signer; readonly workingOrders: number }

export async function openBusyAccount({ signer, workingOrders }: BusyAccountOptions): Promise<BusyAccount> {
  const markets = listed()
  const taken = markets.slice(0, MARKETS - FREE_MARKETS)
  const exchange = createSimExchange({ universe: universeOf(markets), limits: 'none' })
  exchange.account(signer.address).deposit(PLENTY).setVolume(PLENTY)
  const orders = Array.from({ length: workingOrders }, (_, n) => order(exchange, taken[n % taken.length], 'Gtc'))
  const entries = taken.slice(0, POSITIONS).map((market) => order(exchange, market, 'Ioc'))
  for (const batch of batches([...entries, ...orders])) {
    await send(exchange, signer, { type: 'order', orders: batch, grouping: 'na' })
  }
  const { wsUrl } = await exchange.start()
  let writtenAt = Number.NaN
  const executor = createExecutor({
    account: signer.address,
    signer,
    transport: createWsSender({
      network: 'testnet',
      url: wsUrl,
      webSocket: (url) => timedSocket(url, (at) => (writtenAt = at)),
    }),
    markets: markets.map(({ name }) => name),
    gates: everyGate(),
    budget: createActionBudget({ maxActions: 1_000_000 }),
    venueLimits: { weightPerMinute: 1_000_000, messagesPerMinute: 1_000_000, maxOpenOrders: 2_000 },
    queue: { newOrderSpacingMs: 0 },
    // A busy machine stands still now and then, and the figures are to show it.
    maxLoopLagMs: 60_000,
  })
  await executor.start()
  const [open, held] = [executor.openOrders().length, executor.positions().length]
  if (open !== workingOrders || held !== POSITIONS) throw new Error(`${open} open orders and ${held} positions`)
  return {
    executor,
    url: wsUrl,
    writtenAt: () => writtenAt,
    intents: markets.slice(taken.length).map((market) => ({
      market: market.name,
      side: 'buy',
      size: size(market),
      price: below(market),
      timeInForce: 'ioc',
      tags: { strategy: 'bench' },
      edgeBps: 3,
    })),
    async close() {
      await executor.close({ timeoutMs: 1_000 })
      await exchange.stop()
    },
  }
}

/** The hundred are the first of `xyz` over and over again, under other names. */
function listed(): readonly MarketSpec[] {
  const live = MAINNET_UNIVERSE.flatMap(({ name, markets }) => (name === 'xyz' ? markets : [])).filter(
    ({ isDelisted }) => !isDelisted,
  )
  return Array.from({ length: MARKETS }, (_, n) => live[n % live.length])
    .filter((market) => market !== undefined)
    .map((market, n) => ({ ...market, name: `xyz:BENCH${n}`, openInterestCap: PLENTY }))
}

function universeOf(markets: readonly MarketSpec[]): Universe {
  return MAINNET_UNIVERSE.map((dex) => (dex.name === 'xyz' ? { ...dex, markets, totalOpenInterestCap: PLENTY } : dex))
}

/** Rests below the market, or takes what is there. */
function order(exchange: SimExchange, market: MarketSpec | undefined, tif: 'Gtc' | 'Ioc'): OrderFields {
  if (market === undefined) throw new RangeError('no markets')
  const price = tif === 'Gtc' ? below(market) : above(market)
  const { assetId } = exchange.market(market.name)
  return { a: assetId, b: true, p: price, s: size(market), r: false, t: { limit: { tif } } }
}

type OrderFields = {
  readonly a: number
  readonly b: true
  readonly p: string
  readonly s: string
  readonly r: false
  readonly t: { readonly limit: { readonly tif: 'Gtc' | 'Ioc' } }
}

const times = ({ mark, szDecimals }: MarketSpec, share: string): string =>
  roundPrice(decimal(mark, 'mark').times(decimal(share, 'share')), 'buy', szDecimals).toFixed()
const below = (market: MarketSpec): string => times(market, '0.98')
const above = (market: MarketSpec): string => times(market, '1.02')
/** For about 20 USD. */
const size = ({ mark, szDecimals }: MarketSpec): string =>
  floorSize(
    decimal('20', 'value')
      .div(decimal(mark, 'mark'))
      .plus(decimal('1', 'one').div(10 ** szDecimals)),
    szDecimals,
  ).toFixed()

function* batches<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += BATCH) yield list.slice(from, from + BATCH)
}

/** All of them on, with limits that are never reached, so that each has to look at what it judges by. */
const everyGate = () =>
  standardGates({
    maxNotionalPerMarket: PLENTY,
    maxNotionalTotal: PLENTY,
    maxConcurrentPositions: MARKETS,
    maxOrderNotional: PLENTY,
    maxAccountShare: '1',
    // The quiet books of the simulation are confirmed every few seconds only.
    market: { maxBboAgeMs: 60_000 },
    maxDrawdown: { maxLoss: PLENTY },
    correlationCooldown: { closes: MARKETS },
    // An order of every other instant is not a burst; otherwise there would be nothing to measure.
    burstSignal: { maxSignals: 1_000, windowMs: 1, cooldownMs: 1 },
    tiltGuard: {},
    reEntryDelay: {},
  })
