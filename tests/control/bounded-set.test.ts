import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBoundedSet } from '../../src/control/bounded-set.js'

describe('a bounded set', () => {
  it('is the last `capacity` distinct members, in any sequence of additions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(9)), (capacity, additions) => {
        const set = createBoundedSet<number>(capacity)
        let members: number[] = []
        for (const member of additions) {
          expect(set.add(member)).toBe(!members.includes(member))
          if (!members.includes(member)) members = [...members, member].slice(-capacity)
          expect(set.size).toBe(members.length)
          for (let each = 0; each < 10; each++) expect(set.has(each)).toBe(members.includes(each))
        }
      }),
    )
  })

  it('forgets one by one, so that a replay right after the brim is still known (W-29)', () => {
    const set = createBoundedSet<number>(1_000)
    for (let member = 0; member <= 1_000; member++) set.add(member)
    expect(set.has(0)).toBe(false)
    for (let member = 1; member <= 1_000; member++) expect(set.add(member)).toBe(false)
  })
})
