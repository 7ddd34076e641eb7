import { describe, expect, it } from 'vitest'
import { DENIED_REASONS, REJECTED_REASONS } from '../../src/model/reasons.js'

const all = [...Object.entries(DENIED_REASONS), ...Object.entries(REJECTED_REASONS)]

describe('the list of reasons', () => {
  it.each(all)('%s has one line of meaning', (code, { meaning }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
    expect(meaning).toMatch(/^[A-Z].{10,140}\.$/)
    expect(meaning).not.toContain('\n')
  })

  it('means something else by every reason of a kind', () => {
    for (const list of [DENIED_REASONS, REJECTED_REASONS]) {
      const meanings = Object.values(list).map(({ meaning }) => meaning)
      expect(new Set(meanings).size).toBe(meanings.length)
    }
  })

  it('calls benign what a strategy meets every day, and nothing that needs a human (F-44)', () => {
    const benign = all.filter(([, { benign }]) => benign).map(([code]) => code)
    expect(benign).toStrictEqual([
      'FLATTEN_IN_PROGRESS',
      'ALREADY_HAS_POSITION',
      'PENDING_ORDER_EXISTS',
      'BUDGET_EXHAUSTED',
      'DEDUPLICATED',
      'CANCELED_BEFORE_SENT',
      'MIN_VALUE',
      'REDUCE_ONLY',
      'IOC_NO_MATCH',
      'ORDER_GONE',
    ])
  })

  it('counts what nobody knows as a fault', () => {
    expect(REJECTED_REASONS.UNMAPPED.benign).toBe(false)
  })
})
