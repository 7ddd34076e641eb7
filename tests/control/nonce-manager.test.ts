import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNonceManager } from '../../src/control/nonce-manager.js'
import { isExecutorError } from '../../src/errors.js'
import { createNonceBook } from '../../src/testing/sim-exchange/nonces.js'

const T = 1_760_000_000_000
const DAY_MS = 86_400_000

const codeOf = (act: () => unknown): string | undefined => {
  try {
    act()
  } catch (error) {
    return isExecutorError(error) ? error.code : 'another error'
  }
  return undefined
}

describe('nonces', () => {
  it('rise strictly over 100,000 calls while the clock stalls, runs and steps back', () => {
    const nonces = createNonceManager()
    const seen = new Set<number>()
    let now = T
    let last = 0
    for (let call = 0; call < 100_000; call++) {
      // Long stalls, small steps, and now and then half a minute back.
      if (call % 1_000 === 999) now -= 30_000
      else if (call % 7 === 0) now += call % 3
      const nonce = nonces.next(now)
      if (nonce <= last) throw new Error(`call ${call}: ${nonce} after ${last}`)
      seen.add(nonce)
      last = nonce
    }
    expect(seen.size).toBe(100_000)
    expect(nonces.highWaterMark).toBe(last)
  })

  it('rise strictly whatever the clock and the venue say, or are refused', () => {
    const step = fc.record({
      clock: fc.oneof(fc.integer({ min: -5_000, max: 5_000 }), fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS })),
      venue: fc.option(fc.integer({ min: -10_000, max: 10_000 })),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (script) => {
        const nonces = createNonceManager()
        let now = T
        let last = 0
        for (const { clock, venue } of script) {
          now += clock
          if (venue !== null) nonces.observe(now + venue, now)
          const code = codeOf(() => {
            const nonce = nonces.next(now)
            expect(nonce).toBeGreaterThan(last)
            last = nonce
          })
          expect([undefined, 'CLOCK_DRIFT']).toContain(code)
        }
      }),
    )
  })

  it('are the time itself when the clock runs, whole even if the clock counts in fractions', () => {
    const nonces = createNonceManager()
    expect([nonces.next(T), nonces.next(T + 1.7), nonces.next(T + 5)]).toEqual([T, T + 1, T + 5])
  })

  it('stay inside two days before and one day after the time of the venue, or are refused', () => {
    const step = fc.record({
      clock: fc.integer({ min: -3 * DAY_MS, max: 3 * DAY_MS }),
      passed: fc.integer({ min: 0, max: DAY_MS }),
      calls: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (script) => {
        const nonces = createNonceManager()
        let venueTime = T
        for (const { clock, passed, calls } of script) {
          venueTime += passed
          nonces.observe(venueTime, venueTime + clock)
          for (let call = 0; call < calls; call++) {
            codeOf(() => {
              const nonce = nonces.next(venueTime + clock)
              expect(nonce).toBeGreaterThan(venueTime - 2 * DAY_MS)
              expect(nonce).toBeLessThan(venueTime + DAY_MS)
            })
          }
        }
      }),
    )
  })

  it('follow the clock of the venue as soon as it is known', () => {
    const nonces = createNonceManager()
    nonces.observe(T - 1_500, T)
    expect(nonces.next(T + 100)).toBe(T - 1_400)
    expect(nonces.serverTime(T + 100)).toBe(T - 1_400)
  })
})

describe('a nonce a day ahead of the venue', () => {
  it('is refused, and handing out goes on once the venue has caught up', () => {
    const poisoned = T + DAY_MS
    const nonces = createNonceManager({ highWaterMark: poisoned })
    expect(codeOf(() => nonces.next(T))).toBe('CLOCK_DRIFT')
    expect(nonces.highWaterMark).toBe(poisoned)
    expect(nonces.next(T + 120_000)).toBe(poisoned + 1)
  })

  it.each([
    [DAY_MS - 60_002, undefined],
    [DAY_MS - 60_001, 'CLOCK_DRIFT'],
  ])('with %d ms between the last nonce and now: %s', (ahead, code) => {
    const nonces = createNonceManager({ highWaterMark: T + ahead })
    expect(codeOf(() => nonces.next(T))).toBe(code)
  })
})

describe('drift', () => {
  it.each([
    [0, 'ok'],
    [2_000, 'ok'],
    [-2_000, 'ok'],
    [2_001, 'warn'],
    [-2_001, 'warn'],
    [5_000, 'warn'],
    [-5_000, 'warn'],
    [5_001, 'refuse'],
    [-5_001, 'refuse'],
  ])('of %d ms is %s', (driftMs, level) => {
    const nonces = createNonceManager()
    expect(nonces.observe(T - driftMs, T)).toEqual({ driftMs, level })
    expect(nonces.drift).toEqual({ driftMs, level })
  })

  it('is taken as nothing until the venue has been heard', () => {
    expect(createNonceManager().drift).toEqual({ driftMs: 0, level: 'ok' })
  })

  it('recovers when the clocks agree again', () => {
    const nonces = createNonceManager()
    nonces.observe(T - 6_000, T)
    expect(nonces.observe(T, T).level).toBe('ok')
  })
})

describe('a restart', () => {
  it('goes on above the saved mark, even in the same millisecond or with a clock behind', () => {
    const first = createNonceManager()
    for (let call = 0; call < 50; call++) first.next(T)
    const second = createNonceManager({ highWaterMark: first.highWaterMark })
    expect(second.next(T)).toBe(first.highWaterMark + 1)
    const third = createNonceManager({ highWaterMark: second.highWaterMark })
    expect(third.next(T - 60_000)).toBe(second.highWaterMark + 1)
  })
})

describe('shards of one signer', () => {
  it('never hand out the same nonce, each rising on its own', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ shard: fc.nat(4), clock: fc.integer({ min: -20, max: 20 }) }), { maxLength: 100 }),
        (count, script) => {
          const shards = Array.from({ length: count }, (_, index) => createNonceManager({ shard: { index, count } }))
          const all: number[] = []
          let now = T
          for (const { shard, clock } of script) {
            now += clock
            const manager = shards[shard % count]
            const before = manager?.highWaterMark ?? 0
            const nonce = manager?.next(now) ?? 0
            expect(nonce).toBeGreaterThan(before)
            expect(nonce % count).toBe(shard % count)
            all.push(nonce)
          }
          expect(new Set(all).size).toBe(all.length)
        },
      ),
    )
  })
})

describe('a reserved nonce', () => {
  it('is one like any other, and never handed out again', () => {
    const nonces = createNonceManager()
    expect([nonces.next(T), nonces.reserve(T), nonces.next(T)]).toEqual([T, T + 1, T + 2])
    expect(nonces.highWaterMark).toBe(T + 2)
  })

  it.each([
    [0, 1, 0],
    [25, 1, 0.5],
    [49, 1, 0.98],
    [50, 1, 1],
    [500, 1, 1],
    [24, 2, 0.96],
    [25, 2, 1],
  ])('with %d used above it, in one of %d shards, is worn to %d', (above, count, wear) => {
    const nonces = createNonceManager({ shard: { index: 0, count } })
    for (let i = 0; i < 60; i++) nonces.next(T)
    const reserved = nonces.reserve(T)
    for (let i = 0; i < above; i++) nonces.next(T)
    expect(nonces.wear(reserved, T)).toBeCloseTo(wear)
  })

  it.each([
    [DAY_MS / 2, 0.5],
    [DAY_MS, 1],
  ])('is worn after %d ms to %d, by the clock of the venue', (ms, wear) => {
    const nonces = createNonceManager()
    nonces.observe(T - 4_000, T)
    const reserved = nonces.reserve(T)
    expect(nonces.wear(reserved, T + ms)).toBeCloseTo(wear)
  })

  it('is not worn by others that are reserved, and is by those once they are spent, however often that is said', () => {
    const nonces = createNonceManager()
    const [first, ...later] = Array.from({ length: 30 }, () => nonces.reserve(T))
    expect(nonces.wear(first ?? 0, T)).toBe(0)
    for (const nonce of [...later, ...later].reverse()) nonces.spend(nonce)
    expect(nonces.wear(first ?? 0, T)).toBeCloseTo(29 / 50)
  })

  it('that is not worn out is taken by the venue, in whatever order nonces are spent', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('next' as const) },
      { weight: 2, arbitrary: fc.constant('reserve' as const) },
      { weight: 1, arbitrary: fc.nat(200) },
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 600 }), (script) => {
        const nonces = createNonceManager()
        const venue = createNonceBook()
        const reserved: number[] = []
        let spent = 0
        for (const todo of script) {
          if (todo === 'next') expect(venue.take(nonces.next(T), T)).toBeUndefined()
          else if (todo === 'reserve') reserved.push(nonces.reserve(T))
          else {
            const [nonce] = reserved.splice(todo % Math.max(1, reserved.length), 1)
            if (nonce === undefined || nonces.wear(nonce, T) >= 1) continue
            nonces.spend(nonce)
            spent += 1
            expect(venue.take(nonce, T)).toBeUndefined()
          }
        }
        expect(spent).toBeGreaterThan(0)
      }),
      { numRuns: 50 },
    )
  })
})

describe('options and arguments', () => {
  it.each([
    [{ highWaterMark: -1 }, 'highWaterMark'],
    [{ highWaterMark: 1.5 }, 'highWaterMark'],
    [{ warnDriftMs: 0 }, 'warnDriftMs'],
    [{ maxDriftMs: -1 }, 'maxDriftMs'],
    [{ warnDriftMs: 5_001 }, 'warnDriftMs'],
    [{ shard: { index: 0, count: 0 } }, 'shard.count'],
    [{ shard: { index: -1, count: 2 } }, 'shard.index'],
    [{ shard: { index: 2, count: 2 } }, 'shard.index'],
  ])('refuses %j by name', (options, field) => {
    expect(() => createNonceManager(options)).toThrow(RangeError)
    expect(() => createNonceManager(options)).toThrow(field)
  })

  it('refuses a time that is none, and is not poisoned by it', () => {
    const nonces = createNonceManager()
    expect(() => nonces.next(Number.NaN)).toThrow(/^now: /)
    expect(() => nonces.observe(Number.NaN, T)).toThrow(/^serverTime: /)
    expect(() => nonces.observe(T, Number.NaN)).toThrow(/^now: /)
    expect(nonces.drift).toEqual({ driftMs: 0, level: 'ok' })
    expect(nonces.next(T)).toBe(T)
  })
})
