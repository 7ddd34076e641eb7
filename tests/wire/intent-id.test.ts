import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isClientOrderId } from '../../src/model/ids.js'
import { intentOrderId } from '../../src/wire/intent-id.js'

const intents = fc.string({ minLength: 1, maxLength: 64 })
const attempts = fc.nat({ max: 1_000 })

describe('intentOrderId', () => {
  it('is the same id for the same intent and attempt, in every process and for ever', () => {
    expect(intentOrderId('buy-nvda-2026-01-30')).toBe('0xe28d3f39494bd6bcbb954b0f004b518e')
    expect(intentOrderId('buy-nvda-2026-01-30', 1)).toBe('0x77f53a52bbf96f105eff35072ac939bd')
  })

  it('is attempt 0 unless told otherwise', () => {
    expect(intentOrderId('a')).toBe(intentOrderId('a', 0))
  })

  it('is valid, and another for another intent or attempt', () => {
    fc.assert(
      fc.property(intents, attempts, intents, attempts, (intent, attempt, otherIntent, otherAttempt) => {
        const id = intentOrderId(intent, attempt)
        expect(isClientOrderId(id)).toBe(true)
        const same = intent === otherIntent && attempt === otherAttempt
        expect(intentOrderId(otherIntent, otherAttempt) === id).toBe(same)
      }),
    )
  })

  it('does not mistake a number at the start of an intent for its attempt', () => {
    const ids = [intentOrderId('1/a', 0), intentOrderId('a', 1), intentOrderId('0/a', 1), intentOrderId('/a', 10)]
    expect(new Set(ids).size).toBe(4)
  })

  it.each([undefined, null, 5, 5n, {}, ['a']])('refuses the intent %o with a TypeError', (intent) => {
    expect(() => intentOrderId(intent as string)).toThrow(/^intentId: expected a string, got /)
    expect(() => intentOrderId(intent as string)).toThrow(TypeError)
  })

  it.each(['', 'x'.repeat(257)])('refuses an intent that is empty or too long', (intent) => {
    expect(() => intentOrderId(intent)).toThrow(
      new RangeError(`intentId: expected 1 to 256 characters, got ${intent.length}`),
    )
  })

  it('refuses an intent that is not text: half a surrogate pair is every other half', () => {
    for (const intent of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
      expect(() => intentOrderId(intent)).toThrow(/^intentId: expected well-formed text/)
    }
    expect(isClientOrderId(intentOrderId('🚀'))).toBe(true)
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null])('refuses the attempt %o', (attempt) => {
    expect(() => intentOrderId('a', attempt as number)).toThrow(/^attempt: expected a whole number of at least 0, got /)
  })
})
