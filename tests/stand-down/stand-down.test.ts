import { describe, expect, it } from 'vitest'
import { standDown } from './scenario.js'

describe('the kill switch over 50 positions and 500 orders, with everything going wrong', () => {
  it.each([1, 2])(
    'ends flat by the venue’s record, and no new order follows it, seed %i',
    { timeout: 120_000 },
    async (seed) => {
      const { violations, connections, faults } = await standDown(seed)
      expect(violations).toEqual([])
      expect(connections).toBeGreaterThan(1)
      expect(faults).toBeGreaterThan(20)
    },
  )
})
