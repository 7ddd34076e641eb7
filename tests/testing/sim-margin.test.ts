import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, createBench, NVDA, signed, USER } from './helpers.js'

const NAME = 'xyz:NVDA'
/** hyna:HYPE is isolated only, but margin may be taken out. */
const HYPE = 140_003
const BTC = 0
const OK = { status: 'ok', response: { type: 'default' } }

let bench: Bench

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(NAME)
    .setMark('176')
    .setBook({ bids: [['176', '1000']], asks: [['176.1', '1000']] })
  bench.exchange.account(USER).deposit('10000', { dex: 'hyna' })
})

const move = (asset: number, ntli: number): unknown =>
  bench.act({ type: 'updateIsolatedMargin', asset, isBuy: true, ntli })
const topUp = (asset: number, leverage: string): unknown =>
  bench.act({ type: 'topUpIsolatedOnlyMargin', asset, leverage })
const setLeverage = (asset: number, leverage: number, isCross = false): unknown =>
  bench.act({ type: 'updateLeverage', asset, isCross, leverage })
const refused = (response: string): unknown => ({ status: 'err', response })
const goLong = (size = '10'): unknown => bench.order({ p: '176.1', s: size, tif: 'Ioc' })
const goLongHype = (): unknown => bench.order({ a: HYPE, p: '31', s: '10', tif: 'Ioc' })
const marginOf = (dex: string): string | undefined => {
  const state = bench.info({ type: 'clearinghouseState', user: USER, dex }) as {
    assetPositions: { position: { marginUsed: string } }[]
  }
  return state.assetPositions[0]?.position.marginUsed
}

describe('isolated margin', () => {
  it('goes in by the millionth and comes out of what is free', () => {
    goLong()
    const before = marginOf('xyz')
    const free = Number(bench.exchange.account(USER).available())
    expect(move(NVDA, 50_000_001)).toEqual(OK)
    expect(Number(marginOf('xyz'))).toBeCloseTo(Number(before) + 50.000001, 6)
    expect(Number(bench.exchange.account(USER).available())).toBeCloseTo(free - 50.000001, 6)
  })

  it('comes out again where the market allows it', () => {
    goLongHype()
    const before = Number(marginOf('hyna'))
    expect(move(HYPE, 20_000_000)).toEqual(OK)
    expect(move(HYPE, -19_000_000)).toEqual(OK)
    expect(Number(marginOf('hyna'))).toBeCloseTo(before + 1, 6)
  })

  it('is not changed by nothing: Update to isolated margin cannot be zero.', () => {
    goLong()
    expect(move(NVDA, 0)).toEqual(refused('Update to isolated margin cannot be zero.'))
  })

  it('belongs to a position: Cannot update margin for empty position.', () => {
    expect(move(NVDA, 1_000_000)).toEqual(refused('Cannot update margin for empty position.'))
    expect(topUp(NVDA, '2')).toEqual(refused('Cannot update margin for empty position.'))
  })

  it('is none of a cross position: Position does not use isolated margin.', () => {
    bench.order({ a: BTC, p: '66500', s: '0.01', tif: 'Ioc' })
    expect(move(BTC, 1_000_000)).toEqual(refused('Position does not use isolated margin.'))
  })

  it('stays in on a strict market: Cannot remove isolated margin for this asset. To remove margin, reduce the position.', () => {
    goLong()
    move(NVDA, 50_000_000)
    expect(move(NVDA, -1)).toEqual(
      refused('Cannot remove isolated margin for this asset. To remove margin, reduce the position.'),
    )
  })

  it('leaves enough behind: Position does not have sufficient margin for reduction.', () => {
    goLongHype()
    expect(move(HYPE, -10_000_000)).toEqual(refused('Position does not have sufficient margin for reduction.'))
  })

  it('cannot be more than what is free: Account does not have sufficient margin available for increase.', () => {
    goLong()
    expect(move(NVDA, 100_000_000_000)).toEqual(
      refused('Account does not have sufficient margin available for increase.'),
    )
  })

  it('is topped up to a leverage, once', () => {
    goLong()
    expect(topUp(NVDA, '2.5')).toEqual(OK)
    expect(marginOf('xyz')).toBe('704.0')
    expect(topUp(NVDA, '2.5')).toEqual(refused('Update to isolated margin cannot be zero.'))
  })

  it('is topped up on strict markets only: Asset not strict isolated', () => {
    goLongHype()
    expect(topUp(HYPE, '2')).toEqual(refused('Asset not strict isolated'))
  })

  it('is hashed with its sign, so that a real signature over a reduction holds', async () => {
    const verifying = createBench({ verifySignatures: true })
    const action = { type: 'updateIsolatedMargin', asset: NVDA, isBuy: true, ntli: -1_000_000 }
    const answers: unknown[] = []
    verifying.exchange.handleExchange(await signed(action, { nonce: verifying.clock.now() }), (reply) =>
      answers.push('body' in reply ? reply.body : reply.text),
    )
    await verifying.exchange.idle()
    expect(answers).toEqual([refused('Cannot update margin for empty position.')])
  })

  it('of an asset that does not exist is refused', () => {
    expect(move(110_043, 1)).toMatchObject({ status: 'err' })
    expect(bench.act({ type: 'updateIsolatedMargin', asset: NVDA, isBuy: true, ntli: 0.5 })).toContain(
      'action.ntli: expected an integer',
    )
  })
})

describe('leverage', () => {
  it('keeps its type under a position: Cannot switch leverage type with open position.', () => {
    bench.order({ a: BTC, p: '66500', s: '0.01', tif: 'Ioc' })
    expect(setLeverage(BTC, 20, false)).toEqual(refused('Cannot switch leverage type with open position.'))
  })

  it('falls when there is margin for it, which the position takes', () => {
    goLong()
    expect(setLeverage(NVDA, 5)).toEqual(OK)
    expect(marginOf('xyz')).toBe('352.0')
  })

  it('does not fall without: Isolated position does not have sufficient margin available to decrease leverage.', () => {
    goLong('1000')
    bench.exchange.account(USER).deposit('-80000')
    expect(setLeverage(NVDA, 1)).toEqual(
      refused('Isolated position does not have sufficient margin available to decrease leverage.'),
    )
    expect(bench.exchange.record.position(USER, NAME)?.leverage).toBe(10)
  })

  it('does not fall without: Cross position does not have sufficient margin available to decrease leverage.', () => {
    bench.exchange.market('BTC').setBook({ bids: [], asks: [['66400', '10']] })
    bench.order({ a: BTC, p: '66400', s: '5', tif: 'Ioc' })
    expect(setLeverage(BTC, 1, true)).toEqual(
      refused('Cross position does not have sufficient margin available to decrease leverage.'),
    )
  })

  it('does not fall below what resting orders have reserved', () => {
    bench.order({ p: '170', s: '5000' })
    expect(setLeverage(NVDA, 5)).toMatchObject({ status: 'err' })
    expect(bench.exchange.account(USER).available()).toBe('15000')
  })

  it('of a market that does not take cross: Cross margin is not allowed for this asset.', () => {
    expect(setLeverage(NVDA, 5, true)).toEqual(refused('Cross margin is not allowed for this asset.'))
  })

  it('above the market’s: Invalid leverage value', () => {
    expect(setLeverage(NVDA, 11)).toEqual(refused('Invalid leverage value'))
  })
})

describe('the margin tier', () => {
  /** SNX has none; OP (9) is tiered: 10x up to three million, 5x above. */
  const OP = 9

  beforeEach(() => {
    bench.exchange.account(USER).deposit('2000000')
    bench.exchange
      .market('OP')
      .setMark('0.1834')
      .setBook({ bids: [['0.18', '100']], asks: [['0.19', '100']] })
  })

  it('caps a position: Order would cause position to exceed margin tier limit at current leverage (perpMaxPositionRejected)', () => {
    const size = '16500000'
    setLeverage(OP, 10, true)
    expect(bench.order({ a: OP, p: '0.18', s: size })).toEqual([
      { error: 'Order would cause position to exceed margin tier limit at current leverage asset=9' },
    ])
    expect(bench.info({ type: 'historicalOrders', user: USER })).toMatchObject([{ status: 'perpMaxPositionRejected' }])
    setLeverage(OP, 5, true)
    expect(bench.order({ a: OP, p: '0.18', s: size })).toMatchObject([{ resting: {} }])
  })

  it('counts what rests on the same side', () => {
    setLeverage(OP, 10, true)
    expect(bench.order({ a: OP, p: '0.18', s: '16000000' })).toMatchObject([{ resting: {} }])
    expect(bench.order({ a: OP, p: '0.17', s: '500000' })).toMatchObject([
      { error: expect.stringContaining('margin tier limit') },
    ])
  })
})
