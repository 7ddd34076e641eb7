import * as api from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { coreGates } from '../../../src/control/gates/core.js'
import { createRiskGates } from '../../../src/control/risk-gates.js'
import type { OrderKind } from '../../../src/model/order.js'
import { createWorld, type Judged, judged, orderOf } from '../support.js'
import { type Arrange, BOUNDARIES, EVERY_GATE, gateOf } from './boundaries.js'

function judge(
  id: string,
  arrange: Arrange,
  kind: OrderKind = 'entry',
): { readonly asked: string; readonly verdict: Judged } {
  const world = createWorld({ maxActions: 2, windowMs: 1_000 })
  const gates = createRiskGates([gateOf(id)], world)
  const { now = 0, ...values } = arrange({ world, gates })
  const order = orderOf({ ...values, kind })
  return { asked: order.size.toFixed(), verdict: judged(gates.evaluate(order, now)) }
}

describe('the table of boundaries', () => {
  it('has a row for every gate, and none for a gate that does not exist', () => {
    expect(Object.keys(BOUNDARIES)).toEqual(EVERY_GATE.map(({ id }) => id))
    for (const rows of Object.values(BOUNDARIES)) expect(rows.length).toBeGreaterThan(0)
  })

  it('has rows for every gate that can be had: those that are exported, and those that are always there', () => {
    const exported = Object.keys(api).flatMap((name) => /^(\w+)Gate$/.exec(name)?.[1] ?? [])
    const always = coreGates().map(({ id }) => id)
    expect([...exported, ...always].sort()).toEqual(Object.keys(BOUNDARIES).sort())
  })

  it('asks quotes what is about the market and what is at stake, and not what takes an order for a signal (W-25)', () => {
    const forEntries = EVERY_GATE.filter(({ entriesOnly }) => entriesOnly).map(({ id }) => id)
    const signals = ['correlationCooldown', 'burstSignal', 'tiltGuard', 'reEntryDelay']
    expect(forEntries).toEqual([...signals, 'hasPosition', 'pendingOrder'])
  })

  it('is in the order of the original: 1, its session gates, 2, 3 to 9', () => {
    const original = ['1', '1b', '1c', '1d', '1e', '1f', '2', '3', '4', '5', '6', '7', '8', '9']
    const ours = ['1a', '2b', '2c', '2d', '2e', '2f', '2g', '2h', '2i', '2j', '2k', '2l', '3b', '10']
    expect([...new Set(EVERY_GATE.map(({ step }) => step))].filter((step) => !ours.includes(step))).toEqual(original)
  })
})

describe.each(EVERY_GATE)('$step $id', ({ id, entriesOnly }) => {
  for (const { passes, size, denies, reason } of BOUNDARIES[id] ?? []) {
    it(`passes: ${passes[0]}`, () => {
      const { asked, verdict } = judge(id, passes[1])
      expect(verdict).toEqual({ size: size ?? asked })
    })

    it(`denies ${reason}: ${denies[0]}`, () => {
      const { verdict } = judge(id, denies[1])
      expect(verdict).toEqual({ gate: id, reason, limit: expect.any(String), value: expect.any(String) })
    })

    it(`${entriesOnly ? 'is not asked about' : 'holds for'} a quote where it denies an entry: ${denies[0]}`, () => {
      const { asked, verdict } = judge(id, denies[1], 'quote')
      expect(verdict).toEqual(entriesOnly ? { size: asked } : judge(id, denies[1]).verdict)
    })
  }
})
