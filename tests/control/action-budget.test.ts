import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActionBudget, createActionBudget } from '../../src/control/action-budget.js'

type Step =
  | { readonly do: 'forward' | 'back'; readonly ms: number }
  | { readonly do: 'reserve' }
  | { readonly do: 'release'; readonly token: number }

const steps = (time: fc.Arbitrary<number>): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('forward' as const, 'back' as const), ms: time }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constant('reserve' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), token: fc.nat(40) }) },
    ),
    { maxLength: 80 },
  )

type Limits = { readonly maxActions: number; readonly windowMs: number }
const limits: fc.Arbitrary<Limits> = fc.record({
  maxActions: fc.integer({ min: 1, max: 5 }),
  windowMs: fc.constantFrom(1, 10, 100),
})

/** Two ways of adding up fractions of a millisecond differ in their last digits. */
const ROUNDING_MS = 1e-6

/** A grant that was not given back, at the time that only steps forward. */
type Grant = { readonly at: number; isHeld: boolean; release(): void }

/** Plays a script against a budget, and against the plainest possible record of what it granted. */
function play(budget: ActionBudget, { maxActions, windowMs }: Limits, script: readonly Step[], exact = true): void {
  const grants: Grant[] = []
  let now = 50_000
  // The time in which windows are measured: the sum of the clock's forward steps. A step back passes no time.
  let forward = 0
  const held = (): Grant[] => grants.filter(({ isHeld }) => isHeld)
  const inWindow = (): Grant[] => held().filter(({ at }) => forward - at < windowMs)

  for (const step of script) {
    if (step.do === 'forward') {
      now += step.ms
      forward += step.ms
    } else if (step.do === 'back') {
      now -= step.ms
    } else if (step.do === 'release') {
      const grant = grants[step.token % Math.max(grants.length, 1)]
      grant?.release()
      if (grant !== undefined) grant.isHeld = false
    } else {
      const full = inWindow()
      const answer = budget.reserve(now)
      if (answer.granted) grants.push({ at: forward, isHeld: true, release: answer.release })
      else if (exact) expect(answer.waitMs).toBe((full[0]?.at ?? Number.NaN) + windowMs - forward)
      if (exact) expect(answer.granted).toBe(full.length < maxActions)
    }
    if (exact) expect(budget.remaining(now)).toBe(maxActions - inWindow().length)
  }
  for (const { at: start } of held()) {
    const sent = held().filter(({ at }) => at >= start && at - start < windowMs - ROUNDING_MS).length
    if (sent > maxActions) throw new Error(`${sent} actions in the ${windowMs} ms from ${start}`)
  }
}

/** What the original system had: a window that starts over once it is more than `windowMs` old. */
function createFixedWindow({ maxActions, windowMs }: Limits): ActionBudget {
  let start = 0
  let count = 0
  return {
    maxActions,
    windowMs,
    remaining: () => maxActions - count,
    reserve(now) {
      if (now - start > windowMs) {
        start = now
        count = 0
      }
      if (count >= maxActions) return { granted: false, waitMs: start + windowMs - now }
      count += 1
      return {
        granted: true,
        release() {
          count = Math.max(0, count - 1)
        },
      }
    },
  }
}

describe('no window holds more than the limit', () => {
  it('for any sequence of calls and any steps of the clock, and it refuses only when the window is full', () => {
    fc.assert(
      fc.property(limits, steps(fc.integer({ min: 0, max: 150 })), (limit, script) =>
        play(createActionBudget(limit), limit, script),
      ),
      { numRuns: 2_000 },
    )
  })

  it('for clocks that count in fractions of a millisecond', () => {
    const fractions = fc.double({ min: 0, max: 150, noNaN: true })
    fc.assert(
      fc.property(limits, steps(fractions), (limit, script) => play(createActionBudget(limit), limit, script, false)),
    )
  })

  it('which a window that starts over does not promise: twice the limit fits across its edge (W-20)', () => {
    const refuted = fc.check(
      fc.property(limits, steps(fc.integer({ min: 0, max: 150 })), (limit, script) =>
        play(createFixedWindow(limit), limit, script, false),
      ),
      { seed: 20, numRuns: 2_000 },
    )
    expect(refuted.failed).toBe(true)

    const burst = (budget: ActionBudget): number =>
      [1_001, 1_999, 1_999, 2_002, 2_002, 2_002].filter((now) => budget.reserve(now).granted).length
    const limit = { maxActions: 3, windowMs: 1_000 }
    expect(burst(createFixedWindow(limit))).toBe(6)
    expect(burst(createActionBudget(limit))).toBe(4)
  })

  it('when many callers come in one tick, where asking first and taking later would let all of them through (F-01)', () => {
    const budget = createActionBudget({ maxActions: 3, windowMs: 1_000 })
    const callers = Array.from({ length: 10 }, (_, i) => i)
    expect(callers.filter(() => budget.remaining(0) > 0)).toHaveLength(10)
    expect(callers.filter(() => budget.reserve(0).granted)).toHaveLength(3)
  })
})

describe('the edge of the window', () => {
  it.each([
    [999, false, 1],
    [999.5, false, 0.5],
    [1_000, true, undefined],
    [1_001, true, undefined],
  ])('after %d of 1000 ms: granted %s', (elapsed, granted, waitMs) => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 1_000 })
    const start = 123_456.789
    expect(budget.reserve(start).granted).toBe(true)
    const answer = budget.reserve(start + elapsed)
    expect(answer.granted).toBe(granted)
    if (!answer.granted) expect(answer.waitMs).toBeCloseTo(waitMs ?? Number.NaN, 6)
  })

  it('lets each action go at its own time, not all at once', () => {
    const budget = createActionBudget({ maxActions: 2, windowMs: 1_000 })
    budget.reserve(0)
    budget.reserve(400)
    expect([999, 1_000, 1_399, 1_400].map((now) => budget.remaining(now))).toEqual([0, 1, 1, 2])
  })
})

describe('giving back', () => {
  it('makes an unused action free at once', () => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 1_000 })
    const token = budget.reserve(0)
    expect(budget.reserve(0)).toEqual({ granted: false, waitMs: 1_000 })
    if (token.granted) token.release()
    expect(budget.remaining(0)).toBe(1)
    expect(budget.reserve(0).granted).toBe(true)
  })

  it('counts once, however often it is called, and never frees the action of another', () => {
    const budget = createActionBudget({ maxActions: 2, windowMs: 1_000 })
    const [first] = [budget.reserve(0), budget.reserve(0)]
    if (first.granted) {
      first.release()
      first.release()
    }
    expect(budget.remaining(0)).toBe(1)
  })

  it('does nothing once the action has left the window', () => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 1_000 })
    const old = budget.reserve(0)
    expect(budget.reserve(1_000).granted).toBe(true)
    if (old.granted) old.release()
    expect(budget.remaining(1_000)).toBe(0)
  })
})

describe('a clock that steps back', () => {
  it('neither refills nor freezes the budget: only forward steps count', () => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 1_000 })
    budget.reserve(10_000)
    expect(budget.reserve(2_000)).toEqual({ granted: false, waitMs: 1_000 })
    expect(budget.reserve(2_600)).toEqual({ granted: false, waitMs: 400 })
    expect(budget.reserve(3_000).granted).toBe(true)
  })
})

describe('options', () => {
  it('defaults to 100 actions a second', () => {
    const { maxActions, windowMs } = createActionBudget()
    expect({ maxActions, windowMs }).toEqual({ maxActions: 100, windowMs: 1_000 })
  })

  it.each([
    ['maxActions', 0],
    ['maxActions', -1],
    ['maxActions', 1.5],
    ['maxActions', Number.NaN],
    ['windowMs', 0],
    ['windowMs', -1],
    ['windowMs', Number.POSITIVE_INFINITY],
  ])('refuses a %s of %d by name', (field, value) => {
    expect(() => createActionBudget({ [field]: value })).toThrow(RangeError)
    expect(() => createActionBudget({ [field]: value })).toThrow(field)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses the time %d before anything is taken', (now) => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 1_000 })
    budget.reserve(0)
    expect(() => budget.reserve(now)).toThrow(/^now: /)
    expect(budget.remaining(999)).toBe(0)
    expect(budget.remaining(1_000)).toBe(1)
  })
})
