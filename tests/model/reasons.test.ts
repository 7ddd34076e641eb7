import { describe, expect, it } from 'vitest'
import { REJECTED_REASONS } from '../../src/model/reasons.js'
import { DENIED, REJECTED } from '../helpers/reasons.js'

const all = [...DENIED, ...REJECTED]

describe('the list of reasons', () => {
  it.each(all)('$code has one line of meaning', ({ code, meaning }) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
    expect(meaning).toMatch(/^[A-Z].{10,140}\.$/)
    expect(meaning).not.toContain('\n')
  })

  it('means something else by every reason of a kind', () => {
    for (const list of [DENIED, REJECTED]) {
      expect(new Set(list.map(({ meaning }) => meaning)).size).toBe(list.length)
    }
  })

  it('calls benign what a strategy meets every day, and nothing that needs a human (F-44)', () => {
    const benign = all.filter((reason) => reason.benign).map(({ code }) => code)
    expect(benign).toStrictEqual([
      'BLACKOUT',
      'FLATTEN_IN_PROGRESS',
      'ALREADY_HAS_POSITION',
      'PENDING_ORDER_EXISTS',
      'BUDGET_EXHAUSTED',
      'DEDUPLICATED',
      'NOT_MODIFIABLE',
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
