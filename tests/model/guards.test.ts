import { describe, expect, it } from 'vitest'
import { positiveMs, wholeNumber } from '../../src/model/guards.js'

describe('wholeNumber', () => {
  it('takes a whole number of at least the least', () => {
    expect([wholeNumber(1, 'limit'), wholeNumber(0, 'limit', 0)]).toStrictEqual([1, 0])
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', undefined])(
    'refuses %o by name',
    (value) => {
      expect(() => wholeNumber(value as number, 'limit')).toThrow(
        new RangeError(`limit: expected a whole number of at least 1, got ${value}`),
      )
    },
  )
})

describe('positiveMs', () => {
  it('takes any length of time', () => {
    expect([positiveMs(0.5, 'timeoutMs'), positiveMs(5_000, 'timeoutMs')]).toStrictEqual([0.5, 5_000])
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1', undefined])('refuses %o by name', (value) => {
    expect(() => positiveMs(value as number, 'timeoutMs')).toThrow(
      new RangeError(`timeoutMs: expected more than 0 ms, got ${value}`),
    )
  })
})
