import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PositionFill } from '../../src/control/position.js'
import { createPositionLedger, type PositionLedger, type PositionReading } from '../../src/control/position-ledger.js'
import { ZERO } from '../../src/model/decimal.js'
import { d } from './support.js'

const NVDA = 'xyz:NVDA'
let lastTrade = 0

/** `+3@100` is a buy of 3 at 100. A later moment than any snapshot of these tests, unless told otherwise. */
function fill(text: string, values: Partial<PositionFill> = {}): PositionFill {
  const [signed = '', price = ''] = text.split('@')
  lastTrade += 1
  return {
    market: NVDA,
    side: signed.startsWith('-') ? 'sell' : 'buy',
    size: d(signed.slice(1)),
    price: d(price),
    time: 1_000,
    tradeId: lastTrade,
    ...values,
  }
}

const held = (size: string, entryPrice = '100', market = NVDA): PositionReading => ({
  market,
  size: d(size),
  entryPrice: d(entryPrice),
})

function flat(): PositionLedger {
  const ledger = createPositionLedger()
  ledger.load('xyz', [], 0)
  return ledger
}

const shown = (ledger: PositionLedger, market = NVDA): string => {
  const position = ledger.get(market)
  return position === undefined ? 'flat' : `${position.size.toFixed()} at ${position.entryPrice.toFixed()}`
}

describe('a position', () => {
  it.each<[string, readonly string[], string]>([
    ['opens long', ['+3@100'], '3 at 100'],
    ['opens short', ['-3@100'], '-3 at 100'],
    ['averages what is added, exactly', ['+1@0.1', '+2@0.4'], '3 at 0.3'],
    ['averages on the short side', ['-1@100', '-3@104'], '-4 at 103'],
    ['keeps its entry when it is reduced', ['+3@100', '-1@90'], '2 at 100'],
    ['is gone when it is closed, not zero', ['+3@100', '-3@90'], 'flat'],
    ['flips, and what goes beyond flat enters at the price of the fill', ['+3@100', '-5@90'], '-2 at 90'],
    ['flips back', ['-3@100', '+5@110', '-3@120'], '-1 at 120'],
    ['starts anew after a close', ['+3@100', '-3@90', '+1@80'], '1 at 80'],
    ['adds in exact decimals', ['+0.1@100', '+0.2@100'], '0.3 at 100'],
  ])('%s', (_, fills, expected) => {
    const ledger = flat()
    for (const text of fills) ledger.apply(fill(text))
    expect(shown(ledger)).toBe(expected)
    expect(ledger.size(NVDA).toFixed()).toBe(expected === 'flat' ? '0' : expected.split(' ')[0])
    expect(ledger.all()).toHaveLength(expected === 'flat' ? 0 : 1)
  })

  it('belongs to its market, by its exact name (W-33)', () => {
    const ledger = flat()
    ledger.load('flx', [], 0)
    ledger.apply(fill('+3@100', { market: 'flx:NVDA' }))
    expect([shown(ledger), shown(ledger, 'flx:NVDA'), shown(ledger, 'NVDA')]).toEqual(['flat', '3 at 100', 'flat'])
  })
})

describe('fills', () => {
  it('of one order against three makers all count: identity is the trade, not the order (W-29)', () => {
    const ledger = flat()
    for (const size of ['+1@100', '+2@100', '+3@100']) expect(ledger.apply(fill(size)).status).toBe('booked')
    expect(ledger.size(NVDA).toFixed()).toBe('6')
  })

  it('count once, however often they are replayed', () => {
    const ledger = flat()
    const once = fill('+3@100')
    expect([ledger.apply(once), ledger.apply(once), ledger.apply({ ...once })].map(({ status }) => status)).toEqual([
      'booked',
      'duplicate',
      'duplicate',
    ])
    expect(ledger.size(NVDA).toFixed()).toBe('3')
  })

  it('with one trade id in two markets are two', () => {
    const ledger = flat()
    ledger.apply(fill('+3@100', { tradeId: 1_000_001 }))
    expect(ledger.apply(fill('+3@100', { tradeId: 1_000_001, market: 'xyz:TSLA' })).status).toBe('booked')
  })

  it('are forgotten one by one, so that a replay right after the brim still counts once (W-29)', () => {
    const ledger = createPositionLedger({ rememberedFills: 1_000 })
    ledger.load('xyz', [], 0)
    const fills = Array.from({ length: 1_001 }, () => fill('+1@100'))
    for (const each of fills) ledger.apply(each)
    for (const each of fills.slice(1)) expect(ledger.apply(each).status).toBe('duplicate')
    expect(ledger.size(NVDA).toFixed()).toBe('1001')
  })

  it('that start from another position than ours say that something was missed', () => {
    const ledger = flat()
    expect(ledger.apply(fill('+1@100', { startPosition: d('0') }))).toEqual({ status: 'booked' })
    expect(ledger.apply(fill('+1@100', { startPosition: d('1.0') }))).toEqual({ status: 'booked' })
    const missed = ledger.apply(fill('+1@100', { startPosition: d('5') }))
    expect(missed).toEqual({ status: 'booked', mismatch: { ours: d('2'), venues: d('5') } })
    expect(ledger.size(NVDA).toFixed()).toBe('3')
  })
})

describe('a snapshot of the venue', () => {
  it('is the position, and fills inside it only teach their ids (F-35)', () => {
    const ledger = createPositionLedger()
    ledger.load('xyz', [held('5')], 1_000)
    const [before, same, after] = [999, 1_000, 1_001].map((time) => fill('+1@100', { time }))
    if (before === undefined || same === undefined || after === undefined) throw new Error('three fills')
    const statuses = [before, same, after, before].map((each) => ledger.apply(each).status)
    expect(statuses).toEqual(['inSnapshot', 'inSnapshot', 'booked', 'duplicate'])
    expect(ledger.size(NVDA).toFixed()).toBe('6')
  })

  it.each([
    ['the position of the snapshot is on top of it', '5', 'booked', '6'],
    ['another position is inside it', '4', 'inSnapshot', '5'],
  ])('and a fill of its own millisecond: one that starts from %s', (_, startPosition, status, size) => {
    const own = fill('+1@100', { time: 1_000, startPosition: d(startPosition) })
    const before = createPositionLedger()
    before.load('xyz', [held('5')], 1_000)
    expect(before.apply(own).status).toBe(status)
    expect(before.size(NVDA).toFixed()).toBe(size)
    const after = flat()
    after.apply(own)
    after.load('xyz', [held('5')], 1_000)
    expect(after.size(NVDA).toFixed()).toBe(size)
  })

  it.each([
    ['in order', [0, 1]],
    ['swapped on their way', [1, 0]],
  ])('takes fills of its own millisecond that are on top of it, %s', (_name, arrival) => {
    const fills = [fill('+1@100', { startPosition: d('5') }), fill('+2@100', { startPosition: d('6') })]
    const after = createPositionLedger()
    after.load('xyz', [held('5')], 1_000)
    const before = createPositionLedger()
    for (const index of arrival) {
      const next = fills[index]
      if (next === undefined) throw new Error('two fills')
      after.apply(next)
      before.apply(next)
    }
    before.load('xyz', [held('5')], 1_000)
    expect([after, before].map((ledger) => ledger.size(NVDA).toFixed())).toEqual(['8', '8'])
  })

  it('that was on its way keeps the fills that are newer than it (F-35)', () => {
    const ledger = flat()
    ledger.apply(fill('+1@100', { time: 1_000 }))
    ledger.apply(fill('+2@100', { time: 2_000 }))
    ledger.load('xyz', [held('1')], 1_500)
    expect(ledger.size(NVDA).toFixed()).toBe('3')
  })

  it('books fills that came before the first snapshot if they are newer than it', () => {
    const ledger = createPositionLedger()
    expect(ledger.apply(fill('+2@100', { time: 2_000 })).status).toBe('inSnapshot')
    expect(shown(ledger)).toBe('flat')
    ledger.load('xyz', [held('1')], 1_500)
    expect(ledger.size(NVDA).toFixed()).toBe('3')
  })

  it('speaks for its own dex only', () => {
    const ledger = createPositionLedger()
    ledger.load('', [held('1', '60000', 'BTC')], 0)
    ledger.load('xyz', [held('5')], 0)
    ledger.load('xyz', [], 1)
    expect([shown(ledger, 'BTC'), shown(ledger)]).toEqual(['1 at 60000', 'flat'])
    expect(ledger.apply(fill('+1@100', { market: 'flx:NVDA' })).status).toBe('inSnapshot')
  })

  it('does not book the newer fills of another dex again', () => {
    const ledger = flat()
    ledger.load('flx', [], 0)
    ledger.apply(fill('+1@100', { market: 'flx:NVDA', time: 2_000 }))
    ledger.load('xyz', [], 1_000)
    expect(ledger.size('flx:NVDA').toFixed()).toBe('1')
  })

  it('that lists a position of zero holds none', () => {
    const ledger = createPositionLedger()
    ledger.load('xyz', [held('0')], 0)
    expect(ledger.all()).toEqual([])
  })

  it('is taken over in one step: nobody who looks meanwhile sees a position missing (F-42)', () => {
    const ledger = createPositionLedger()
    ledger.load('xyz', [held('5'), held('-2', '100', 'xyz:TSLA')], 0)
    const seen: string[] = []
    // A snapshot that looks at the ledger while it is read, which is as close as anybody can get.
    const curious = [held('6'), held('-3', '100', 'xyz:TSLA')].map(({ market, size, entryPrice }) => ({
      get market() {
        seen.push(`${shown(ledger)}, ${shown(ledger, 'xyz:TSLA')}`)
        return market
      },
      size,
      entryPrice,
    }))
    ledger.load('xyz', curious, 1)
    expect(new Set(seen)).toEqual(new Set(['5 at 100, -2 at 100']))
    expect([ledger.size(NVDA).toFixed(), ledger.size('xyz:TSLA').toFixed()]).toEqual(['6', '-3'])
  })

  it('that cannot be read to its end changes nothing (F-42)', () => {
    const ledger = createPositionLedger()
    ledger.load('xyz', [held('5')], 0)
    const broken = [held('6', '100', 'xyz:TSLA'), undefined as unknown as PositionReading]
    expect(() => ledger.load('xyz', broken, 1)).toThrow(TypeError)
    expect([shown(ledger), shown(ledger, 'xyz:TSLA')]).toEqual(['5 at 100', 'flat'])
  })
})

describe('the position', () => {
  const real = fc.array(
    fc.record({
      signed: fc.integer({ min: -9, max: 9 }).filter((n) => n !== 0),
      price: fc.integer({ min: 1, max: 200 }),
      time: fc.integer({ min: 1, max: 20 }),
    }),
    { minLength: 1, maxLength: 12 },
  )

  it('equals the sum of distinct fills, whatever the order, the repetitions and the snapshots, late ones too', () => {
    const histories = real.chain((trades) => {
      const ordered = [...trades].sort((a, b) => a.time - b.time)
      const fills = ordered.map(({ signed, price, time }, i) =>
        fill(`${signed > 0 ? '+' : '-'}${Math.abs(signed)}@${price}`, { time, tradeId: i }),
      )
      const deliveries = fc.shuffledSubarray([...fills, ...fills, ...fills], { minLength: fills.length })
      const snapshots = fc.array(fc.record({ time: fc.nat(21), after: fc.nat(36) }), { maxLength: 4 })
      return fc.record({ fills: fc.constant(fills), deliveries, snapshots })
    })
    fc.assert(
      fc.property(histories, ({ fills, deliveries, snapshots }) => {
        const ledger = createPositionLedger()
        const total = (until: number): ReturnType<typeof d> =>
          fills
            .filter(({ time }) => time <= until)
            .reduce((sum, { side, size }) => (side === 'buy' ? sum.plus(size) : sum.minus(size)), ZERO)
        const load = (time: number): void => {
          const size = total(time)
          ledger.load('xyz', size.eq(ZERO) ? [] : [{ market: NVDA, size, entryPrice: d('100') }], time)
        }
        load(0)
        deliveries.forEach((delivery, i) => {
          for (const { time, after } of snapshots) if (after === i) load(time)
          ledger.apply(delivery)
        })
        // Whatever was not delivered yet is delivered in the end.
        for (const each of fills) ledger.apply(each)
        expect(ledger.size(NVDA).toFixed()).toBe(total(Number.POSITIVE_INFINITY).toFixed())
        expect(ledger.all().length).toBe(total(Number.POSITIVE_INFINITY).eq(ZERO) ? 0 : 1)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a later snapshot', () => {
  const loaded = (positions: readonly PositionReading[] = [held('5')], time = 100): PositionLedger => {
    const ledger = createPositionLedger()
    ledger.load('xyz', positions, time)
    return ledger
  }
  const differences = (ledger: PositionLedger, positions: readonly PositionReading[], time: number): unknown => {
    const found = ledger.compare('xyz', positions, time)
    return typeof found === 'string'
      ? found
      : found.map(({ market, ours, venues }) => `${market}: ${ours.toFixed()} / ${venues.toFixed()}`)
  }

  it('has nothing to be compared with before the first', () => {
    expect(differences(createPositionLedger(), [], 100)).toBe('unknown')
    expect(loaded().compare('flx', [], 100)).toBe('unknown')
  })

  it('is compared with what was held at its own time, and changes nothing', () => {
    const ledger = loaded()
    ledger.apply(fill('+1@100', { time: 200 }))
    ledger.apply(fill('+1@100', { time: 300 }))
    expect(differences(ledger, [held('5')], 199)).toEqual([])
    expect(differences(ledger, [held('6')], 250)).toEqual([])
    expect(differences(ledger, [held('7')], 301)).toEqual([])
    expect(differences(ledger, [held('7')], 250)).toEqual([`${NVDA}: 6 / 7`])
    expect(shown(ledger)).toBe('7 at 100')
  })

  it('may or may not hold a fill of its own millisecond', () => {
    const ledger = loaded()
    ledger.apply(fill('+1@100', { time: 200 }))
    ledger.apply(fill('+2@100', { time: 200 }))
    for (const size of ['5', '6', '8']) expect(differences(ledger, [held(size)], 200)).toEqual([])
    expect(differences(ledger, [held('7')], 200)).toEqual([`${NVDA}: 8 / 7`])
  })

  it('differs by what is missing, on either side', () => {
    expect(differences(loaded(), [], 200)).toEqual([`${NVDA}: 5 / 0`])
    expect(differences(loaded([]), [held('-2', '1', 'xyz:TSLA')], 200)).toEqual(['xyz:TSLA: 0 / -2'])
  })

  it('that is older than what we hold, or than what we remember, says nothing', () => {
    expect(differences(loaded(), [], 99)).toBe('stale')
    const ledger = loaded([], 0)
    for (let count = 0; count < 1_001; count += 1) ledger.apply(fill('+1@100', { time: 1_000 + count }))
    expect(differences(ledger, [held('300')], 1_299)).toBe('stale')
    expect(differences(ledger, [held('600')], 1_600)).toEqual([])
  })

  it('that is true never differs, and one that is off by so much differs by just that', () => {
    const trades = fc.array(
      fc.record({
        signed: fc.integer({ min: -9, max: 9 }).filter((n) => n !== 0),
        time: fc.integer({ min: 1, max: 30 }),
      }),
      { maxLength: 20 },
    )
    const cases = fc.record({
      trades,
      at: fc.nat(31),
      seed: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      off: fc.integer({ min: -200, max: 200 }),
    })
    fc.assert(
      fc.property(cases, ({ trades: made, at, seed, off }) => {
        const fills = [...made]
          .sort((a, b) => a.time - b.time)
          .map(({ signed, time }, i) => fill(`${signed > 0 ? '+' : '-'}${Math.abs(signed)}@100`, { time, tradeId: i }))
        const ledger = loaded([held('1000')], 0)
        // Feeds repeat, and tell late: in any order, but within one millisecond in the right one.
        const order = fills.map((each) => ({ each, key: each.time + (seed.next().value > 0.5 ? 100 : 0) }))
        for (const { each } of [...order].sort((a, b) => a.key - b.key)) ledger.apply(each)
        const size = fills
          .filter(({ time }) => time <= at)
          .reduce((sum, { side, size: part }) => (side === 'buy' ? sum.plus(part) : sum.minus(part)), d('1000'))
        expect(differences(ledger, [held(size.toFixed())], at)).toEqual([])
        const found = ledger.compare('xyz', [held(size.plus(off).plus(500).toFixed())], at)
        const gaps = typeof found === 'string' ? [] : found.map(({ ours, venues }) => venues.minus(ours).toFixed())
        expect(gaps).toEqual([String(off + 500)])
      }),
      { numRuns: 500 },
    )
  })
})

describe('the time a position was opened', () => {
  it('is that of its first fill, and starts anew when it turns around or was closed', () => {
    const ledger = flat()
    const openedAt = (): number | undefined => ledger.get(NVDA)?.openedAt
    ledger.apply(fill('+3@100', { time: 10 }))
    ledger.apply(fill('+3@100', { time: 20 }))
    ledger.apply(fill('-1@100', { time: 30 }))
    expect(openedAt()).toBe(10)
    ledger.apply(fill('-9@100', { time: 40 }))
    expect(openedAt()).toBe(40)
    ledger.apply(fill('+4@100', { time: 50 }))
    expect(openedAt()).toBeUndefined()
    ledger.apply(fill('+1@100', { time: 60 }))
    expect(openedAt()).toBe(60)
  })

  it('survives a snapshot that shows the same side, and is the snapshot’s otherwise (F-58)', () => {
    const ledger = flat()
    const openedAt = (): number | undefined => ledger.get(NVDA)?.openedAt
    ledger.apply(fill('+3@100', { time: 10 }))
    ledger.load('xyz', [held('7')], 100)
    expect(openedAt()).toBe(10)
    ledger.load('xyz', [held('-7')], 200)
    expect(openedAt()).toBe(200)
    ledger.load('xyz', [], 300)
    ledger.load('xyz', [held('-7')], 400)
    expect(openedAt()).toBe(400)
  })
})

describe('a fill that comes late', () => {
  it('starts from what was held at its own time, which is no mismatch', () => {
    const ledger = flat()
    ledger.apply(fill('+1@100', { time: 30, startPosition: d('0') }))
    const missed = ledger.apply(fill('+1@100', { time: 50, startPosition: d('3') }))
    expect(missed).toEqual({ status: 'booked', mismatch: { ours: d('1'), venues: d('3') } })
    expect(ledger.apply(fill('+2@100', { time: 40, startPosition: d('1') }))).toEqual({ status: 'booked' })
    expect(ledger.size(NVDA).toFixed()).toBe('4')
  })

  it('and is of the snapshot’s own millisecond is on top of it, although newer ones are booked already', () => {
    const ledger = createPositionLedger()
    ledger.load('xyz', [held('5')], 100)
    ledger.apply(fill('+1@100', { time: 200, startPosition: d('7') }))
    expect(ledger.apply(fill('+2@100', { time: 100, startPosition: d('5') })).status).toBe('booked')
    expect(ledger.size(NVDA).toFixed()).toBe('8')
  })

  it('stays what it was in another life of the process', () => {
    const ledger = createPositionLedger()
    ledger.load('xyz', [held('5')], 100)
    for (let count = 0; count < 1_500; count += 1) ledger.apply(fill('+1@100', { time: 200 + count }))
    const next = createPositionLedger()
    next.restore(ledger.snapshot())
    const late = fill('+2@100', { time: 100, startPosition: d('5') })
    expect(next.apply(late)).toEqual(ledger.apply(late))
    expect(next.snapshot()).toEqual(ledger.snapshot())
  })
})

describe('options', () => {
  it.each([0, -1, Number.NaN])('may not remember %d fills', (rememberedFills) => {
    expect(() => createPositionLedger({ rememberedFills })).toThrow(/^rememberedFills: /)
  })
})
