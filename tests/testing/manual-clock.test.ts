import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../src/testing/index.js'

describe('the manual clock', () => {
  it('runs due timers in order, each at its own time', () => {
    const clock = createManualClock({ now: 1_000 })
    const log: string[] = []
    clock.schedule(() => log.push(`late ${clock.now()}`), 30)
    clock.schedule(() => log.push(`early ${clock.now()}`), 10)
    clock.schedule(() => log.push(`early too ${clock.now()}`), 10)
    clock.schedule(() => log.push('never'), 31)
    clock.advance(30)
    expect(log).toEqual(['early 1010', 'early too 1010', 'late 1030'])
    expect(clock.now()).toBe(1_030)
    expect(clock.pendingTimers).toBe(1)
  })

  it('runs a timer that another timer has set, within the same advance', () => {
    const clock = createManualClock()
    const at: number[] = []
    const again = (): void => {
      at.push(clock.monotonic())
      clock.schedule(again, 10)
    }
    clock.schedule(again, 10)
    clock.advance(35)
    expect(at).toEqual([10, 20, 30])
  })

  it('forgets a cancelled timer', () => {
    const clock = createManualClock()
    const cancel = clock.schedule(() => expect.unreachable(), 10)
    cancel()
    cancel()
    clock.advance(20)
    expect(clock.pendingTimers).toBe(0)
  })

  it('steps the wall clock without moving the monotonic one or any timer', () => {
    const clock = createManualClock({ now: 50_000 })
    let fired = 0
    clock.schedule(() => fired++, 1_000)
    clock.stepWall(-20_000)
    expect([clock.now(), clock.monotonic(), fired]).toEqual([30_000, 0, 0])
    clock.advance(1_000)
    expect([clock.now(), clock.monotonic(), fired]).toEqual([31_000, 1_000, 1])
  })

  it('refuses to go back', () => {
    expect(() => createManualClock().advance(-1)).toThrow(RangeError)
    expect(() => createManualClock().advance(Number.NaN)).toThrow(RangeError)
    expect(() => createManualClock({ now: Number.NaN })).toThrow(RangeError)
  })
})
