/** `@nktkas/hyperliquid` over HTTP, signing with the account's own key. */
import { ApiRequestError, ExchangeClient, HttpTransport, InfoClient } from '@nktkas/hyperliquid'
import { SymbolConverter } from '@nktkas/hyperliquid/utils'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Floor, NVDA, openFloor, plain, setBook, wallets } from './exchange.js'

const { alice } = wallets
const user = alice.address
const asset = 110_002

let floor: Floor
let client: ExchangeClient
let info: InfoClient
let cloids = 0

beforeAll(async () => {
  floor = await openFloor()
  const transport = new HttpTransport({ apiUrl: floor.httpUrl, isTestnet: true })
  client = new ExchangeClient({ transport, wallet: alice })
  info = new InfoClient({ transport })
})
beforeEach(() => setBook(floor.exchange))
afterAll(() => floor.exchange.stop())

type Tif = 'Gtc' | 'Ioc' | 'Alo'
const limit = (tif: Tif, b: boolean, p: string, s: string, c?: string) => ({
  a: asset,
  b,
  p,
  s,
  r: false,
  t: { limit: { tif } },
  ...(c === undefined ? {} : { c }),
})
const newCloid = (): string => `0x${(++cloids).toString(16).padStart(32, 'c')}`

/** Places one order and returns its id. */
async function place(...order: Parameters<typeof limit>): Promise<number> {
  const answer = await client.order({ orders: [limit(...order)], grouping: 'na' })
  const [status] = answer.response.data.statuses
  if (typeof status === 'object' && 'resting' in status) return status.resting.oid
  if (typeof status === 'object' && 'filled' in status) return status.filled.oid
  throw new Error(`unexpected status ${JSON.stringify(status)}`)
}

/** What an action is refused with, in the exchange's words. */
async function refusal(action: Promise<unknown>): Promise<string> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiRequestError)) throw new Error(`expected a refusal, got ${String(error)}`)
  return error.message
}

async function openOrders(): Promise<unknown[]> {
  const orders = await info.frontendOpenOrders({ user, dex: 'xyz' })
  return orders
    .sort((a, b) => a.oid - b.oid)
    .map((order) => ({
      oid: order.oid,
      cloid: order.cloid,
      coin: order.coin,
      isBuy: order.side === 'B',
      price: plain(order.limitPx),
      size: plain(order.origSz),
      remaining: plain(order.sz),
      status: 'open',
    }))
}

describe('a market', () => {
  it('of any dex is found by its symbol, under the exchange’s own asset id', async () => {
    const transport = new HttpTransport({ apiUrl: floor.httpUrl, isTestnet: true })
    const symbols = await SymbolConverter.create({ transport, dexs: true })
    for (const name of ['BTC', 'xyz:NVDA', 'xyz:SILVER', 'xyz:GOLD', 'flx:TSLA', 'vntl:MAG7', 'hyna:HYPE']) {
      expect([name, symbols.getAssetId(name)]).toEqual([name, floor.exchange.market(name).assetId])
    }
    expect(symbols.getSzDecimals(NVDA)).toBe(3)
  })

  it('shows the exchange’s book', async () => {
    const book = await info.l2Book({ coin: NVDA })
    expect(book?.levels[0].map(({ px, sz }) => [plain(px), plain(sz)])).toEqual([
      ['99', '10'],
      ['98', '10'],
      ['97', '10'],
    ])
  })
})

describe('an order', () => {
  it('that is IOC fills over several levels, and answer, fills and position are the record’s', async () => {
    const before = Number(floor.exchange.account(user).position(NVDA)?.size ?? 0)
    const answer = await client.order({ orders: [limit('Ioc', true, '102', '15')], grouping: 'na' })
    const [status] = answer.response.data.statuses
    if (typeof status !== 'object' || !('filled' in status)) throw new Error('expected a fill')
    const { oid, totalSz, avgPx } = status.filled
    expect([plain(totalSz), plain(avgPx)]).toEqual(['15', plain('101.333333')])
    const known = floor.fills(user).filter((fill) => fill.oid === oid)
    expect(known.map(({ price, size }) => [price, size])).toEqual([
      ['101', '10'],
      ['102', '5'],
    ])
    const told = (await info.userFills({ user })).filter((fill) => fill.oid === oid).reverse()
    expect(
      told.map((fill) => ({
        oid: fill.oid,
        coin: fill.coin,
        isBuy: fill.side === 'B',
        price: plain(fill.px),
        size: plain(fill.sz),
        fee: plain(fill.fee),
        tradeId: fill.tid,
      })),
    ).toEqual(known)
    const state = await info.clearinghouseState({ user, dex: 'xyz' })
    const position = state.assetPositions.find((one) => one.position.coin === NVDA)?.position
    const record = floor.exchange.record.position(user, NVDA)
    expect(plain(position?.szi ?? 0)).toBe(String(before + 15))
    expect(plain(position?.szi ?? 0)).toBe(record?.size)
    expect(plain(position?.entryPx ?? 0)).toBe(record?.entryPrice)
    expect(position?.leverage).toMatchObject({ type: 'isolated', value: record?.leverage })
  })

  it('that is GTC rests and is listed as the exchange lists it', async () => {
    const oid = await place('Gtc', true, '95.5', '2.125')
    expect(await openOrders()).toEqual(floor.openOrders(user))
    expect(floor.order(oid)).toMatchObject({ price: '95.5', size: '2.125', status: 'open' })
    await client.cancel({ cancels: [{ a: asset, o: oid }] })
  })

  it('that is ALO is refused with the best prices when it would take, and rests when it would not', async () => {
    expect(await refusal(place('Alo', true, '101', '1'))).toContain(
      `Post only order would have immediately matched, bbo was 99@101. asset=${asset}`,
    )
    const oid = await place('Alo', true, '99', '1')
    expect(floor.order(oid)?.status).toBe('open')
    await client.cancel({ cancels: [{ a: asset, o: oid }] })
  })

  it('that is refused in a batch leaves the others standing', async () => {
    const [good, bad] = [newCloid(), newCloid()]
    const orders = [limit('Gtc', true, '95', '1', good), limit('Ioc', true, '95', '1', bad)]
    expect(await refusal(client.order({ orders, grouping: 'na' }))).toContain('could not immediately match')
    expect(floor.order(good)?.status).toBe('open')
    expect(floor.order(bad)?.status).toBe('iocCancelRejected')
    await client.cancelByCloid({ cancels: [{ asset, cloid: good }] })
  })

  it('can be looked up by its client order id in every state', async () => {
    const cloid = newCloid()
    const oid = await place('Gtc', true, '95', '1', cloid)
    for (const status of ['open', 'canceled']) {
      const found = await info.orderStatus({ user, oid: cloid })
      if (found.status !== 'order') throw new Error('the order is not known')
      expect(found.order.order).toMatchObject({ oid, cloid })
      expect(found.order.status).toBe(status)
      expect(floor.order(cloid)?.status).toBe(status)
      if (status === 'open') await client.cancelByCloid({ cancels: [{ asset, cloid }] })
    }
    expect(await info.orderStatus({ user, oid: newCloid() })).toEqual({ status: 'unknownOid' })
  })

  it('that only reduces is cut to the position', async () => {
    await place('Ioc', true, '101', '1')
    const order = { ...limit('Ioc', false, '97', '25'), r: true }
    await client.order({ orders: [order], grouping: 'na' })
    expect(floor.exchange.record.position(user, NVDA)?.size).toBe('0')
    expect(await refusal(client.order({ orders: [order], grouping: 'na' }))).toContain(
      'Reduce only order would increase position.',
    )
  })
})

describe('a cancel', () => {
  it('by order id takes the order away, once', async () => {
    const oid = await place('Gtc', true, '95', '1')
    expect((await client.cancel({ cancels: [{ a: asset, o: oid }] })).response.data.statuses).toEqual(['success'])
    expect(floor.order(oid)?.status).toBe('canceled')
    expect(await refusal(client.cancel({ cancels: [{ a: asset, o: oid }] }))).toContain(
      `Order was never placed, already canceled, or filled. asset=${asset}`,
    )
  })

  it('by client order id, and one that is fast, do the same', async () => {
    const [one, two] = [newCloid(), newCloid()]
    await place('Gtc', true, '95', '1', one)
    const oid = await place('Gtc', true, '95', '1', two)
    await client.cancelByCloid({ cancels: [{ asset, cloid: one }] })
    await client.cancel({ cancels: [{ a: asset, o: oid }], f: true })
    expect([floor.order(one)?.status, floor.order(two)?.status]).toEqual(['canceled', 'canceled'])
  })

  it('set for later clears everything at its time, for those who have traded enough', async () => {
    const time = floor.clock.now() + 6_000
    expect(await refusal(client.scheduleCancel({ time }))).toContain('until enough volume traded. Required: $1000000.')
    floor.exchange.account(user).setVolume('1000000')
    const oid = await place('Gtc', true, '95', '1')
    await client.scheduleCancel({ time })
    await client.scheduleCancel({ time: time + 1_000 })
    floor.clock.advance(6_000)
    expect(floor.order(oid)?.status).toBe('open')
    floor.clock.advance(1_000)
    expect(floor.order(oid)?.status).toBe('scheduledCancel')
    await client.scheduleCancel({ time: floor.clock.now() + 6_000 })
    await client.scheduleCancel()
    const kept = await place('Gtc', true, '95', '1')
    floor.clock.advance(60_000)
    expect(floor.order(kept)?.status).toBe('open')
    await client.cancel({ cancels: [{ a: asset, o: kept }] })
  })
})

describe('a modify', () => {
  it('replaces the order under a new id', async () => {
    const cloid = newCloid()
    const oid = await place('Gtc', true, '95', '1', cloid)
    await client.modify({ oid, order: limit('Alo', true, '96', '2', cloid) })
    const found = floor.order(cloid)
    expect(floor.order(oid)?.status).toBe('canceled')
    expect(found).toMatchObject({ price: '96', size: '2', status: 'open' })
    expect(await openOrders()).toEqual(floor.openOrders(user))
    await client.cancelByCloid({ cancels: [{ asset, cloid }] })
  })

  it('in a batch answers for each', async () => {
    const [one, two] = [newCloid(), newCloid()]
    const [first, second] = [await place('Gtc', true, '95', '1', one), await place('Gtc', true, '94', '1', two)]
    const answer = await client.batchModify({
      modifies: [
        { oid: first, order: limit('Alo', true, '95.5', '1', one) },
        { oid: two, order: limit('Alo', true, '94.5', '1', two) },
      ],
    })
    const oids = answer.response.data.statuses.map((status) =>
      typeof status === 'object' && 'resting' in status ? status.resting.oid : undefined,
    )
    expect(oids).toEqual([floor.order(one)?.oid, floor.order(two)?.oid])
    expect(oids).not.toContain(first)
    expect(oids).not.toContain(second)
    expect([floor.order(one)?.price, floor.order(two)?.price]).toEqual(['95.5', '94.5'])
    await client.cancelByCloid({
      cancels: [
        { asset, cloid: one },
        { asset, cloid: two },
      ],
    })
  })
})

describe('an account', () => {
  it('sets its leverage within the market’s limits', async () => {
    await client.updateLeverage({ asset, isCross: false, leverage: 3 })
    expect(floor.exchange.record.position(user, NVDA)?.leverage).toBe(3)
    expect((await info.activeAssetData({ user, coin: NVDA })).leverage).toMatchObject({ type: 'isolated', value: 3 })
    expect(await refusal(client.updateLeverage({ asset, isCross: true, leverage: 3 }))).toContain(
      'Cross margin is not allowed for this asset.',
    )
    expect(await refusal(client.updateLeverage({ asset, isCross: false, leverage: 11 }))).toContain('leverage')
    await client.updateLeverage({ asset, isCross: false, leverage: 10 })
  })

  it('has the balance the exchange has', async () => {
    const { balances } = await info.spotClearinghouseState({ user })
    expect(plain(balances.find(({ coin }) => coin === 'USDC')?.total ?? 0)).toBe(floor.exchange.account(user).balance())
  })

  it('takes a pending order back with a noop of its nonce', async () => {
    const nonce = floor.clock.now() + 1_000
    await client.noop({ nonce })
    const pinned = new ExchangeClient({ transport: client.config_.transport, wallet: alice, nonceManager: () => nonce })
    expect(await refusal(pinned.order({ orders: [limit('Gtc', true, '95', '1')], grouping: 'na' }))).toContain(
      `Invalid nonce: duplicate nonce ${nonce}`,
    )
  })

  it('is not believed an action that comes after its expiry', async () => {
    const expiresAfter = floor.clock.now() - 1
    const orders = [limit('Gtc', true, '95', '1')]
    expect(await refusal(client.order({ orders, grouping: 'na' }, { expiresAfter }))).toContain('expired')
    const answer = await client.order({ orders, grouping: 'na' }, { expiresAfter: expiresAfter + 60_000 })
    const [status] = answer.response.data.statuses
    if (typeof status !== 'object' || !('resting' in status)) throw new Error('expected a resting order')
    await client.cancel({ cancels: [{ a: asset, o: status.resting.oid }] })
  })

  it('is a stranger to the exchange of another network', async () => {
    const transport = new HttpTransport({ apiUrl: floor.httpUrl, isTestnet: false })
    const mainnet = new ExchangeClient({ transport, wallet: alice })
    expect(await refusal(mainnet.order({ orders: [limit('Gtc', true, '95', '1')], grouping: 'na' }))).toMatch(
      /User or API Wallet 0x[0-9a-f]{40} does not exist\./,
    )
  })
})

describe('the record', () => {
  it('holds exactly the orders that the client can see in its history', async () => {
    const history = await info.historicalOrders({ user })
    const newest = new Map(history.reverse().map((line) => [line.order.oid, line]))
    const told = [...newest.values()].map(({ order, status }) => [order.oid, order.coin, plain(order.sz), status])
    const known = floor.exchange.record.orders
      .filter(({ account }) => account === user.toLowerCase())
      .map(({ oid, market, remaining, status }) => [oid, market, remaining, status])
    expect(told.sort()).toEqual(known.sort())
    expect(known.length).toBeGreaterThan(20)
  })
})
