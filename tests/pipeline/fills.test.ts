import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNonceManager } from '../../src/control/nonce-manager.js'
import { createPositionLedger } from '../../src/control/position-ledger.js'
import { decimal } from '../../src/model/decimal.js'
import { createFills } from '../../src/pipeline/fills.js'
import type { Ask } from '../../src/ports.js'
import { createManualClock } from '../../src/testing/index.js'
import { ACCOUNT } from '../helpers/harness.js'

const NOW = 1_700_000_000_000
const row = (time: number, tid: number) => ({
  ...{ coin: 'xyz:NVDA', px: '170', sz: '1', side: 'B', oid: 1, startPosition: '0' },
  time,
  tid,
})
type Row = ReturnType<typeof row>

/** A venue that lists these fills, 2000 at a time, and remembers the newest 10000. */
function venue(rows: Row[]) {
  const asked: number[] = []
  const heard: number[] = []
  const clock = createManualClock({ now: NOW })
  const positions = createPositionLedger()
  const ask: Ask = async ({ startTime }) => {
    asked.push(Number(startTime))
    return rows
      .slice(-10_000)
      .filter(({ time }) => time >= Number(startTime))
      .slice(0, 2_000)
  }
  const answers = { ask }
  const fills = createFills(
    { account: ACCOUNT, clock, nonces: createNonceManager(), positions },
    (request, options) => answers.ask(request, options),
    { fills: ({ items }) => void heard.push(...items.map(({ tradeId }) => tradeId)) },
  )
  return { fills, asked, heard, clock, positions, answers }
}

describe('reading fills', () => {
  it('begins at its own time, a little earlier, and goes on from the newest it has read', async () => {
    const rows: Row[] = []
    const { fills, asked, heard } = venue(rows)
    expect(await fills.read()).toBeUndefined()
    rows.push(row(NOW + 10_000, 1), row(NOW + 20_000, 2))
    expect(await fills.read()).toBeUndefined()
    expect(await fills.read()).toBeUndefined()
    expect(asked).toEqual([NOW - 1_000, NOW - 1_000, NOW + 19_000])
    expect(heard).toEqual([1, 2, 2])
  })

  it('goes on from the fills of an earlier life, with room for what nobody had told of', async () => {
    const { fills, asked, positions } = venue([])
    const price = decimal('170', 'price')
    positions.apply({ market: 'xyz:NVDA', side: 'buy', price, size: price, time: NOW - 60_000, tradeId: 1 })
    fills.resume()
    await fills.read()
    expect(asked).toEqual([NOW - 60_000 - 120_000 - 1_000])
  })

  it('goes on from the positions of an earlier life that had no fills', async () => {
    const { fills, asked, positions } = venue([])
    positions.load('xyz', [], NOW - 60_000)
    positions.load('flx', [], NOW - 90_000)
    fills.resume()
    await fills.read()
    expect(asked).toEqual([NOW - 90_000 - 120_000 - 1_000])
  })

  it('hands over every fill there is, in order, wherever pages end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1_900, maxLength: 6_500 }), async (gaps) => {
        let time = NOW
        const rows = gaps.map((gap, tid) => {
          time += gap
          return row(time, tid)
        })
        const { fills, heard } = venue(rows)
        expect(await fills.read()).toBeUndefined()
        expect(new Set(heard).size).toBe(rows.length)
      }),
      { numRuns: 10 },
    )
  })

  it('tells of the hole when more has happened than the venue remembers', async () => {
    const rows = Array.from({ length: 10_500 }, (_, tid) => row(NOW + tid, tid))
    const { fills, heard } = venue(rows)
    expect(await fills.read()).toMatchObject({ what: 'fills', venues: expect.stringContaining(String(NOW + 500)) })
    expect(new Set(heard).size).toBe(10_000)
    expect(await fills.read()).toBeUndefined()
  })

  it('tells of it also when it had to be interrupted, and goes on where it was', async () => {
    const rows = Array.from({ length: 10_500 }, (_, tid) => row(NOW + tid, tid))
    const { fills, heard, asked, answers } = venue(rows)
    const { ask } = answers
    let questions = 0
    answers.ask = (...question) => {
      questions += 1
      return questions % 3 === 0 ? Promise.reject(new Error('throttled')) : ask(...question)
    }
    await expect(fills.read()).rejects.toThrow('throttled')
    await expect(fills.read()).rejects.toThrow('throttled')
    await expect(fills.read()).rejects.toThrow('throttled')
    expect(await fills.read().catch(() => fills.read())).toMatchObject({ what: 'fills' })
    expect(new Set(heard).size).toBe(10_000)
    expect(asked.length).toBeLessThan(12)
  })

  it('knows no hole where the list reaches back to what was read before', async () => {
    const rows: Row[] = [row(NOW - 10, 0)]
    const { fills } = venue(rows)
    await fills.read()
    for (let tid = 1; tid < 9_999; tid += 1) rows.push(row(NOW + tid, tid))
    expect(await fills.read()).toBeUndefined()
  })

  it('goes past a millisecond that fills more than a page, and tells of the hole that may be in it', async () => {
    const rows = [...Array.from({ length: 2_500 }, (_, tid) => row(NOW, tid)), row(NOW + 1, 9_999)]
    const { fills, heard } = venue(rows)
    expect(await fills.read()).toMatchObject({ what: 'fills' })
    expect(heard).toContain(9_999)
  })

  it('fails on an answer that is no list, and goes on from where it was', async () => {
    const rows = [row(NOW, 1)]
    const { fills, asked, answers } = venue(rows)
    const { ask } = answers
    answers.ask = async () => 'no'
    await expect(fills.read()).rejects.toMatchObject({ code: 'MALFORMED_ANSWER' })
    answers.ask = ask
    await fills.read()
    expect(asked).toEqual([NOW - 1_000])
  })

  it('fails on a list without an end', async () => {
    const { fills, answers } = venue([])
    let tid = 0
    answers.ask = async ({ startTime }) => Array.from({ length: 2_000 }, (_, i) => row(Number(startTime) + i, tid++))
    await expect(fills.read()).rejects.toMatchObject({ message: 'userFillsByTime: the list has no end' })
  })

  it('begins after it was asked for, also while another is under way', async () => {
    const rows: Row[] = []
    const { fills, heard } = venue(rows)
    const first = fills.read()
    const second = fills.read()
    await first
    rows.push(row(NOW, 1))
    await second
    expect(heard).toEqual([1])
  })
})
