import { beforeEach, describe, expect, it } from 'vitest'
import { type Bench, createBench, OTHER, USER } from './helpers.js'

const NAME = 'xyz:NVDA'
let bench: Bench

beforeEach(() => {
  bench = createBench()
  bench.exchange
    .market(NAME)
    .setMark('176')
    .setOracle('175')
    .setBook({ bids: [['176', '100']], asks: [['176.1', '100']] })
  bench.order({ p: '176.1', s: '10', tif: 'Ioc' })
  bench.orderAs(OTHER, { b: false, p: '176', s: '4', tif: 'Ioc' })
})

type Position = { marginUsed: string; cumFunding: unknown }
const positionOf = (user: string): Position | undefined =>
  (bench.info({ type: 'clearinghouseState', user, dex: 'xyz' }) as { assetPositions: { position: Position }[] })
    .assetPositions[0]?.position
const balanceOf = (user: string): number => Number(bench.exchange.account(user).balance())

describe('funding', () => {
  it('is paid by longs to shorts at the oracle price, out of the position’s own margin', () => {
    const [long, short, margin] = [balanceOf(USER), balanceOf(OTHER), Number(positionOf(USER)?.marginUsed)]
    bench.exchange.market(NAME).payFunding('0.001')
    expect(balanceOf(USER) - long).toBeCloseTo(-1.75, 6)
    expect(balanceOf(OTHER) - short).toBeCloseTo(0.7, 6)
    expect(Number(positionOf(USER)?.marginUsed) - margin).toBeCloseTo(-1.75, 6)
    expect(positionOf(OTHER)?.cumFunding).toEqual({ allTime: '-0.7', sinceOpen: '-0.7', sinceChange: '-0.7' })
  })

  it('is counted since the position was opened and since it was changed', () => {
    bench.exchange.market(NAME).payFunding('0.001')
    bench.order({ b: false, p: '176', s: '5', tif: 'Ioc' })
    expect(positionOf(USER)?.cumFunding).toEqual({ allTime: '1.75', sinceOpen: '1.75', sinceChange: '0.0' })
    bench.order({ b: false, p: '176', s: '6', tif: 'Ioc' })
    expect(positionOf(USER)?.cumFunding).toEqual({ allTime: '1.75', sinceOpen: '0.0', sinceChange: '0.0' })
  })

  it('does not happen by itself', () => {
    const before = balanceOf(USER)
    bench.clock.advance(7_200_000)
    expect(balanceOf(USER)).toBe(before)
  })
})
