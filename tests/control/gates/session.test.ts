import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  burstSignalGate,
  correlationCooldownGate,
  maxDrawdownGate,
  reEntryDelayGate,
  tiltGuardGate,
} from '../../../src/control/gates/session.js'
import { createRiskGates, deny, type Gate, type RiskGates } from '../../../src/control/risk-gates.js'
import { createWorld, type Judged, judged, type OrderValues, orderOf } from '../support.js'
import { fillOf, tripOf } from './boundaries.js'

const PASSED = { size: '1' }
const HOUR = 3_600_000

const gatesOf = (...gates: readonly Gate[]): RiskGates => createRiskGates(gates, createWorld())
const submit = (gates: RiskGates, now: number, order: OrderValues = {}): Judged =>
  judged(gates.evaluate(orderOf(order), now))

describe('the drawdown gate', () => {
  it('does not forget a loss at the full hour: the window slides (W-37)', () => {
    const gates = gatesOf(maxDrawdownGate({ maxLoss: '10' }))
    gates.onFill(fillOf('-10'), 0.98 * HOUR)
    expect(submit(gates, 1.01 * HOUR)).toEqual({
      gate: 'maxDrawdown',
      reason: 'MAX_DRAWDOWN',
      limit: 'above -10',
      value: '-10',
    })
    expect(submit(gates, 1.98 * HOUR)).toEqual(PASSED)
  })

  it('lets a win pay for a loss, for as long as both are in the window', () => {
    const gates = gatesOf(maxDrawdownGate({ maxLoss: '10', windowMs: 1_000 }))
    gates.onFill(fillOf('5'), 0)
    gates.onFill(fillOf('-14.99'), 500)
    expect(submit(gates, 999)).toEqual(PASSED)
    expect(submit(gates, 1_000)).toMatchObject({ value: '-14.99' })
    expect(submit(gates, 1_500)).toEqual(PASSED)
  })

  it('counts fees, those of the way in too, and part of an exit at once: it does not wait for the end of a trip', () => {
    const gates = gatesOf(maxDrawdownGate({ maxLoss: '1' }))
    gates.onFill(fillOf('0', '0.6'), 0)
    expect(submit(gates, 0)).toEqual(PASSED)
    gates.onFill(fillOf('-0.3', '0.1'), 0)
    expect(submit(gates, 0)).toMatchObject({ value: '-1' })
  })

  it('adds in exact decimals: 0.1 and 0.2 are 0.3, not cents cut off', () => {
    const gates = gatesOf(maxDrawdownGate({ maxLoss: '0.3' }))
    gates.onFill(fillOf('-0.1'), 0)
    gates.onFill(fillOf('-0.199999'), 0)
    expect(submit(gates, 0)).toEqual(PASSED)
    gates.onFill(fillOf('-0.000001'), 0)
    expect(submit(gates, 0)).toMatchObject({ value: '-0.3' })
  })

  it('sums exactly what is in the window, for any run of fills', () => {
    const step = fc.record({ after: fc.integer({ min: 0, max: 20 }), cents: fc.integer({ min: -50, max: 50 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 3_000, minLength: 1 }), (steps) => {
        const gates = gatesOf(maxDrawdownGate({ maxLoss: '1', windowMs: 100 }))
        const past: { readonly at: number; readonly cents: number }[] = []
        let now = 0
        for (const { after, cents } of steps) {
          now += after
          past.push({ at: now, cents })
          gates.onFill(fillOf((cents / 100).toFixed(2)), now)
          const sum = past.filter(({ at }) => now - at < 100).reduce((total, one) => total + one.cents, 0)
          expect('reason' in submit(gates, now)).toBe(sum <= -100)
          if (past.length > 200) past.splice(0, 100)
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('the pause after many closes', () => {
  it('says how long it still lasts', () => {
    const gates = gatesOf(correlationCooldownGate({ closes: 2 }))
    for (const at of [1_000, 2_000]) gates.onClosed(tripOf('5'), at)
    expect(submit(gates, 2_000.5)).toEqual({
      gate: 'correlationCooldown',
      reason: 'CORRELATION_COOLDOWN',
      limit: 'under 2 closes in 30 s',
      value: '60000',
    })
  })

  it('does not begin again with the closes that began it, and does with as many new ones', () => {
    const gates = gatesOf(correlationCooldownGate({ closes: 2, cooldownMs: 10 }))
    for (const at of [0, 1, 5]) gates.onClosed(tripOf('-1'), at)
    expect(submit(gates, 11)).toEqual(PASSED)
    gates.onClosed(tripOf('-1'), 12)
    expect(submit(gates, 12)).toMatchObject({ value: '10' })
  })
})

describe('the burst gate', () => {
  it('does not count an order that a later gate denies (F-51)', () => {
    let isOpen = false
    const later: Gate = {
      step: '9',
      id: 'later',
      rule: 'a rule of the test',
      check: () => (isOpen ? { answer: 'pass' } : deny('USER_GATE', '', '')),
    }
    const gates = gatesOf(burstSignalGate({ maxSignals: 1 }), later)
    for (let i = 0; i < 5; i++) expect(submit(gates, i)).toMatchObject({ gate: 'later' })
    isOpen = true
    expect(submit(gates, 5)).toEqual(PASSED)
    expect(submit(gates, 6)).toMatchObject({ gate: 'burstSignal', limit: '1 orders in 1800 s', value: '1799999' })
  })

  it('does not count an order that never left, and takes the pause back that it began', () => {
    const gates = gatesOf(burstSignalGate({ maxSignals: 2, windowMs: 1_000, cooldownMs: 5_000 }))
    const [first] = [gates.evaluate(orderOf(), 0), gates.evaluate(orderOf(), 10)]
    expect(submit(gates, 2_000)).toMatchObject({ value: '3010' })
    if ('approved' in first) first.approved.release()
    expect(submit(gates, 2_000)).toEqual(PASSED)
  })

  it('gives back one place for one order, also of two that came at once', () => {
    const gates = gatesOf(burstSignalGate({ maxSignals: 2 }))
    const [first] = [gates.evaluate(orderOf(), 0), gates.evaluate(orderOf(), 0)]
    if ('approved' in first) for (let i = 0; i < 2; i++) first.approved.release()
    expect(submit(gates, 0)).toEqual(PASSED)
    expect(submit(gates, 0)).toMatchObject({ gate: 'burstSignal' })
  })

  it('counts each market by itself', () => {
    const gates = gatesOf(burstSignalGate({ maxSignals: 1 }))
    expect(submit(gates, 0)).toEqual(PASSED)
    expect(submit(gates, 0, { market: 'xyz:TSLA' })).toEqual(PASSED)
    expect(submit(gates, 0)).toMatchObject({ gate: 'burstSignal' })
  })

  it('lets an order replace another in the middle of a burst, and does not count it', () => {
    const gates = gatesOf(burstSignalGate({ maxSignals: 1 }))
    const replaces = orderOf().clientOrderId
    for (let i = 0; i < 3; i++) expect(submit(gates, i, { replaces })).toEqual(PASSED)
    expect(submit(gates, 3)).toEqual(PASSED)
    expect(submit(gates, 4, { replaces })).toEqual(PASSED)
  })

  it('does not count what bypasses it, so that it prolongs nothing (W-37)', () => {
    const gates = gatesOf(burstSignalGate({ maxSignals: 1, windowMs: 100, cooldownMs: 100, bypassEdgeBps: 50 }))
    expect(submit(gates, 0)).toEqual(PASSED)
    for (let at = 1; at < 100; at++) expect(submit(gates, at, { edgeBps: 50 })).toEqual(PASSED)
    expect(submit(gates, 100)).toEqual(PASSED)
  })

  it('holds in every window and after every full one, for any run of orders (no burst across an edge)', () => {
    const limits = fc.record({
      maxSignals: fc.integer({ min: 1, max: 4 }),
      windowMs: fc.integer({ min: 1, max: 60 }),
      cooldownMs: fc.integer({ min: 1, max: 60 }),
    })
    fc.assert(
      fc.property(
        limits,
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 80 }),
        ({ maxSignals, windowMs, cooldownMs }, gaps) => {
          const gates = gatesOf(burstSignalGate({ maxSignals, windowMs, cooldownMs }))
          const passed: number[] = []
          let now = 0
          for (const gap of gaps) {
            now += gap
            const inWindow = (at: number): number => passed.filter((one) => one <= at && at - one < windowMs).length
            const mayPass = (at: number): boolean =>
              inWindow(at) < maxSignals && !passed.some((one) => at - one < cooldownMs && inWindow(one) >= maxSignals)
            const isWelcome = mayPass(now)
            const verdict = submit(gates, now)
            expect('size' in verdict).toBe(isWelcome)
            if ('size' in verdict) passed.push(now)
            else
              expect([mayPass(now + Number(verdict.value) - 1), mayPass(now + Number(verdict.value))]).toEqual([
                false,
                true,
              ])
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('the tilt guard', () => {
  it('counts losses across markets, net of fees', () => {
    const gates = gatesOf(tiltGuardGate())
    for (const market of ['xyz:A', 'xyz:B', 'xyz:C']) gates.onClosed(tripOf('-0.000001', market), 0)
    expect(submit(gates, 0)).toEqual({
      gate: 'tiltGuard',
      reason: 'TILT_GUARD',
      limit: 'under 3 losses in a row',
      value: '300000',
    })
  })

  it('starts counting again with the pause: one loss after it begins no other (W-37)', () => {
    const gates = gatesOf(tiltGuardGate({ losses: 2, cooldownMs: 100 }))
    for (const at of [0, 0, 100]) gates.onClosed(tripOf('-1'), at)
    expect(submit(gates, 100)).toEqual(PASSED)
    gates.onClosed(tripOf('-1'), 150)
    expect(submit(gates, 150)).toMatchObject({ value: '100' })
  })
})

describe('the delay before a market is entered again', () => {
  it('is of that market alone, and counts from the last close', () => {
    const gates = gatesOf(reEntryDelayGate({ delayMs: 1_000 }))
    gates.onClosed(tripOf('1'), 0)
    gates.onClosed(tripOf('1'), 400)
    const denied = { gate: 'reEntryDelay', reason: 'RE_ENTRY_DELAY', limit: '1 s', value: '400' }
    expect(submit(gates, 1_000)).toEqual(denied)
    expect(submit(gates, 1_000, { market: 'xyz:TSLA' })).toEqual(PASSED)
    expect(submit(gates, 1_400)).toEqual(PASSED)
  })
})

describe('a gate that remembers', () => {
  it.each([
    ['maxDrawdown', maxDrawdownGate({ maxLoss: '1' })],
    ['correlationCooldown', correlationCooldownGate({ closes: 1 })],
    ['burstSignal', burstSignalGate({ maxSignals: 1 })],
    ['tiltGuard', tiltGuardGate({ losses: 1 })],
    ['reEntryDelay', reEntryDelayGate()],
  ])('such as %s remembers for one list, and holds back no reduce-only order', (id, gate) => {
    const [one, other] = [gatesOf(gate), gatesOf(gate)]
    submit(one, 0)
    one.onFill(fillOf('-2'), 0)
    one.onClosed(tripOf('-2'), 0)
    expect(submit(one, 0)).toMatchObject({ gate: id })
    expect(submit(one, 0, { reduceOnly: true })).toEqual(PASSED)
    expect(submit(other, 0)).toEqual(PASSED)
  })
})

describe('an option out of range', () => {
  it.each<[string, () => Gate]>([
    ['maxDrawdown.maxLoss', () => maxDrawdownGate({ maxLoss: '0' })],
    ['maxDrawdown.maxLoss', () => maxDrawdownGate({ maxLoss: '-10' })],
    ['maxDrawdown.windowMs', () => maxDrawdownGate({ maxLoss: '1', windowMs: 0 })],
    ['correlationCooldown.closes', () => correlationCooldownGate({ closes: 0 })],
    ['correlationCooldown.windowMs', () => correlationCooldownGate({ closes: 1, windowMs: -1 })],
    ['correlationCooldown.cooldownMs', () => correlationCooldownGate({ closes: 1, cooldownMs: Number.NaN })],
    ['burstSignal.maxSignals', () => burstSignalGate({ maxSignals: 1.5 })],
    ['burstSignal.windowMs', () => burstSignalGate({ windowMs: Number.POSITIVE_INFINITY })],
    ['burstSignal.cooldownMs', () => burstSignalGate({ cooldownMs: 0 })],
    ['burstSignal.bypassEdgeBps', () => burstSignalGate({ bypassEdgeBps: 0 })],
    ['tiltGuard.losses', () => tiltGuardGate({ losses: 0 })],
    ['tiltGuard.cooldownMs', () => tiltGuardGate({ cooldownMs: 0 })],
    ['reEntryDelay.delayMs', () => reEntryDelayGate({ delayMs: 0 })],
  ])('is refused by name: %s', (name, make) => {
    expect(make).toThrow(RangeError)
    expect(make).toThrow(name)
  })
})
