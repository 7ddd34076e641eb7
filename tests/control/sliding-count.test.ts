import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSlidingCount } from '../../src/control/sliding-count.js'

const WINDOW_MS = 100

const step = fc.record({ ms: fc.integer({ min: -20, max: 60 }), amount: fc.integer({ min: 1, max: 9 }) })

it('is the sum of what came within the window, and its wait is the first time at which an amount fits', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (steps, limit) => {
      const sum = createSlidingCount(WINDOW_MS)
      const entries: { readonly at: number; readonly amount: number }[] = []
      const within = (at: number): number =>
        entries.reduce((total, entry) => (at - entry.at < WINDOW_MS ? total + entry.amount : total), 0)
      let now = 1_000
      let forward = 0
      for (const { ms, amount } of steps) {
        now += ms
        forward += Math.max(0, ms)
        expect(sum.sum(now)).toBe(within(forward))
        const waitMs = sum.waitMs(amount, limit, now)
        if (amount > limit) expect(waitMs).toBe(Number.POSITIVE_INFINITY)
        else {
          expect(within(forward + waitMs) + amount).toBeLessThanOrEqual(limit)
          if (waitMs > 0) expect(within(forward + waitMs - 1) + amount).toBeGreaterThan(limit)
        }
        sum.add(amount, now)
        entries.push({ at: forward, amount })
      }
    }),
  )
})

it('refuses a time that is no number before anything is counted', () => {
  const sum = createSlidingCount(WINDOW_MS)
  expect(() => sum.add(1, Number.NaN)).toThrow(/^now: /)
  expect(sum.sum(0)).toBe(0)
})
