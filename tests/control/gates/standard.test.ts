import { describe, expect, it } from 'vitest'
import { actionBudgetGate } from '../../../src/control/gates/budget.js'
import { type StandardGatesOptions, standardGates } from '../../../src/control/gates/standard.js'
import { createRiskGates } from '../../../src/control/risk-gates.js'
import { createWorld, judged, orderOf } from '../support.js'

const LIMITS = { maxNotionalPerMarket: '50', maxNotionalTotal: '100', maxConcurrentPositions: 5 }

describe('the standard list', () => {
  it('is in the order of the original', () => {
    expect(standardGates(LIMITS).map(({ step }) => step)).toEqual(['3', '4', '5', '6', '7', '8', '9'])
  })

  it('without single entry leaves out what holds a market to one order', () => {
    expect(standardGates({ ...LIMITS, singleEntry: false }).map(({ step }) => step)).toEqual(['3', '4', '5', '9'])
  })

  it('takes each gate that remembers the session by itself, and none unless asked', () => {
    const added = (options: Partial<StandardGatesOptions>): readonly string[] =>
      standardGates({ ...LIMITS, ...options } as StandardGatesOptions)
        .map(({ step }) => step)
        .filter((step) => step.startsWith('1'))
    expect(added({})).toEqual([])
    expect(added({ maxDrawdown: { maxLoss: '10' } })).toEqual(['1b'])
    expect(added({ correlationCooldown: { closes: 3 } })).toEqual(['1c'])
    expect(added({ burstSignal: {} })).toEqual(['1d'])
    expect(added({ tiltGuard: {} })).toEqual(['1e'])
    expect(added({ reEntryDelay: {} })).toEqual(['1f'])
  })

  it('holds correlated positions instead of counting markets, and not both', () => {
    const { maxConcurrentPositions, ...limits } = LIMITS
    const correlationPosition = { groups: [['xyz:NVDA', 'xyz:AMD']] }
    const ids = standardGates({ ...limits, correlationPosition }).map(({ id }) => id)
    expect(ids).toContain('correlationPosition')
    expect(ids).not.toContain('maxConcurrentPositions')
    const both = { ...limits, maxConcurrentPositions, correlationPosition } as unknown as StandardGatesOptions
    expect(() => standardGates(both)).toThrow(/maxConcurrentPositions/)
  })

  it.each([
    ['maxNotionalPerMarket', '0', RangeError],
    ['maxNotionalPerMarket', '-1', RangeError],
    ['maxNotionalPerMarket', 'much', RangeError],
    ['maxNotionalPerMarket', 50, TypeError],
    ['maxNotionalTotal', '0', RangeError],
    ['maxNotionalTotal', '-0.01', RangeError],
    ['maxNotionalTotal', undefined, TypeError],
    ['maxConcurrentPositions', 0, RangeError],
    ['maxConcurrentPositions', -1, RangeError],
    ['maxConcurrentPositions', 1.5, RangeError],
    ['maxConcurrentPositions', Number.NaN, RangeError],
  ])('refuses a %s of %s by name', (field, value, kind) => {
    const options = { ...LIMITS, [field]: value } as typeof LIMITS
    expect(() => standardGates(options)).toThrow(kind)
    expect(() => standardGates(options)).toThrow(field)
  })
})

describe('the budget gate', () => {
  it('passes up to the budget, then denies with the budget and the wait', () => {
    const gates = createRiskGates([actionBudgetGate()], createWorld({ maxActions: 2, windowMs: 1_000 }))
    const submit = (now: number): unknown => {
      const verdict = gates.evaluate(orderOf(), now)
      if ('approved' in verdict) verdict.approved.written(now)
      return judged(verdict)
    }
    expect([submit(0), submit(0.5)]).toEqual([{ size: '1' }, { size: '1' }])
    const denied = { gate: 'actionBudget', reason: 'BUDGET_EXHAUSTED', limit: '2 per 1000 ms' }
    expect(submit(0.5)).toEqual({ ...denied, value: '1000' })
    expect(submit(999)).toEqual({ ...denied, value: '1' })
    expect(submit(1_000)).toEqual({ size: '1' })
  })
})
