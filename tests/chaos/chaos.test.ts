import { describe, expect, it } from 'vitest'
import { minimise } from './minimise.js'
import { planOf } from './plan.js'
import { play } from './play.js'
import { judge, type Told } from './verdict.js'

describe('a run of chaos', () => {
  it.each([1, 2, 3])('loses, doubles and misjudges nothing, seed %i', async (seed) => {
    const { violations, tally } = await play(planOf(seed, 150))
    expect(violations).toEqual([])
    expect(tally.onExchange).toBeGreaterThan(100)
  })
})
