import { describe, expect, it } from 'vitest'
import { createMarketHalts, type MarketHaltEvent, type MarketHalts } from '../../src/control/market-halts.js'

const NVDA = 'xyz:NVDA'
const TSLA = 'xyz:TSLA'
const NOW = 1_760_000_000_000

/** A clock of both kinds, moved by hand; the wall clock can be set apart. */
function createTime() {
  let elapsed = 0
  let correction = 0
  return {
    now: () => NOW + elapsed + correction,
    monotonic: () => elapsed,
    pass: (ms: number) => {
      elapsed += ms
    },
    correct: (ms: number) => {
      correction += ms
    },
  }
}

function createScene() {
  const time = createTime()
  const halts = createMarketHalts({ clock: time })
  const told: MarketHaltEvent[] = []
  halts.onChange((event) => told.push(event))
  return { time, halts, told }
}

const reasonOf = (halts: MarketHalts, market: string): string | undefined => halts.get(market)?.reason

describe('the halt of a market', () => {
  it('is of that market alone, and lasts until somebody ends it', () => {
    const { time, halts, told } = createScene()
    const halt = { market: NVDA, reason: 'news', at: NOW, untilMs: undefined }
    expect(halts.halt(NVDA, 'news')).toEqual(halt)
    time.pass(1e12)
    expect([halts.get(NVDA), halts.get(TSLA), halts.all()]).toEqual([halt, undefined, [halt]])
    halts.resume(NVDA)
    halts.resume(NVDA)
    expect([halts.get(NVDA), halts.all()]).toEqual([undefined, []])
    expect(told).toEqual([
      { ...halt, isOver: false },
      { ...halt, isOver: true },
    ])
  })

  it('for a time is over exactly at its end, whether anybody has looked or not', () => {
    const { time, halts, told } = createScene()
    halts.halt(NVDA, 'news', { untilMs: NOW + 1_000 })
    expect(halts.nextEndInMs).toBe(1_000)
    time.pass(999)
    halts.expire()
    expect([reasonOf(halts, NVDA), halts.nextEndInMs, told.length]).toEqual(['news', 1, 1])
    time.pass(1)
    expect([reasonOf(halts, NVDA), halts.all(), told.length]).toEqual([undefined, [], 1])
    halts.expire()
    halts.expire()
    expect([halts.nextEndInMs, told.length, told[1]?.isOver]).toEqual([undefined, 2, true])
  })

  it('is not moved by a correction of the clock', () => {
    const { time, halts } = createScene()
    halts.halt(NVDA, 'news', { untilMs: NOW + 1_000 })
    time.correct(3_600_000)
    expect(reasonOf(halts, NVDA)).toBe('news')
    time.correct(-7_200_000)
    time.pass(1_000)
    expect(reasonOf(halts, NVDA)).toBeUndefined()
  })

  it.each<[string, number | undefined, string, number | undefined, string]>([
    ['a longer one replaces a shorter one', 1_000, 'long', 2_000, 'long'],
    ['a shorter one does not end a longer one', 2_000, 'short', 1_000, 'first'],
    ['one without end replaces one with an end', 1_000, 'endless', undefined, 'endless'],
    ['one with an end does not end one without', undefined, 'brief', 1_000, 'first'],
    ['an equal one leaves the first reason', 1_000, 'same', 1_000, 'first'],
  ])('is the longer of two: %s', (_, firstMs, reason, secondMs, stands) => {
    const { halts } = createScene()
    const until = (ms: number | undefined) => (ms === undefined ? {} : { untilMs: NOW + ms })
    halts.halt(NVDA, 'first', until(firstMs))
    expect(halts.halt(NVDA, reason, until(secondMs)).reason).toBe(stands)
    expect(reasonOf(halts, NVDA)).toBe(stands)
    expect(halts.all()).toHaveLength(1)
  })

  it('can begin again after one that is over, seen or not', () => {
    const { time, halts } = createScene()
    halts.halt(NVDA, 'first', { untilMs: NOW + 1_000 })
    time.pass(1_000)
    expect(halts.halt(NVDA, 'second', { untilMs: NOW + 1_001 }).reason).toBe('second')
    expect(reasonOf(halts, NVDA)).toBe('second')
  })

  it('says when it began, of one from before a restart as well', () => {
    const { halts } = createScene()
    expect(halts.halt(NVDA, 'news', {}, NOW - 5_000).at).toBe(NOW - 5_000)
  })

  it.each<[string, () => unknown]>([
    ['reason', () => createScene().halts.halt(NVDA, ' ')],
    ['untilMs', () => createScene().halts.halt(NVDA, 'news', { untilMs: NOW })],
    // A duration, where a time is asked for.
    ['untilMs', () => createScene().halts.halt(NVDA, 'news', { untilMs: 60_000 })],
    ['untilMs', () => createScene().halts.halt(NVDA, 'news', { untilMs: Number.NaN })],
  ])('is refused without a good %s', (name, halt) => {
    expect(halt).toThrow(RangeError)
    expect(halt).toThrow(name)
  })
})
