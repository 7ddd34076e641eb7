import { describe, expect, it } from 'vitest'
import { AILS } from './ails.js'
import { openCuts } from './cuts.js'
import { playHistory } from './history.js'
import { loseConnections } from './reconnects.js'

describe('a history of lost, deaf, slow and lying connections', () => {
  it('ends ready, with the exchange’s view of orders, fills and positions, and leaves nothing behind', {
    timeout: 120_000,
  }, async () => {
    const ails = new Set<string>()
    for (let seed = 1; seed <= 25; seed++) {
      const played = await playHistory(seed)
      expect(played.violations, `seed ${seed}`).toEqual([])
      for (const ail of played.ails) ails.add(ail)
    }
    expect([...ails].sort()).toEqual([...AILS].sort())
  })
})

describe('an order whose connection is cut in the middle of a byte stream', () => {
  it('is there once or not at all, and the executor knows which', { timeout: 60_000 }, async () => {
    const cuts = await openCuts()
    for (const direction of ['toExchange', 'toExecutor'] as const) {
      const total = cuts.bytes[direction]
      for (let n = 0; n < 12; n++) {
        const bytes = Math.floor((n * total) / 12)
        expect(await cuts.cutAfter(direction, bytes), `byte ${bytes} ${direction}`).toBeUndefined()
      }
    }
    await cuts.close()
  })
})

describe('an executor whose connection is lost again and again', () => {
  it('has as many sockets and timers afterwards as before', { timeout: 60_000 }, async () => {
    const [early, late] = await loseConnections(100, 10)
    expect(late).toMatchObject({ openSockets: 1, timers: early.timers })
  })
})
