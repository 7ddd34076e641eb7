import { describe, expect, it } from 'vitest'
import { AILS } from './ails.js'
import { playHistory } from './history.js'

describe('a history of lost, deaf, slow and lying connections', () => {
  it('ends ready, with the exchange’s view of orders, fills and positions, and leaves nothing behind', {
    timeout: 120_000,
  }, async () => {
    const ails = new Set<string>()
    for (let seed = 1; seed <= 40; seed++) {
      const played = await playHistory(seed)
      expect(played.violations, `seed ${seed}`).toEqual([])
      for (const ail of played.ails) ails.add(ail)
    }
    expect([...ails].sort()).toEqual([...AILS].sort())
  })
})
