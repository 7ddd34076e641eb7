import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRiskMonitor, type RiskMonitor, type RiskMonitorOptions } from '../../src/control/risk-monitor.js'
import { type Decimal, ZERO } from '../../src/model/decimal.js'
import type { Outcome } from '../../src/model/outcome.js'
import { type DeniedReason, REJECTED_REASONS, type RejectedReason } from '../../src/model/reasons.js'
import { d, orderOf } from './support.js'

const HOUR = 3_600_000

type Ended =
  | { readonly status: 'filled' | 'canceled' | 'expired' | 'unknown' }
  | { readonly status: 'rejected'; readonly reason: RejectedReason }
  | { readonly status: 'denied'; readonly reason: DeniedReason }

type Values = {
  readonly side?: 'buy' | 'sell'
  readonly market?: string
  readonly timeInForce?: 'ioc' | 'gtc' | 'alo'
  readonly reduceOnly?: boolean
  readonly filled?: string
  readonly average?: string
}

function ended(end: Ended, { filled = '0', average, ...values }: Values = {}): Outcome {
  const { market, ...order } = orderOf(values)
  const shape = {
    ...order,
    market: market.name,
    filledSize: d(filled),
    remainingSize: order.size.minus(filled),
    averagePrice: average === undefined ? undefined : d(average),
    fees: ZERO,
    isExternal: false,
    message: '',
  }
  if (end.status === 'rejected') return { ...shape, ...end, benign: REJECTED_REASONS[end.reason].benign }
  return end.status === 'denied' ? { ...shape, ...end, benign: false } : { ...shape, ...end }
}

const rejected = (reason: RejectedReason = 'TICK'): Outcome => ended({ status: 'rejected', reason })
const lost = (net: string, fee = '0'): { closedPnl: Decimal; fee: Decimal } => ({ closedPnl: d(net), fee: d(fee) })
const trip = (net: string, market = 'xyz:NVDA'): { market: string; netPnl: Decimal } => ({ market, netPnl: d(net) })

describe('what was lost', () => {
  it('may be 20, net of fees and with wins set against losses, and not more', () => {
    const monitor = createRiskMonitor()
    expect([monitor.onFill(lost('-30', '0.5')), monitor.onFill(lost('11', '0.5'))]).toEqual([
      '30.5 lost, more than 20 (riskMonitor.maxLoss)',
      undefined,
    ])
    expect(monitor.onFill(lost('0'))).toBeUndefined()
    expect(monitor.state(0).netPnl.toFixed()).toBe('-20')
    expect(monitor.onFill(lost('-0.000001'))).toBe('20.000001 lost, more than 20 (riskMonitor.maxLoss)')
  })

  it('counts from the start, however long ago', () => {
    const monitor = createRiskMonitor({ maxLoss: '1' })
    expect(monitor.onFill(lost('-0.6'))).toBeUndefined()
    expect(monitor.onFill(lost('-0.6'))).toBe('1.2 lost, more than 1 (riskMonitor.maxLoss)')
  })

  it('is exact for any run of fills', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 100 })), (cents) => {
        const monitor = createRiskMonitor({ maxLoss: '1' })
        let sum = 0
        for (const one of cents) {
          sum += one
          expect(monitor.onFill(lost((one / 100).toFixed(2))) !== undefined).toBe(sum < -100)
        }
      }),
    )
  })
})

describe('losses in a row', () => {
  it('may be 5, and not 6', () => {
    const monitor = createRiskMonitor()
    for (let i = 0; i < 5; i++) expect(monitor.onClosed(trip('-0.01', `xyz:M${i}`))).toBeUndefined()
    expect(monitor.onClosed(trip('-0.01'))).toBe(
      '6 positions in a row lost, more than 5 (riskMonitor.maxConsecutiveLosses)',
    )
  })

  it('end with a win, and not with a trip that came out even', () => {
    const monitor = createRiskMonitor({ maxConsecutiveLosses: 1 })
    const answers = ['-1', '0.01', '-1', '0', '-1'].map((net) => monitor.onClosed(trip(net)) !== undefined)
    expect(answers).toEqual([false, false, false, false, true])
  })
})

describe('rejected orders', () => {
  it('may be 10 in any hour, and not 11: the hour slides', () => {
    const monitor = createRiskMonitor()
    for (let i = 0; i < 10; i++) expect(monitor.onOutcome(rejected(), undefined, i)).toBeUndefined()
    expect(monitor.state(9).rejectsLastHour).toBe(10)
    expect(monitor.onOutcome(rejected(), undefined, HOUR - 1)).toBe(
      '11 orders rejected within an hour, more than 10 (riskMonitor.maxRejectsPerHour)',
    )
    expect(monitor.state(HOUR + 8).rejectsLastHour).toBe(2)
    const other = createRiskMonitor()
    for (let i = 0; i < 10; i++) other.onOutcome(rejected(), undefined, i)
    expect(other.onOutcome(rejected(), undefined, HOUR)).toBeUndefined()
  })

  it.each(Object.entries(REJECTED_REASONS))('with %s count unless that is benign: %j (F-44)', (reason, { benign }) => {
    const monitor = createRiskMonitor({ maxRejectsPerHour: 1 })
    const answers = [0, 1].map((now) => monitor.onOutcome(rejected(reason as RejectedReason), undefined, now))
    expect(answers[1] === undefined).toBe(benign)
  })

  it('are those of the venue: what we denied ourselves, cancelled or filled is none', () => {
    const monitor = createRiskMonitor({ maxRejectsPerHour: 1, slippage: false })
    for (let i = 0; i < 5; i++) {
      expect(monitor.onOutcome(ended({ status: 'denied', reason: 'SIGN_FAILED' }), undefined, 0)).toBeUndefined()
      expect(monitor.onOutcome(ended({ status: 'canceled' }), undefined, 0)).toBeUndefined()
      expect(monitor.onOutcome(ended({ status: 'expired' }), undefined, 0)).toBeUndefined()
      expect(monitor.onOutcome(ended({ status: 'filled' }, { filled: '1' }), undefined, 0)).toBeUndefined()
    }
    expect(monitor.state(0).rejectsLastHour).toBe(0)
  })
})

describe('positions that could not be closed', () => {
  it('may be 3 in a row, and not 4', () => {
    const monitor = createRiskMonitor()
    for (let i = 0; i < 3; i++) expect(monitor.onCloseFailed('xyz:NVDA')).toBeUndefined()
    expect(monitor.onCloseFailed('xyz:NVDA')).toBe(
      '4 times in a row xyz:NVDA could not be closed, more than 3 (riskMonitor.maxFlattenFailures)',
    )
  })

  it('are a row for each market, which ends with the position', () => {
    const monitor = createRiskMonitor({ maxFlattenFailures: 1 })
    expect([monitor.onCloseFailed('xyz:A'), monitor.onCloseFailed('xyz:B')]).toEqual([undefined, undefined])
    monitor.onClosed(trip('1', 'xyz:A'))
    expect(monitor.onCloseFailed('xyz:A')).toBeUndefined()
    expect(monitor.state(0).flattenFailures).toBe(1)
    expect(monitor.onCloseFailed('xyz:B')).toContain('2 times in a row xyz:B')
  })
})

describe('slippage', () => {
  const fillAt = (monitor: RiskMonitor, average: string, values: Values = {}, mark: string | undefined = '100') =>
    monitor.onOutcome(
      ended({ status: 'filled' }, { filled: '1', average, ...values }),
      mark === undefined ? undefined : d(mark),
      0,
    )

  it('may be 50 bps as often as it likes', () => {
    const monitor = createRiskMonitor()
    for (let i = 0; i < 10; i++) expect(fillAt(monitor, '100.5')).toBeUndefined()
    expect(monitor.state(0).slippages).toBe(0)
  })

  it.each<['buy' | 'sell', string]>([
    ['buy', '100.5001'],
    ['sell', '99.4999'],
  ])('may be more than that for a %s twice in a row, and not three times', (side, average) => {
    const monitor = createRiskMonitor()
    expect([fillAt(monitor, average, { side }), fillAt(monitor, average, { side })]).toEqual([undefined, undefined])
    expect(fillAt(monitor, average, { side })).toBe(
      '3 fills in a row, the last by 50.01 bps, were worse than the mark by more than 50 bps (riskMonitor.slippage)',
    )
  })

  it('starts anew after a fill that was good enough, or better than the mark', () => {
    const monitor = createRiskMonitor({ slippage: { maxBps: 10, times: 2 } })
    for (const good of ['100.1', '90']) {
      expect(fillAt(monitor, '101')).toBeUndefined()
      expect(fillAt(monitor, good)).toBeUndefined()
    }
    expect(fillAt(monitor, '101')).toBeUndefined()
    expect(fillAt(monitor, '101')).toContain('by 100 bps')
  })

  it('is not measured where there is nothing to measure, nor on orders that rest or get out', () => {
    const monitor = createRiskMonitor({ slippage: { times: 1 } })
    expect(monitor.onOutcome(ended({ status: 'canceled' }), d('100'), 0)).toBeUndefined()
    expect(
      monitor.onOutcome(ended({ status: 'filled' }, { filled: '1', average: '200' }), undefined, 0),
    ).toBeUndefined()
    expect(fillAt(monitor, '200', { timeInForce: 'gtc' })).toBeUndefined()
    expect(fillAt(monitor, '200', { reduceOnly: true })).toBeUndefined()
    expect(fillAt(monitor, '200')).toContain('riskMonitor.slippage')
  })
})

describe('thresholds', () => {
  const DEFAULTS = {
    maxConsecutiveLosses: 5,
    maxFlattenFailures: 3,
    maxRejectsPerHour: 10,
    slippage: { maxBps: 50, times: 3 },
  }

  it('are those of the original by default, and told', () => {
    const { limits } = createRiskMonitor().state(0)
    expect(limits).toMatchObject(DEFAULTS)
    expect(limits.maxLoss?.toFixed()).toBe('20')
  })

  /** Everything that can go wrong, far too often. */
  function goWrong(monitor: RiskMonitor): ReadonlySet<string> {
    const answers: (string | undefined)[] = []
    for (let i = 0; i < 20; i++) {
      answers.push(monitor.onFill(lost('-10')), monitor.onClosed(trip('-10', 'xyz:TSLA')))
      answers.push(monitor.onOutcome(rejected(), undefined, 0))
      answers.push(monitor.onCloseFailed('xyz:NVDA'))
      answers.push(monitor.onOutcome(ended({ status: 'filled' }, { filled: '1', average: '200' }), d('100'), 0))
    }
    return new Set(answers.flatMap((answer) => /riskMonitor\.\w+/.exec(answer ?? '')?.[0] ?? []))
  }
  const all = ['maxLoss', 'maxConsecutiveLosses', 'maxRejectsPerHour', 'maxFlattenFailures', 'slippage'] as const

  it('are all off with `false`, and count all the same', () => {
    const monitor = createRiskMonitor(false)
    expect([...goWrong(monitor)]).toEqual([])
    expect(monitor.state(0)).toMatchObject({ consecutiveLosses: 20, rejectsLastHour: 20, limits: {} })
  })

  it.each(all)('can be turned off one by one: %s', (name) => {
    const expected = all.filter((one) => one !== name).map((one) => `riskMonitor.${one}`)
    expect(goWrong(createRiskMonitor({ [name]: false }))).toEqual(new Set(expected))
  })

  it('begin anew after a reset', () => {
    const monitor = createRiskMonitor()
    goWrong(monitor)
    monitor.reset()
    expect(monitor.state(0)).toMatchObject({
      consecutiveLosses: 0,
      flattenFailures: 0,
      rejectsLastHour: 0,
      slippages: 0,
    })
    expect(monitor.state(0).netPnl.toFixed()).toBe('0')
    expect(monitor.onFill(lost('-20'))).toBeUndefined()
  })

  it.each<[string, RiskMonitorOptions]>([
    ['riskMonitor.maxLoss', { maxLoss: '0' }],
    ['riskMonitor.maxLoss', { maxLoss: '-20' }],
    ['riskMonitor.maxConsecutiveLosses', { maxConsecutiveLosses: 0 }],
    ['riskMonitor.maxFlattenFailures', { maxFlattenFailures: -1 }],
    ['riskMonitor.maxRejectsPerHour', { maxRejectsPerHour: 1.5 }],
    ['riskMonitor.slippage.maxBps', { slippage: { maxBps: 0 } }],
    ['riskMonitor.slippage.times', { slippage: { times: 0 } }],
  ])('out of range are refused by name: %s', (name, options) => {
    expect(() => createRiskMonitor(options)).toThrow(RangeError)
    expect(() => createRiskMonitor(options)).toThrow(name)
  })
})
