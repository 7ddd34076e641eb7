import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAINNET_UNIVERSE } from '../../src/testing/index.js'
import { AGENT, type Bench, createBench, NVDA, OTHER, USER } from './helpers.js'

const MARKET = 'xyz:NVDA'
const TRADERS = [USER, OTHER, AGENT]
/** Only what is traded here, so that a new exchange costs next to nothing. */
const universe = MAINNET_UNIVERSE.slice(0, 2).map((dex) => ({
  ...dex,
  markets: dex.name === '' ? [] : dex.markets.slice(0, 3),
}))

const step = fc.record({
  who: fc.constantFrom(...TRADERS),
  what: fc.constantFrom('order', 'order', 'order', 'order', 'cancel', 'take', 'mark'),
  isBuy: fc.boolean(),
  cents: fc.integer({ min: 17_450, max: 17_750 }),
  lots: fc.integer({ min: 60, max: 4_000 }),
  tif: fc.constantFrom('Alo', 'Ioc', 'Gtc'),
  reduceOnly: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function run(bench: Bench, { who, what, isBuy, cents, lots, tif, reduceOnly }: Step): void {
  const price = new Big(cents).div(100).toFixed()
  const size = new Big(lots).div(1_000).toFixed()
  const { exchange } = bench
  if (what === 'take') exchange.market(MARKET).take(isBuy ? 'buy' : 'sell', price, size)
  else if (what === 'mark') exchange.market(MARKET).setMark(price)
  else if (what === 'cancel') {
    const oldest = exchange.account(who).openOrders()[0]
    if (oldest) bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: oldest.oid }] }, { as: who })
  } else bench.orderAs(who, { b: isBuy, p: price, s: size, tif: tif as 'Alo', r: reduceOnly })
}

const sum = (values: readonly string[]): Big => values.reduce((total, value) => total.plus(value), new Big(0))

/** What must be true after every step, whatever was done. */
function check(bench: Bench): void {
  const { exchange, info } = bench
  const { fills, orders } = exchange.record
  for (const user of TRADERS) {
    const own = fills.filter((fill) => fill.account === user)
    const bought = sum(own.filter(({ side }) => side === 'buy').map(({ size }) => size))
    const sold = sum(own.filter(({ side }) => side === 'sell').map(({ size }) => size))
    const position = new Big(exchange.record.position(user, MARKET)?.size ?? '0')
    expect(position.eq(bought.minus(sold))).toBe(true)

    const expected = new Big('100000')
      .plus(sum(own.map(({ closedPnl }) => closedPnl)))
      .minus(sum(own.map(({ fee }) => fee)))
    expect(exchange.account(user).balance()).toBe(expected.toFixed())

    const open = exchange.account(user).openOrders()
    const reducing = open.filter(({ reduceOnly }) => reduceOnly)
    expect(reducing.every(({ side }) => (side === 'sell' ? position.gt(0) : position.lt(0)))).toBe(true)
    expect(sum(reducing.map(({ remaining }) => remaining)).lte(position.abs())).toBe(true)
  }
  for (const order of orders) {
    const filled = sum(fills.filter(({ oid }) => oid === order.oid).map(({ size }) => size))
    expect(filled.eq(order.filled)).toBe(true)
    if (order.status === 'filled') expect(order.remaining).toBe('0')
  }
  const { levels } = info({ type: 'l2Book', coin: MARKET }) as { levels: { px: string; sz: string; n: number }[][] }
  const [bids = [], asks = []] = levels
  if (bids[0] && asks[0]) expect(new Big(bids[0].px).lt(asks[0].px)).toBe(true)
  for (const level of [...bids, ...asks]) expect(level.n > 0 && new Big(level.sz).gt(0)).toBe(true)
}

describe('whatever happens on the exchange', () => {
  it('positions equal fills, balances equal profits less fees, and the book is never crossed', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const bench = createBench({ universe })
        bench.exchange.account(AGENT).deposit('100000')
        bench.exchange.market(MARKET).setMark('176').clearBook()
        for (const one of steps) {
          run(bench, one)
          check(bench)
        }
        for (const user of TRADERS) {
          for (const { oid } of bench.exchange.account(user).openOrders()) {
            bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: oid }] }, { as: user })
          }
        }
        expect(bench.info({ type: 'l2Book', coin: MARKET })).toMatchObject({ levels: [[], []] })
      }),
      { numRuns: 60 },
    )
  })

  it('the same steps under the same seed leave the same record, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const play = (): string => {
          const bench = createBench({ universe, seed: 42 })
          for (const one of steps) run(bench, one)
          return JSON.stringify([bench.exchange.record, bench.info({ type: 'userFills', user: USER })])
        }
        expect(play()).toBe(play())
      }),
      { numRuns: 10 },
    )
  })
})
