/** `@nktkas/hyperliquid` over its WebSocket, signing with an agent of the account. */
import {
  ApiRequestError,
  ExchangeClient,
  InfoClient,
  SubscriptionClient,
  WebSocketTransport,
} from '@nktkas/hyperliquid'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { agent, type Floor, NVDA, openFloor, plain, setBook, wallets } from './exchange.js'

const user = wallets.alice.address
const asset = 110_002

let floor: Floor
let transport: WebSocketTransport
let client: ExchangeClient
let info: InfoClient
let feeds: SubscriptionClient

beforeAll(async () => {
  floor = await openFloor()
  transport = new WebSocketTransport({ url: floor.wsUrl, isTestnet: true, reconnect: { reconnectionDelay: 1 } })
  client = new ExchangeClient({ transport, wallet: agent })
  info = new InfoClient({ transport })
  feeds = new SubscriptionClient({ transport })
})
beforeEach(() => setBook(floor.exchange))
afterAll(async () => {
  await transport.close()
  await floor.exchange.stop()
})

type Tif = 'Gtc' | 'Ioc' | 'Alo'
const limit = (tif: Tif, b: boolean, p: string, s: string) => ({ a: asset, b, p, s, r: false, t: { limit: { tif } } })
const place = (...order: Parameters<typeof limit>) => client.order({ orders: [limit(...order)], grouping: 'na' })

async function rest(...order: Parameters<typeof limit>): Promise<number> {
  const [status] = (await place(...order)).response.data.statuses
  if (typeof status !== 'object' || !('resting' in status)) throw new Error('expected a resting order')
  return status.resting.oid
}

/** What a subscription has delivered, and a way to wait for what it will. */
type Inbox<T> = {
  readonly all: readonly T[]
  readonly push: (event: T) => void
  until(fits: (event: T) => boolean): Promise<T>
}

function inbox<T>(): Inbox<T> {
  const all: T[] = []
  const waiting = new Set<() => void>()
  return {
    all,
    push(event) {
      all.push(event)
      for (const look of waiting) look()
    },
    until: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = all.find(fits)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

type Events<K extends 'orderUpdates' | 'userFills' | 'bbo' | 'activeAssetCtx' | 'clearinghouseState' | 'openOrders'> =
  Parameters<Parameters<SubscriptionClient[K]>[1]>[0]

describe('an order over the socket', () => {
  it('trades, is cancelled and modified, as the record says', async () => {
    const oid = await rest('Gtc', true, '95', '1')
    expect(floor.order(oid)?.status).toBe('open')
    await client.modify({ oid, order: limit('Alo', true, '96', '1') })
    const [open] = floor.openOrders(user)
    expect(open).toMatchObject({ price: '96', status: 'open' })
    await client.cancel({ cancels: [{ a: asset, o: open?.oid ?? 0 }] })
    expect(floor.openOrders(user)).toEqual([])
  })

  it('is one of fifty at once, and each answer finds its request', async () => {
    const prices = Array.from({ length: 50 }, (_, i) => plain(90 + i / 10))
    const oids = await Promise.all(prices.map((price) => rest('Gtc', true, price, '1')))
    expect(oids.map((oid) => floor.order(oid)?.price)).toEqual(prices)
    await client.cancel({ cancels: oids.map((o) => ({ a: asset, o })) })
  })

  it('is refused in the exchange’s words', async () => {
    const refused = place('Ioc', true, '95', '1')
    await expect(refused).rejects.toThrow(ApiRequestError)
    await expect(refused).rejects.toThrow('Order could not immediately match against any resting orders. asset=110002')
  })

  it('is found by a question over the same socket', async () => {
    const oid = await rest('Gtc', true, '95', '1')
    expect(await info.orderStatus({ user, oid })).toMatchObject({ status: 'order', order: { status: 'open' } })
    await client.cancel({ cancels: [{ a: asset, o: oid }] })
  })
})

describe('a subscription', () => {
  it('to order updates tells every step, without a snapshot', async () => {
    const events = inbox<Events<'orderUpdates'>>()
    const subscription = await feeds.orderUpdates({ user }, events.push)
    const oid = await rest('Gtc', true, '101', '12')
    await client.cancel({ cancels: [{ a: asset, o: oid }] })
    await events.until((lines) => lines.some(({ status }) => status === 'canceled'))
    await subscription.unsubscribe()
    const lines = events.all.flat()
    expect(lines.every(({ order }) => order.oid === oid && order.coin === NVDA)).toBe(true)
    expect(lines.map(({ order, status }) => [plain(order.sz), status])).toEqual([
      ['2', 'open'],
      ['2', 'canceled'],
    ])
    const steps = events.all.length
    await client.cancel({ cancels: [{ a: asset, o: await rest('Gtc', true, '95', '1') }] })
    expect(events.all).toHaveLength(steps)
  })

  it('to fills starts with those of the past and goes on with the new ones', async () => {
    const events = inbox<Events<'userFills'>>()
    const past = floor.fills(user)
    const subscription = await feeds.userFills({ user }, events.push)
    await place('Ioc', true, '102', '11')
    await events.until(({ isSnapshot }) => isSnapshot !== true)
    await subscription.unsubscribe()
    expect(events.all[0]?.isSnapshot).toBe(true)
    const [snapshot = [], ...news] = events.all.map(({ fills }) =>
      fills.map((fill) => ({
        oid: fill.oid,
        coin: fill.coin,
        isBuy: fill.side === 'B',
        price: plain(fill.px),
        size: plain(fill.sz),
        fee: plain(fill.fee),
        tradeId: fill.tid,
      })),
    )
    expect(snapshot.reverse()).toEqual(past)
    expect([...past, ...news.flat()]).toEqual(floor.fills(user))
  })

  it('to the best prices and to the context follows the book and the mark', async () => {
    const quotes = inbox<Events<'bbo'>>()
    const contexts = inbox<Events<'activeAssetCtx'>>()
    const subscriptions = [
      await feeds.bbo({ coin: NVDA }, quotes.push),
      await feeds.activeAssetCtx({ coin: NVDA }, contexts.push),
    ]
    await place('Ioc', true, '101', '10')
    const { bbo } = await quotes.until(({ bbo }) => Number(bbo[1]?.px) === 102)
    expect(bbo.map((level) => plain(level?.px ?? 0))).toEqual([
      floor.exchange.market(NVDA).bestBid(),
      floor.exchange.market(NVDA).bestAsk(),
    ])
    floor.exchange.market(NVDA).setMark('104.5')
    const { ctx } = await contexts.until(({ ctx }) => Number(ctx.markPx) === 104.5)
    expect(plain(ctx.oraclePx)).toBe('100')
    for (const subscription of subscriptions) await subscription.unsubscribe()
  })

  it('to positions and open orders of a dex shows what the exchange holds', async () => {
    const states = inbox<Events<'clearinghouseState'>>()
    const orders = inbox<Events<'openOrders'>>()
    const subscriptions = [
      await feeds.clearinghouseState({ user, dex: 'xyz' }, states.push),
      await feeds.openOrders({ user, dex: 'xyz' }, orders.push),
    ]
    const oid = await rest('Gtc', true, '95', '1')
    const { orders: open } = await orders.until(({ orders }) => orders.some((order) => order.oid === oid))
    expect(open.map((order) => order.oid)).toEqual(floor.openOrders(user).map((order) => order.oid))
    await place('Ioc', false, '99', '3')
    const size = floor.exchange.record.position(user, NVDA)?.size
    await states.until(({ clearinghouseState }) =>
      clearinghouseState.assetPositions.some(({ position }) => plain(position.szi) === size),
    )
    await client.cancel({ cancels: [{ a: asset, o: oid }] })
    for (const subscription of subscriptions) await subscription.unsubscribe()
  })

  it('to the public feeds delivers book, trades and mids', async () => {
    const books = inbox<Parameters<Parameters<SubscriptionClient['l2Book']>[1]>[0]>()
    const trades = inbox<Parameters<Parameters<SubscriptionClient['trades']>[1]>[0]>()
    const mids = inbox<Parameters<Parameters<SubscriptionClient['allMids']>[1]>[0]>()
    const subscriptions = [
      await feeds.l2Book({ coin: NVDA }, books.push),
      await feeds.trades({ coin: NVDA }, trades.push),
      await feeds.allMids({ dex: 'xyz' }, mids.push),
    ]
    await place('Ioc', true, '101', '4.5')
    const latest = floor.fills(user).at(-1)
    const lines = await trades.until((lines) => lines.some(({ tid }) => tid === latest?.tradeId))
    expect(lines.at(-1)).toMatchObject({ coin: NVDA, side: 'B', px: '101.0', sz: '4.5' })
    expect((await books.until(() => true)).levels[0]).toHaveLength(3)
    floor.exchange.market(NVDA).setBook({ bids: [['99', '10']], asks: [['102', '10']] })
    expect(plain((await mids.until(({ mids }) => Number(mids[NVDA]) === 100.5)).mids[NVDA] ?? 0)).toBe('100.5')
    for (const subscription of subscriptions) await subscription.unsubscribe()
  })

  it('of a market that does not exist is refused', async () => {
    await expect(feeds.bbo({ coin: 'xyz:NOTHING' }, () => {})).rejects.toThrow('Invalid subscription')
  })

  it('is renewed when the connection was lost, with the fills that were missed', async () => {
    const events = inbox<Events<'userFills'>>()
    const oid = await rest('Gtc', true, '98.5', '2')
    const subscription = await feeds.userFills({ user }, events.push)
    await events.until(({ isSnapshot }) => isSnapshot === true)
    const port = Number(new URL(floor.wsUrl).port)
    await floor.exchange.stop()
    floor.exchange.market(NVDA).take('sell', '98.5', '22')
    expect(floor.order(oid)?.status).toBe('filled')
    await floor.exchange.start({ port })
    const { fills } = await events.until((event) => event.fills.some((fill) => fill.oid === oid))
    expect(fills.length).toBe(floor.fills(user).length)
    await subscription.unsubscribe()
  })
})
