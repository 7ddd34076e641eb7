import { describe, expect, it } from 'vitest'
import { positiveMs, positiveMsOrZero, required, wholeNumber } from '../../src/model/guards.js'

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

describe('positiveMsOrZero', () => {
  it('takes any length of time, and none', () => {
    expect([positiveMsOrZero(0, 'everyMs'), positiveMsOrZero(0.5, 'everyMs')]).toStrictEqual([0, 0.5])
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '0', '', null, undefined])('refuses %o by name', (value) => {
    expect(() => positiveMsOrZero(value as number, 'everyMs')).toThrow(/^everyMs: expected more than 0 ms, got /)
  })
})

describe('required', () => {
  it('takes every value there is', () => {
    expect([required(0, 'signer'), required('', 'signer'), required(false, 'signer')]).toStrictEqual([0, '', false])
  })

  it.each([undefined, null])('refuses %o by name', (value) => {
    expect(() => required(value, 'signer')).toThrow(new TypeError(`signer: expected a value, got ${value}`))
  })
})
