/** The venue's words for the state of an order (F-29). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REJECTED_REASONS, type RejectedReason } from '../../src/model/reasons.js'
import { classifyStatus, rejectedReasonOf, type StatusClass } from '../../src/wire/statuses.js'

const WORDS: Readonly<Record<StatusClass, readonly string[]>> = {
  open: ['open', 'triggered', 'accepted'],
  filled: ['filled'],
  canceled: [
    ...['canceled', 'marginCanceled', 'vaultWithdrawalCanceled', 'openInterestCapCanceled', 'selfTradeCanceled'],
    ...['reduceOnlyCanceled', 'siblingFilledCanceled', 'delistedCanceled', 'liquidatedCanceled', 'scheduledCancel'],
    ...['outcomeSettledCanceled', 'internalCancel', 'perpMaxPositionCanceled', 'somethingNewCanceled'],
  ],
  rejected: [
    ...['rejected', 'tickRejected', 'minTradeNtlRejected', 'minTradeSpotNtlRejected', 'perpMarginRejected'],
    ...['reduceOnlyRejected', 'badAloPxRejected', 'iocCancelRejected', 'badTriggerPxRejected'],
    ...['marketOrderNoLiquidityRejected', 'positionIncreaseAtOpenInterestCapRejected'],
    ...['positionFlipAtOpenInterestCapRejected', 'tooAggressiveAtOpenInterestCapRejected'],
    ...['openInterestIncreaseRejected', 'insufficientSpotBalanceRejected', 'oracleRejected'],
    ...['perpMaxPositionRejected', 'tooManyOpenOrdersRejected', 'outcomeSettledRejected', 'somethingNewRejected'],
    // The two words that say no without the suffix.
    ...['hip3CrossMarginReduceOnly', 'hip3CrossMarginDisabled'],
  ],
  unknown: [
    '',
    'Open',
    'OPEN',
    'cancelled',
    'rejectedCanceledSoon',
    'canceledBy',
    'pending',
    'constructor',
    '__proto__',
  ],
}

describe('a status word', () => {
  it.each(Object.entries(WORDS).flatMap(([kind, words]) => words.map((word) => ({ kind, word }))))(
    '$word is $kind',
    ({ kind, word }) => {
      expect(classifyStatus(word)).toBe(kind)
    },
  )

  it('is final only when it says so: any other is unknown', () => {
    fc.assert(
      fc.property(fc.string(), (word) => {
        if (Object.values(WORDS).some((words) => words.includes(word)) || /(Canceled|Rejected)$/.test(word)) return
        expect(classifyStatus(word)).toBe('unknown')
      }),
    )
  })
})

describe('the reason of a refusal, by its status word', () => {
  const REASONS: Readonly<Record<string, RejectedReason>> = {
    tickRejected: 'TICK',
    minTradeNtlRejected: 'MIN_VALUE',
    minTradeSpotNtlRejected: 'MIN_VALUE',
    perpMarginRejected: 'INSUFFICIENT_MARGIN',
    insufficientSpotBalanceRejected: 'INSUFFICIENT_MARGIN',
    reduceOnlyRejected: 'REDUCE_ONLY',
    badAloPxRejected: 'POST_ONLY_WOULD_MATCH',
    iocCancelRejected: 'IOC_NO_MATCH',
    badTriggerPxRejected: 'BAD_TRIGGER_PRICE',
    marketOrderNoLiquidityRejected: 'NO_LIQUIDITY',
    positionIncreaseAtOpenInterestCapRejected: 'OPEN_INTEREST_CAP',
    positionFlipAtOpenInterestCapRejected: 'OPEN_INTEREST_CAP',
    tooAggressiveAtOpenInterestCapRejected: 'OPEN_INTEREST_CAP',
    openInterestIncreaseRejected: 'OPEN_INTEREST_CAP',
    oracleRejected: 'ORACLE_DISTANCE',
    perpMaxPositionRejected: 'MAX_POSITION',
    tooManyOpenOrdersRejected: 'TOO_MANY_ORDERS',
    hip3CrossMarginReduceOnly: 'CROSS_MARGIN',
    hip3CrossMarginDisabled: 'CROSS_MARGIN',
    // These say nothing about why, or nothing about perpetuals.
    rejected: 'UNMAPPED',
    outcomeSettledRejected: 'UNMAPPED',
    somethingNewRejected: 'UNMAPPED',
  }

  it.each(WORDS.rejected)('%s', (word) => {
    expect(rejectedReasonOf(word)).toBe(REASONS[word])
  })

  it('is always one of the list, whatever the word', () => {
    const words = fc.oneof(fc.string(), fc.constantFrom('constructor', 'toString', '__proto__', 'hasOwnProperty'))
    fc.assert(
      fc.property(words, (word) => {
        expect(Object.keys(REJECTED_REASONS)).toContain(rejectedReasonOf(word))
      }),
    )
  })
})
