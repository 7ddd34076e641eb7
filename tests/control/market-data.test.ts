import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMarketData, type MarketData } from '../../src/control/market-data.js'
import { d } from './support.js'

const nvda = (price: string): { market: string; markPrice: ReturnType<typeof d> } => ({
  market: 'xyz:NVDA',
  markPrice: d(price),
})

describe('a mark', () => {
  it('counts until it is too old, and not a moment longer', () => {
    const data = createMarketData({ maxMarkAgeMs: 8_000 })
    data.update(nvda('182.5'), 1_000)
    expect([9_000, 9_001].map((now) => data.mark('xyz:NVDA', now)?.toFixed())).toEqual(['182.5', undefined])
  })

  it('is as young as its receipt, even when the price has not changed (F-59)', () => {
    const data = createMarketData({ maxMarkAgeMs: 8_000 })
    data.update(nvda('182.5'), 0)
    data.update(nvda('182.5'), 8_000)
    expect(data.mark('xyz:NVDA', 16_000)?.toFixed()).toBe('182.5')
  })

  it('belongs to one market, by its exact name', () => {
    const data = createMarketData()
    data.update(nvda('182.5'), 0)
    for (const name of ['NVDA', 'flx:NVDA', 'xyz:nvda', 'xyz:TSLA']) expect(data.mark(name, 0)).toBeUndefined()
  })

  it.each(['0', '-1'])('of %s is no price: the market has none until a real one comes', (price) => {
    const data = createMarketData()
    data.update(nvda('182.5'), 0)
    data.update(nvda(price), 1)
    expect(data.mark('xyz:NVDA', 1)).toBeUndefined()
    data.update(nvda('182.6'), 2)
    expect(data.mark('xyz:NVDA', 2)?.toFixed()).toBe('182.6')
  })

  it('is forgotten with its connection', () => {
    const data = createMarketData()
    data.update(nvda('182.5'), 0)
    data.reset()
    expect(data.mark('xyz:NVDA', 0)).toBeUndefined()
  })

  it('has no age when the time is none', () => {
    const data = createMarketData()
    data.update(nvda('182.5'), 0)
    expect(data.mark('xyz:NVDA', Number.NaN)).toBeUndefined()
  })

  it.each([0, -1, Number.NaN])('may not be given an age limit of %d', (maxMarkAgeMs) => {
    expect(() => createMarketData({ maxMarkAgeMs })).toThrow(/^maxMarkAgeMs: /)
  })
})

describe('a context', () => {
  it('keeps oracle, mid and open interest with the time of its receipt', () => {
    const data = createMarketData()
    data.update({ ...nvda('182.5'), oraclePrice: d('182.4'), midPrice: d('182.6'), openInterest: d('1000') }, 7)
    const context = data.context('xyz:NVDA')
    expect(context?.receivedAt).toBe(7)
    expect([context?.oraclePrice, context?.midPrice, context?.openInterest].map(String)).toEqual([
      '182.4',
      '182.6',
      '1000',
    ])
    expect(data.context('xyz:TSLA')).toBeUndefined()
  })
})

const book = (bid: string | undefined, ask: string | undefined, time = 0, market = 'xyz:NVDA') => ({
  market,
  time,
  bid: bid === undefined ? undefined : d(bid),
  ask: ask === undefined ? undefined : d(ask),
})

const usual = (data: MarketData, market = 'xyz:NVDA'): string | undefined =>
  data.book(market)?.quote?.usualSpreadBps.toFixed()

describe('a book', () => {
  it('has a middle and a spread', () => {
    const data = createMarketData()
    data.updateBook(book('99.5', '100.5'), 3)
    const seen = data.book('xyz:NVDA')
    expect(seen).toMatchObject({ receivedAt: 3, isBehind: false })
    expect([seen?.quote?.mid.toFixed(), seen?.quote?.spreadBps.toFixed()]).toEqual(['100', '100'])
  })

  it.each([
    ['no bid', undefined, '100'],
    ['no ask', '100', undefined],
    ['neither', undefined, undefined],
    ['a bid at the ask', '100', '100'],
    ['a bid above the ask', '101', '100'],
    ['a bid of zero', '0', '100'],
    ['a bid below zero', '-1', '100'],
  ])('with %s has no price', (_what, bid, ask) => {
    const data = createMarketData()
    data.updateBook(book('99.5', '100.5'), 0)
    data.updateBook(book(bid, ask), 1)
    expect(data.book('xyz:NVDA')?.quote).toBeUndefined()
    expect(data.book('xyz:NVDA')?.receivedAt).toBe(1)
  })

  it('is as young as the last word that it has not changed: a context with the same mid (F-59)', () => {
    const data = createMarketData()
    data.updateBook(book('99.5', '100.5'), 0)
    data.update({ ...nvda('100'), midPrice: d('100') }, 3_000)
    expect(data.book('xyz:NVDA')?.receivedAt).toBe(3_000)
    data.update({ ...nvda('100'), midPrice: d('100.1') }, 6_000)
    data.update(nvda('100'), 9_000)
    expect(data.book('xyz:NVDA')?.receivedAt).toBe(3_000)
  })

  it('whose time runs back is not taken in, until it has caught up', () => {
    const data = createMarketData()
    data.updateBook(book('99.5', '100.5', 1_000), 0)
    data.updateBook(book('1', '2', 999), 1)
    expect(data.book('xyz:NVDA')).toMatchObject({ isBehind: true, receivedAt: 0, time: 1_000 })
    expect(data.book('xyz:NVDA')?.quote?.mid.toFixed()).toBe('100')
    data.updateBook(book('99', '101', 1_000), 2)
    expect(data.book('xyz:NVDA')).toMatchObject({ isBehind: false, receivedAt: 2 })
  })

  it('is forgotten with its connection, and its time with it', () => {
    const data = createMarketData()
    data.updateBook(book('99.5', '100.5', 1_000), 0)
    data.reset()
    expect(data.book('xyz:NVDA')).toBeUndefined()
    data.updateBook(book('99.5', '100.5', 1), 0)
    expect(data.book('xyz:NVDA')?.isBehind).toBe(false)
  })
})

describe('a frame that cannot be read', () => {
  it('leaves the mark without an age, and the book without sides, until there is news', () => {
    const data = createMarketData()
    data.update(nvda('100'), 0)
    data.updateBook(book('99.5', '100.5', 1_000), 0)
    data.unreadable('xyz:NVDA', 'context')
    expect(data.mark('xyz:NVDA', 0)).toBeUndefined()
    expect(data.context('xyz:NVDA')).toMatchObject({ receivedAt: Number.NEGATIVE_INFINITY })
    expect(data.book('xyz:NVDA')?.quote).toBeDefined()
    data.unreadable('xyz:NVDA', 'book')
    expect(data.book('xyz:NVDA')).toEqual({ market: 'xyz:NVDA', time: 1_000, isBehind: false, receivedAt: 0 })
    data.update({ ...nvda('100'), midPrice: d('100') }, 1)
    expect(data.mark('xyz:NVDA', 1)?.toFixed()).toBe('100')
    // That the mid is the same says nothing of a book that nobody knows; and what is older than the frame is no news.
    expect(data.book('xyz:NVDA')?.quote).toBeUndefined()
    data.updateBook(book('99.5', '100.5', 999), 2)
    expect(data.book('xyz:NVDA')).toMatchObject({ isBehind: true })
    data.updateBook(book('99.5', '100.5', 1_000), 3)
    expect(data.book('xyz:NVDA')?.quote?.mid.toFixed()).toBe('100')
  })

  it('of a market that was never heard of says nothing', () => {
    const data = createMarketData()
    for (const what of ['context', 'book'] as const) data.unreadable('xyz:NVDA', what)
    expect([data.context('xyz:NVDA'), data.book('xyz:NVDA')]).toEqual([undefined, undefined])
  })
})

describe('the usual spread', () => {
  /** A spread of so many basis points around 100. */
  const spread = (bps: number, time = 0) => {
    const half = bps / 200
    return book(String(100 - half), String(100 + half), time)
  }

  it('is what was before: no spread is measured against itself', () => {
    const data = createMarketData()
    data.updateBook(spread(10), 0)
    expect(usual(data)).toBe('10')
    data.updateBook(spread(60), 1_000)
    expect(usual(data)).toBe('10')
    data.updateBook(spread(10), 2_000)
    expect(usual(data)).toBe('11')
  })

  it('takes in one spread a second, and of a shock three times itself at most', () => {
    const data = createMarketData()
    data.updateBook(spread(10), 0)
    for (let at = 1; at < 1_000; at += 100) data.updateBook(spread(20), at)
    expect(usual(data)).toBe('10')
    data.updateBook(spread(20), 1_000)
    expect(usual(data)).toBe('10.5')
    data.updateBook(spread(1_000), 2_000)
    expect(usual(data)).toBe('10.975')
    data.updateBook(spread(1_000), 3_000)
    expect(usual(data)).toBe('12.0725')
  })

  it('comes to where the spread stays, though a quiet market tells only that it has not changed', () => {
    const data = createMarketData()
    data.updateBook(spread(10), 0)
    data.updateBook(spread(20), 1_000)
    for (let at = 4_000; at < 400_000; at += 3_000) data.update({ ...nvda('100'), midPrice: d('100') }, at)
    expect(Number(usual(data))).toBeCloseTo(20, 1)
  })

  it('is untouched by what is stale, one-sided, crossed or no price (F-61, W-36)', () => {
    const data = createMarketData()
    data.updateBook(spread(10, 1_000), 0)
    data.updateBook(spread(10, 1_000), 1_000)
    const bad = [spread(5_000, 999), book(undefined, '100', 1_000), book('101', '100', 1_000), book('0', '100', 1_000)]
    for (const [index, one] of bad.entries()) data.updateBook(one, 2_000 + index * 1_000)
    data.updateBook(spread(10, 1_001), 20_000)
    expect(usual(data)).toBe('10')
  })

  it('belongs to one market: a wide one poisons no other (W-36)', () => {
    const data = createMarketData()
    for (let at = 0; at < 50_000; at += 1_000) {
      data.updateBook(book('50', '150', at, 'xyz:WIDE'), at)
      data.updateBook(spread(10, at), at)
    }
    expect(usual(data)).toBe('10')
  })

  it('outlives a connection', () => {
    const data = createMarketData()
    data.updateBook(spread(10), 0)
    data.reset()
    data.updateBook(spread(60), 5_000)
    expect(usual(data)).toBe('10')
  })

  it('stays between the smallest and the largest spread, whatever comes', () => {
    const bps = fc.integer({ min: 1, max: 9_000 })
    fc.assert(
      fc.property(fc.array(fc.tuple(bps, fc.integer({ min: 0, max: 3_000 })), { minLength: 1 }), (steps) => {
        const data = createMarketData()
        let now = 0
        for (const [width, later] of steps) {
          now += later
          data.updateBook(spread(width, now), now)
        }
        const widths = steps.map(([width]) => width)
        const average = Number(usual(data))
        expect(average).toBeGreaterThanOrEqual(Math.min(...widths) - 0.001)
        expect(average).toBeLessThanOrEqual(Math.max(...widths) + 0.001)
      }),
    )
  })
})
