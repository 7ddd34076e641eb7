import { describe, expect, it } from 'vitest'
import { createHardStop, type HardStopState } from '../../src/control/hard-stop.js'

/** A clock that moves on at every reading, so that a second reading would show. */
function tickingClock(): { now(): number } {
  let now = 1_000
  return {
    now() {
      now += 1
      return now
    },
  }
}

describe('the kill switch', () => {
  it('is off at first', () => {
    expect(createHardStop({ clock: tickingClock() }).state).toEqual({ triggered: false })
  })

  it('shows flag, cause, reason and time in the same instant, already inside the listener', () => {
    const hardStop = createHardStop({ clock: tickingClock() })
    const seen: HardStopState[] = []
    hardStop.onChange((state) => seen.push(state, hardStop.state))
    hardStop.trigger({ cause: 'risk', reason: 'loss above 20' })
    const stopped = { triggered: true, cause: 'risk', reason: 'loss above 20', at: 1_001 }
    expect(seen).toEqual([stopped, stopped])
    expect(hardStop.state).toEqual(stopped)
  })

  it('keeps the first cause, reason and time; later triggers change nothing and tell nobody', () => {
    const hardStop = createHardStop({ clock: tickingClock() })
    hardStop.trigger({ cause: 'manual', reason: 'first' })
    const first = hardStop.state
    const seen: HardStopState[] = []
    hardStop.onChange((state) => seen.push(state))
    hardStop.trigger({ cause: 'fault', reason: 'second' })
    expect(hardStop.state).toBe(first)
    expect(seen).toEqual([])
  })

  it('keeps the first reason when a listener triggers again', () => {
    const hardStop = createHardStop({ clock: tickingClock() })
    hardStop.onChange(() => hardStop.trigger({ cause: 'fault', reason: 'from a listener' }))
    hardStop.trigger({ cause: 'manual', reason: 'first' })
    expect(hardStop.state).toMatchObject({ reason: 'first' })
  })

  it('is on for everybody even if a listener throws, and every other listener hears of it', () => {
    const failures: unknown[] = []
    const hardStop = createHardStop({ clock: tickingClock(), onListenerError: (error) => failures.push(error) })
    const heard: boolean[] = []
    hardStop.onChange(() => {
      throw new Error('a bug of the host')
    })
    hardStop.onChange(({ triggered }) => heard.push(triggered))
    hardStop.trigger({ cause: 'manual', reason: 'news' })
    expect(heard).toEqual([true])
    expect(failures).toEqual([new Error('a bug of the host')])
  })

  it('stops telling a listener that was removed', () => {
    const hardStop = createHardStop({ clock: tickingClock() })
    const seen: HardStopState[] = []
    const remove = hardStop.onChange((state) => seen.push(state))
    remove()
    hardStop.trigger({ cause: 'manual', reason: 'news' })
    expect(seen).toEqual([])
  })
})

describe('the reset', () => {
  it('needs an operator', () => {
    const hardStop = createHardStop({ clock: tickingClock() })
    hardStop.trigger({ cause: 'manual', reason: 'news' })
    for (const nobody of ['', '  ', undefined as unknown as string]) {
      expect(() => hardStop.reset(nobody)).toThrow(RangeError)
    }
    expect(hardStop.state.triggered).toBe(true)
    hardStop.reset('ada')
    expect(hardStop.state).toEqual({ triggered: false })
  })

  it('opens the latch for a new first reason', () => {
    const hardStop = createHardStop({ clock: tickingClock() })
    const seen: HardStopState[] = []
    hardStop.onChange((state) => seen.push(state))
    hardStop.trigger({ cause: 'manual', reason: 'first' })
    hardStop.reset('ada')
    hardStop.reset('ada')
    hardStop.trigger({ cause: 'fault', reason: 'second' })
    expect(seen.map((state) => (state.triggered ? state.reason : 'clear'))).toEqual(['first', 'clear', 'second'])
  })
})
