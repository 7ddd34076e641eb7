import Big from 'big.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MAINNET_UNIVERSE } from '../../src/testing/index.js'
import { type Action, type Bench, createBench, NVDA, OTHER, orderWire, USER } from './helpers.js'

const MARKET = 'xyz:NVDA'
const TRADERS = [USER, OTHER]
const universe = MAINNET_UNIVERSE.slice(0, 2).map((dex) => ({
  ...dex,
  markets: dex.name === '' ? [] : dex.markets.slice(0, 3),
}))

const price = fc.integer({ min: 17_000, max: 18_200 }).map((cents) => new Big(cents).div(100).toFixed())
const size = fc.integer({ min: 60, max: 4_000 }).map((lots) => new Big(lots).div(1_000).toFixed())
const step = fc.record({
  who: fc.constantFrom(...TRADERS),
  what: fc.constantFrom('order', 'order', 'trigger', 'bracket', 'bracket', 'protect', 'cancel', 'take', 'mark', 'mark'),
  isBuy: fc.boolean(),
  price,
  size,
  tif: fc.constantFrom('Alo' as const, 'Ioc' as const, 'Gtc' as const),
  isMarket: fc.boolean(),
  isReduceOnly: fc.boolean(),
  takeAt: price,
  stopAt: price,
  isWhole: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function trigger(one: Step, kind: 'tp' | 'sl', isBuy: boolean, s: string, r = true): Action {
  const at = kind === 'tp' ? one.takeAt : one.stopAt
  return {
    ...orderWire({ b: isBuy, p: one.price, s, r }),
    t: { trigger: { isMarket: one.isMarket, triggerPx: at, tpsl: kind } },
  }
}

function run(bench: Bench, one: Step): void {
  const { who, what, isBuy, price: p, size: s } = one
  const market = bench.exchange.market(MARKET)
  const place = (grouping: string, ...orders: Action[]): void =>
    void bench.act({ type: 'order', orders, grouping }, { as: who })
  if (what === 'take') market.take(isBuy ? 'buy' : 'sell', p, s)
  else if (what === 'mark') market.setMark(p)
  else if (what === 'order') place('na', orderWire({ b: isBuy, p, s, tif: one.tif, r: one.isReduceOnly }))
  else if (what === 'trigger') place('na', trigger(one, 'sl', isBuy, s, one.isReduceOnly))
  else if (what === 'bracket') {
    const parent = orderWire({ b: isBuy, p, s, tif: one.tif })
    place('normalTpsl', parent, trigger(one, 'tp', !isBuy, s), trigger(one, 'sl', !isBuy, s))
  } else if (what === 'protect') {
    const whole = one.isWhole ? '0' : s
    place('positionTpsl', trigger(one, 'tp', isBuy, whole), trigger(one, 'sl', isBuy, whole))
  } else {
    const oldest = bench.exchange.account(who).openOrders()[0]
    if (oldest) bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: oldest.oid }] }, { as: who })
  }
}

const FINAL = /^(filled|canceled|.*Canceled|rejected|.*Rejected)$/

/** What must be true after every step, whatever was done. */
function check(bench: Bench): void {
  const mark = new Big(bench.exchange.market(MARKET).mark())
  for (const user of TRADERS) {
    const own = bench.exchange.record.fills.filter((fill) => fill.account === user)
    const position = own.reduce(
      (sum, fill) => (fill.side === 'buy' ? sum.plus(fill.size) : sum.minus(fill.size)),
      new Big(0),
    )
    expect(new Big(bench.exchange.record.position(user, MARKET)?.size ?? '0').eq(position)).toBe(true)

    const orders = bench.exchange.account(user).openOrders()
    expect(orders.every(({ status }) => status === 'open')).toBe(true)
    for (const { reduceOnly, side } of orders) {
      if (reduceOnly) expect(side === 'sell' ? position.gt(0) : position.lt(0)).toBe(true)
    }
    const ends = new Map<number, number>()
    const lines = bench.info({ type: 'historicalOrders', user }) as { order: { oid: number }; status: string }[]
    for (const { order, status } of lines) {
      if (FINAL.test(status)) ends.set(order.oid, (ends.get(order.oid) ?? 0) + 1)
    }
    const fired = new Set(lines.filter(({ status }) => status === 'triggered').map(({ order }) => order.oid))
    const open = bench.info({ type: 'frontendOpenOrders', user, dex: 'xyz' }) as {
      oid: number
      triggerCondition: string
      triggerPx: string
    }[]
    for (const { oid, triggerCondition, triggerPx } of open) {
      if (triggerCondition === 'N/A' || fired.has(oid)) continue
      expect(triggerCondition.startsWith('Price above') ? mark.lt(triggerPx) : mark.gt(triggerPx)).toBe(true)
    }
    expect([...ends.values()].every((count) => count === 1)).toBe(true)
  }
}

it('whatever is triggered and tied together, each order ends once and what reduces has something to reduce', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const bench = createBench({ universe })
      bench.exchange.market(MARKET).setMark('176')
      for (const one of steps) {
        run(bench, one)
        check(bench)
      }
      for (const user of TRADERS) {
        for (const { oid } of bench.exchange.account(user).openOrders()) {
          bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: oid }] }, { as: user })
        }
        expect(bench.exchange.account(user).openOrders()).toEqual([])
      }
      // Nothing is left that a mark could still awake.
      const fills = bench.exchange.record.fills.length
      bench.exchange.market(MARKET).setMark('100').setMark('300')
      expect(bench.exchange.record.fills).toHaveLength(fills)
      expect(bench.exchange.record.orders.every(({ status }) => FINAL.test(status))).toBe(true)
    }),
    { numRuns: 150 },
  )
})
