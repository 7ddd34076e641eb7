import { describe, expect, it } from 'vitest'
import { createMarketData } from '../../src/control/market-data.js'
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
