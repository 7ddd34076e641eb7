import { describe, expect, it } from 'vitest'
import { createRiskGates } from '../../../src/control/risk-gates.js'
import { createWorld, type Judged, judged, orderOf } from '../support.js'
import { type Arrange, BOUNDARIES, EVERY_GATE, gateOf } from './boundaries.js'

function judge(id: string, arrange: Arrange): { readonly asked: string; readonly verdict: Judged } {
  const world = createWorld({ maxActions: 2, windowMs: 1_000 })
  const gates = createRiskGates([gateOf(id)], world)
  const { now = 0, ...values } = arrange({ world, gates })
  const order = orderOf(values)
  return { asked: order.size.toFixed(), verdict: judged(gates.evaluate(order, now)) }
}

describe('the table of boundaries', () => {
  it('has a row for every gate, and none for a gate that does not exist', () => {
    expect(Object.keys(BOUNDARIES)).toEqual(EVERY_GATE.map(({ id }) => id))
    for (const rows of Object.values(BOUNDARIES)) expect(rows.length).toBeGreaterThan(0)
  })

  it('is in the order of the original: 1, its session gates, 2, 3 to 9', () => {
    const original = ['1', '1b', '1c', '1d', '1e', '1f', '2', '3', '4', '5', '6', '7', '8', '9']
    const ours = ['1a', '2b', '2c', '2d', '2e', '2f', '2g', '2h', '2i', '2j', '2k', '2l', '3b', '10']
    expect([...new Set(EVERY_GATE.map(({ step }) => step))].filter((step) => !ours.includes(step))).toEqual(original)
  })
})

describe.each(EVERY_GATE)('$step $id', ({ id }) => {
  for (const { passes, size, denies, reason } of BOUNDARIES[id] ?? []) {
    it(`passes: ${passes[0]}`, () => {
      const { asked, verdict } = judge(id, passes[1])
      expect(verdict).toEqual({ size: size ?? asked })
    })

    it(`denies ${reason}: ${denies[0]}`, () => {
      const { verdict } = judge(id, denies[1])
      expect(verdict).toEqual({ gate: id, reason, limit: expect.any(String), value: expect.any(String) })
    })
  }
})
