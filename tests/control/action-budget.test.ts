import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActionBudget, createActionBudget } from '../../src/control/action-budget.js'

type Step =
  | { readonly do: 'forward' | 'back'; readonly ms: number }
  | { readonly do: 'reserve' }
  | { readonly do: 'write' | 'release'; readonly token: number }

const steps = (time: fc.Arbitrary<number>): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('forward' as const, 'back' as const), ms: time }) },
      { weight: 6, arbitrary: fc.record({ do: fc.constant('reserve' as const) }) },
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'release' as const), token: fc.nat(40) }),
      },
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

/** What was granted, and what became of it, in the time that only steps forward. */
type Grant = { state: 'reserved' | 'written' | 'released'; at: number; written(now: number): void; release(): void }

/** Plays a script against a budget, and against the plainest possible record of what it granted. */
function play(budget: ActionBudget, { maxActions, windowMs }: Limits, script: readonly Step[], exact = true): void {
  const grants: Grant[] = []
  let now = 50_000
  // The time in which windows are measured: the sum of the clock's forward steps. A step back passes no time.
  let forward = 0
  const written = (): Grant[] => grants.filter(({ state }) => state === 'written').sort((a, b) => a.at - b.at)
  const inWindow = (): Grant[] => written().filter(({ at }) => forward - at < windowMs)
  const reserved = (): Grant[] => grants.filter(({ state }) => state === 'reserved')
  const untilOut = (grant: Grant | undefined): number => (grant?.at ?? Number.NaN) + windowMs - forward

  for (const step of script) {
    if (step.do === 'forward') {
      now += step.ms
      forward += step.ms
    } else if (step.do === 'back') {
      now -= step.ms
    } else if (step.do === 'reserve') {
      const [oldest] = inWindow()
      const isFull = inWindow().length + reserved().length >= maxActions
      const answer = budget.reserve(now)
      if (answer.granted) grants.push({ state: 'reserved', at: forward, ...answer })
      else if (exact) expect(answer.waitMs).toBe(reserved().length >= maxActions ? windowMs : untilOut(oldest))
      if (exact) expect(answer.granted).toBe(!isFull)
    } else if ('token' in step) {
      const grant = grants[step.token % Math.max(grants.length, 1)]
      if (step.do === 'write') grant?.written(now)
      else grant?.release()
      if (grant?.state !== 'reserved') continue
      grant.state = step.do === 'write' ? 'written' : 'released'
      grant.at = forward
    }
    if (exact) expect(budget.remaining(now)).toBe(maxActions - inWindow().length - reserved().length)
  }
  for (const { at: start } of written()) {
    const sent = written().filter(({ at }) => at >= start && at - start < windowMs - ROUNDING_MS).length
    if (sent > maxActions) throw new Error(`${sent} actions in the ${windowMs} ms from ${start}`)
  }
}

/** Reserves and writes in one, as when nothing stands still. */
function write(budget: ActionBudget, now: number): boolean {
  const answer = budget.reserve(now)
  if (answer.granted) answer.written(now)
  return answer.granted
}

/** What the original system had: a window that starts over once it is more than `windowMs` old. */
function createFixedWindow({ maxActions, windowMs }: Limits): ActionBudget {
  let start = 0
  let count = 0
  return {
    maxActions,
    windowMs,
    remaining: () => maxActions - count,
    waitMs: () => 0,
    reserve(now) {
      if (now - start > windowMs) {
        start = now
        count = 0
      }
      if (count >= maxActions) return { granted: false, waitMs: start + windowMs - now }
      count += 1
      return {
        granted: true,
        written() {},
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
      [1_001, 1_999, 1_999, 2_002, 2_002, 2_002].filter((now) => write(budget, now)).length
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

  it('when a queue stands still and then drains: what was reserved long ago is written now, and counts now', () => {
    const budget = createActionBudget({ maxActions: 2, windowMs: 1_000 })
    const stalled = [budget.reserve(0), budget.reserve(0)]
    expect(budget.reserve(1_900)).toEqual({ granted: false, waitMs: 1_000 })
    for (const order of stalled) if (order.granted) order.written(1_900)
    expect(budget.reserve(2_899)).toEqual({ granted: false, waitMs: 1 })
    expect(budget.reserve(2_900).granted).toBe(true)
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
    expect(write(budget, start)).toBe(true)
    expect(budget.waitMs(start + elapsed)).toBeCloseTo(waitMs ?? 0, 6)
    const answer = budget.reserve(start + elapsed)
    expect(answer.granted).toBe(granted)
    if (!answer.granted) expect(answer.waitMs).toBeCloseTo(waitMs ?? Number.NaN, 6)
  })

  it('lets each action go at its own time, not all at once', () => {
    const budget = createActionBudget({ maxActions: 2, windowMs: 1_000 })
    write(budget, 0)
    write(budget, 400)
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

  it('does nothing once the order was written', () => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 1_000 })
    const sent = budget.reserve(0)
    if (!sent.granted) throw new Error('refused')
    sent.written(0)
    sent.release()
    sent.written(500)
    expect(budget.remaining(999)).toBe(0)
    expect(budget.remaining(1_000)).toBe(1)
  })
})

describe('a clock that steps back', () => {
  it('neither refills nor freezes the budget: only forward steps count', () => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 1_000 })
    write(budget, 10_000)
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
    write(budget, 0)
    expect(() => budget.reserve(now)).toThrow(/^now: /)
    expect(budget.remaining(999)).toBe(0)
    expect(budget.remaining(1_000)).toBe(1)
  })
})
