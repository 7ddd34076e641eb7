import type { ClientOrderId } from 'hip3-executor'
import type { RecordedFill, RecordedOrder } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { decimal } from '../../src/model/decimal.js'
import { planOf } from './plan.js'
import { play } from './play.js'
import { judge, type Told } from './verdict.js'

const LIMIT_MS = 120_000

describe('a run of chaos', () => {
  it.each([1, 2])('loses, doubles and misjudges nothing, seed %i', { timeout: LIMIT_MS }, async (seed) => {
    const { violations, tally } = await play(planOf(seed, 100))
    expect(violations).toEqual([])
    expect(tally.onExchange).toBeGreaterThan(50)
  })

  it('is the same every time, and with a look at what is said', { timeout: LIMIT_MS }, async () => {
    const plan = planOf(4, 40)
    const [first, second] = [await play(plan), await play(plan, ['xyz:NVDA'])]
    expect(second.history.length).toBeGreaterThan(100)
    expect(second.digest).toBe(first.digest)
  })
})

const ID: ClientOrderId = `0x${'1'.repeat(32)}`

function order(overrides: Partial<RecordedOrder> = {}): RecordedOrder {
  return {
    oid: 1,
    cloid: ID,
    account: '0x',
    market: 'xyz:NVDA',
    side: 'buy',
    price: '100',
    size: '3',
    filled: '3',
    remaining: '0',
    reduceOnly: false,
    timeInForce: 'Ioc',
    triggerPrice: null,
    status: 'filled',
    placedAt: 0,
    statusAt: 0,
    ...overrides,
  }
}

function fill(size: string, price: string): RecordedFill {
  const { oid, cloid, account, market, side } = order()
  const money = { fee: '0', closedPnl: '0', direction: 'Open Long' }
  return { oid, cloid, account, market, side, size, price, ...money, isTaker: true, tradeId: 1, at: 0 }
}

function told(status: Told['outcomes'][number]['status'], filled = '0', average?: string): Told {
  const size = decimal('3', 'size')
  const averagePrice = average === undefined ? undefined : decimal(average, 'average')
  const outcome = { status, size, filledSize: decimal(filled, 'filled'), averagePrice }
  return { id: ID, outcomes: [outcome], isForgotten: false }
}

const FILLS = [fill('1', '100'), fill('2', '103')]
const nothing = { orders: [], fills: [] }
const whole = { orders: [order()], fills: FILLS }
const inPart = { orders: [order({ status: 'canceled', filled: '1' })], fills: [fill('1', '100')] }
const refused = { orders: [order({ status: 'tickRejected', filled: '0' })], fills: [] }

const kinds = (asked: readonly Told[], record: typeof whole): readonly string[] =>
  judge(asked, record, () => true).map(({ kind }) => kind)

describe('the verdict', () => {
  it('is silent where what was told is what is recorded', () => {
    expect(kinds([told('filled', '3', '102')], whole)).toEqual([])
    expect(kinds([told('canceled', '1', '100')], inPart)).toEqual([])
    expect(kinds([told('rejected')], refused)).toEqual([])
    for (const status of ['rejected', 'denied', 'expired'] as const) expect(kinds([told(status)], nothing)).toEqual([])
    expect(kinds([{ ...told('unknown'), isForgotten: true }], nothing)).toEqual([])
  })

  it('calls an order lost that was told dead and is there, or told there and is not', () => {
    for (const status of ['rejected', 'denied', 'expired'] as const)
      expect(kinds([told(status)], whole)).toEqual(['lost'])
    expect(kinds([told('filled', '3')], nothing)).toEqual(['lost'])
    expect(kinds([{ ...told('unknown'), isForgotten: true }], whole)).toEqual(['lost'])
  })

  it('calls it doubled that is there twice, or that nobody asked for', () => {
    expect(kinds([told('filled', '3')], { ...whole, orders: [order(), order({ oid: 2 })] })).toEqual(['doubled'])
    expect(kinds([], whole)).toEqual(['doubled'])
    expect(judge([], whole, () => false)).toEqual([])
  })

  it('calls it unsettled that was never told', () => {
    expect(kinds([{ ...told('filled'), outcomes: [] }], whole)).toEqual(['unsettled'])
    expect(kinds([told('unknown')], whole)).toEqual(['unsettled'])
  })

  it('calls an outcome wrong that has another status, size or price', () => {
    expect(kinds([told('canceled', '3')], whole)).toEqual(['wrongOutcome'])
    expect(kinds([told('canceled', '2')], inPart)).toEqual(['wrongOutcome'])
    expect(kinds([told('filled', '3', '102.1')], whole)).toEqual(['wrongOutcome'])
  })

  it('takes a reduce-only order that was cut to the position for filled or cancelled', () => {
    const cut = { orders: [order({ size: '1', filled: '1', reduceOnly: true })], fills: [fill('1', '100')] }
    expect(kinds([told('canceled', '1')], cut)).toEqual([])
    expect(kinds([told('filled', '1')], cut)).toEqual([])
  })
})
