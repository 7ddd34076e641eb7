/** ccxt, through its unified methods, signing with an agent of the account. Bob, on another SDK, is its counterparty. */
import { ExchangeClient, HttpTransport } from '@nktkas/hyperliquid'
import ccxt, { type Order } from 'ccxt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AGENT_KEY, type Floor, type Known, NVDA, openFloor, plain, setBook, wallets } from './exchange.js'

const user = wallets.alice.address
const SYMBOL = 'XYZ-NVDA/USDC:USDC'

let floor: Floor
let client: InstanceType<typeof ccxt.hyperliquid>
let cloids = 0

const options = {
  walletAddress: user,
  privateKey: AGENT_KEY,
  // The documented switch. ccxt would otherwise approve its own builder fee and attach it to every order.
  options: { builderFee: false },
  enableRateLimit: false,
}

function configured<T extends InstanceType<typeof ccxt.hyperliquid>>(one: T): T {
  one.setSandboxMode(true)
  one.urls['api'] = { public: floor.httpUrl, private: floor.httpUrl, ws: { public: floor.wsUrl } }
  return one
}

beforeAll(async () => {
  floor = await openFloor()
  client = configured(new ccxt.hyperliquid(options))
  await client.loadMarkets()
})
beforeEach(() => setBook(floor.exchange))
afterAll(() => floor.exchange.stop())

const newCloid = (): string => `0x${(++cloids).toString(16).padStart(32, 'd')}`
const known = (id: string | undefined): Known | undefined => floor.order(Number(id))

/** What ccxt says of an order, in the words of the record. */
const told = (order: Order): unknown => ({
  oid: Number(order.id),
  cloid: order.clientOrderId ?? null,
  coin: client.market(order.symbol)['info'].name,
  isBuy: order.side === 'buy',
  price: plain(order.price ?? 0),
  size: plain(order.amount ?? 0),
  remaining: plain(order.remaining ?? 0),
})
const withoutStatus = ({ status: _status, ...order }: Known): unknown => order

async function size(): Promise<string> {
  const positions = await client.fetchPositions([SYMBOL])
  const signed = positions.map(({ side, contracts }) => (side === 'short' ? -1 : 1) * Number(contracts))
  return plain(signed[0] ?? 0)
}
const knownSize = (): string => floor.exchange.record.position(user, NVDA)?.size ?? '0'

describe('a market', () => {
  it('of a builder dex is loaded with the exchange’s asset id, lot and collateral', () => {
    const market = client.market(SYMBOL)
    expect(Number(market['baseId'])).toBe(floor.exchange.market(NVDA).assetId)
    expect(market['precision'].amount).toBe(0.001)
    expect(Number(client.market('FLX-TSLA/USDH:USDH')['baseId'])).toBe(floor.exchange.market('flx:TSLA').assetId)
  })

  it('shows the exchange’s book and prices', async () => {
    const book = await client.fetchOrderBook(SYMBOL)
    expect([book.bids[0], book.asks[0]]).toEqual([
      [99, 10],
      [101, 10],
    ])
    expect((await client.fetchTicker(SYMBOL)).info).toMatchObject({ markPx: '100.0', oraclePx: '100.0' })
  })
})

describe('an order', () => {
  it('with a limit rests and is listed as the exchange lists it', async () => {
    const cloid = newCloid()
    const placed = [
      await client.createOrder(SYMBOL, 'limit', 'buy', 1.5, 95),
      await client.createOrder(SYMBOL, 'limit', 'buy', 2, 94.5, { clientOrderId: cloid }),
      await client.createOrder(SYMBOL, 'limit', 'sell', 1, 105.5, { postOnly: true }),
    ]
    expect(placed.map(({ id }) => known(id)?.status)).toEqual(['open', 'open', 'open'])
    const open = await client.fetchOpenOrders(SYMBOL, undefined, undefined, { dex: 'xyz' })
    expect(open.sort((a, b) => Number(a.id) - Number(b.id)).map(told)).toEqual(
      floor.openOrders(user).map(withoutStatus),
    )
    await client.cancelOrders(
      placed.map(({ id }) => id ?? ''),
      SYMBOL,
    )
    expect(floor.openOrders(user)).toEqual([])
  })

  it('at market, and one that is IOC, fill as the record says', async () => {
    const market = await client.createOrder(SYMBOL, 'market', 'buy', 12, 101)
    expect([market.filled, plain(market.average ?? 0)]).toEqual([12, plain('101.166667')])
    const ioc = await client.createOrder(SYMBOL, 'limit', 'sell', 4, 99, { timeInForce: 'IOC' })
    expect([ioc.filled, ioc.average]).toEqual([4, 99])
    expect([known(market.id)?.status, known(ioc.id)?.status]).toEqual(['filled', 'filled'])
    expect(await size()).toBe(knownSize())
  })

  it('in a list is one of several in one action', async () => {
    const one = (price: number) => ({ symbol: SYMBOL, type: 'limit' as const, side: 'buy' as const, amount: 1, price })
    const orders = await client.createOrders([one(95), one(94), one(93)])
    expect(orders.map(({ id }) => known(id)?.price)).toEqual(['95', '94', '93'])
    await client.cancelOrders(
      orders.map(({ id }) => id ?? ''),
      SYMBOL,
    )
  })

  it('is cancelled by order id and by client order id', async () => {
    const cloid = newCloid()
    const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 1, 95)
    await client.createOrder(SYMBOL, 'limit', 'buy', 1, 94, { clientOrderId: cloid })
    await client.cancelOrder(id ?? '', SYMBOL)
    await client.cancelOrder('', SYMBOL, { clientOrderId: cloid })
    expect([known(id)?.status, floor.order(cloid)?.status]).toEqual(['canceled', 'canceled'])
    await expect(client.cancelOrder(id ?? '', SYMBOL)).rejects.toThrow(ccxt.OrderNotFound)
  })

  it('is edited into another one', async () => {
    const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 1, 95)
    const edited = await client.editOrder(id ?? '', SYMBOL, 'limit', 'buy', 2, 96, { postOnly: true })
    expect(known(id)?.status).toBe('canceled')
    expect(known(edited.id)).toMatchObject({ price: '96', size: '2', status: 'open' })
    await client.cancelOrder(edited.id ?? '', SYMBOL)
  })

  it('is found in every state, as the record has it', async () => {
    const { id } = await client.createOrder(SYMBOL, 'limit', 'buy', 1, 95)
    expect(await client.fetchOrder(id ?? '', SYMBOL)).toMatchObject({ id, status: 'open', remaining: 1 })
    await client.cancelOrder(id ?? '', SYMBOL)
    expect(await client.fetchOrder(id ?? '', SYMBOL)).toMatchObject({ id, status: 'canceled' })
  })

  it.each([
    ['that would take although post-only', 'buy', 1, 101, { postOnly: true }, ccxt.InvalidOrder, 'Post only order'],
    ['that finds no match', 'buy', 1, 95, { timeInForce: 'IOC' }, ccxt.InvalidOrder, 'could not immediately match'],
    ['too small', 'buy', 0.01, 95, {}, ccxt.InvalidOrder, 'minimum value of $10'],
    ['too big for the account', 'buy', 100_000, 95, {}, ccxt.InsufficientFunds, 'Insufficient margin'],
    ['too far away', 'buy', 1, 10, {}, ccxt.InvalidOrder, 'more than 80% away'],
  ])('%s is refused with the error ccxt has for it', async (_what, side, amount, price, params, type, text) => {
    const refused = client.createOrder(SYMBOL, 'limit', side, amount, price, params)
    await expect(refused).rejects.toThrow(type)
    await expect(refused).rejects.toThrow(text)
  })
})

describe('an account', () => {
  it('has the fills of the record', async () => {
    const trades = await client.fetchMyTrades(SYMBOL)
    const lines = trades.map(({ order, side, price, amount, fee, id }) => ({
      oid: Number(order),
      coin: NVDA,
      isBuy: side === 'buy',
      price: plain(Number(price)),
      size: plain(Number(amount)),
      fee: plain(fee?.cost ?? 0),
      tradeId: Number(id),
    }))
    const byTrade = (a: { tradeId: number }, b: { tradeId: number }): number => a.tradeId - b.tradeId
    expect(lines.sort(byTrade)).toEqual(floor.fills(user).sort(byTrade))
    expect(lines.length).toBeGreaterThan(2)
  })

  it('has the position, the leverage and the balance of the record', async () => {
    await client.setLeverage(4, SYMBOL, { marginMode: 'isolated' })
    const [position] = await client.fetchPositions([SYMBOL])
    const record = floor.exchange.record.position(user, NVDA)
    expect(record?.size).not.toBe('0')
    expect(await size()).toBe(record?.size)
    expect(plain(Number(position?.entryPrice))).toBe(record?.entryPrice)
    expect([position?.leverage, position?.marginMode]).toEqual([4, 'isolated'])
    expect(record?.leverage).toBe(4)
    const balance = await client.fetchBalance()
    expect(plain(Number(balance['USDC']?.total))).toBe(floor.exchange.account(user).balance())
  })

  it('closes its position with an order that only reduces', async () => {
    await client.createOrder(SYMBOL, 'market', 'sell', Number(knownSize()), 99, { reduceOnly: true })
    expect(knownSize()).toBe('0')
    expect(await size()).toBe('0')
  })
})

describe('two clients of different makers', () => {
  it('trade with each other, and both tell the same trade', async () => {
    const { bob } = wallets
    const transport = new HttpTransport({ apiUrl: floor.httpUrl, isTestnet: true })
    const other = new ExchangeClient({ transport, wallet: bob })
    await other.order({
      orders: [{ a: 110_002, b: false, p: '100', s: '3', r: false, t: { limit: { tif: 'Alo' } } }],
      grouping: 'na',
    })
    await client.createOrder(SYMBOL, 'limit', 'buy', 3, 100, { timeInForce: 'IOC' })
    const bought = floor.fills(user).at(-1)
    const sold = floor.fills(bob.address).at(-1)
    expect(bought).toMatchObject({ price: '100', size: '3', isBuy: true })
    expect(sold).toMatchObject({ price: '100', size: '3', isBuy: false, tradeId: bought?.tradeId })
    expect((await client.fetchMyTrades(SYMBOL)).some(({ id }) => Number(id) === sold?.tradeId)).toBe(true)
  })
})

describe('over the socket, ccxt', () => {
  it('places and cancels, and watches its orders and fills go by', async () => {
    const pro = configured(new ccxt.pro.hyperliquid(options))
    // ccxt wants this before any `ws://` address.
    await pro.loadHttpProxyAgent()
    await pro.loadMarkets()
    const updates = pro.watchOrders(SYMBOL)
    const placed = await pro.createOrderWs(SYMBOL, 'limit', 'buy', 1, 95)
    expect((await updates).at(-1)).toMatchObject({ id: placed.id, status: 'open', remaining: 1 })
    const cancelled = pro.watchOrders(SYMBOL)
    await pro.cancelOrderWs(placed.id ?? '', SYMBOL)
    expect((await cancelled).at(-1)).toMatchObject({ id: placed.id, status: 'canceled' })
    expect(known(placed.id)?.status).toBe('canceled')
    const bought = await pro.createOrderWs(SYMBOL, 'limit', 'buy', 2, 101)
    const trades = await pro.watchMyTrades(SYMBOL)
    expect(trades.find(({ order }) => order === bought.id)).toMatchObject({ side: 'buy', price: 101, amount: 2 })
    expect(floor.fills(user).at(-1)).toMatchObject({ oid: Number(bought.id), price: '101', size: '2' })
    await pro.close()
  })
})
