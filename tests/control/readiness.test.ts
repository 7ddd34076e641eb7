import { describe, expect, it } from 'vitest'
import { CONDITIONS, type Condition, createReadiness, type ReadinessState } from '../../src/control/readiness.js'

const missingOf = ({ missing }: ReadinessState): Condition[] => missing.map(({ condition }) => condition)

describe('readiness', () => {
  it('lacks everything at first', () => {
    const { state } = createReadiness()
    expect(state.ready).toBe(false)
    expect(missingOf(state)).toEqual(CONDITIONS)
  })

  it.each(CONDITIONS)('does not come without %s', (last) => {
    const readiness = createReadiness()
    for (const condition of CONDITIONS) if (condition !== last) readiness.met(condition)
    expect(missingOf(readiness.state)).toEqual([last])
    readiness.met(last)
    expect(readiness.state).toEqual({ ready: true, missing: [] })
  })

  it('comes in whatever order the conditions are met (F-23)', () => {
    const readiness = createReadiness()
    for (const condition of [...CONDITIONS].reverse()) readiness.met(condition)
    expect(readiness.state.ready).toBe(true)
  })

  it('goes when a condition falls, and says why', () => {
    const readiness = createReadiness()
    for (const condition of CONDITIONS) readiness.met(condition)
    readiness.unmet('connection', 'the socket closed')
    expect(readiness.state).toEqual({
      ready: false,
      missing: [{ condition: 'connection', detail: 'the socket closed' }],
    })
  })

  it('tells listeners of each change once, and of no repetition', () => {
    const readiness = createReadiness()
    const seen: string[] = []
    readiness.onChange(({ ready, missing }) => seen.push(`${ready} ${missing.length}`))
    for (const condition of CONDITIONS) {
      readiness.met(condition)
      readiness.met(condition)
    }
    readiness.unmet('clock', 'drift 6000 ms')
    readiness.unmet('clock', 'drift 6000 ms')
    const down = CONDITIONS.map((_, index) => CONDITIONS.length - 1 - index)
    expect(seen).toEqual([...down.map((count) => `${count === 0} ${count}`), 'false 1'])
  })

  it('tells the others when one listener throws', () => {
    const failures: unknown[] = []
    const readiness = createReadiness({ onListenerError: (error) => failures.push(error) })
    const seen: boolean[] = []
    readiness.onChange(() => {
      throw new Error('a bug of the host')
    })
    const remove = readiness.onChange(({ ready }) => seen.push(ready))
    readiness.met('clock')
    remove()
    readiness.unmet('clock', 'drift')
    expect(seen).toEqual([false])
    expect(failures).toHaveLength(2)
  })
})
