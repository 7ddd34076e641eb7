/** The venue's sentences, as they have been seen, and the reasons they stand for. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REJECTED_REASONS, type RejectedReason } from '../../src/model/reasons.js'
import { actionCountIn, classifyRefusal } from '../../src/wire/refusals.js'

const SENTENCES: readonly (readonly [RejectedReason, readonly string[]])[] = [
  ['TICK', ['Price must be divisible by tick size. asset=110027']],
  ['INVALID_PRICE', ['Order has invalid price.']],
  [
    'INVALID_SIZE',
    [
      'Order has invalid size.',
      'Order has zero size.',
      'Order value too large',
      'Order size cannot be larger than half of total supply',
    ],
  ],
  ['MIN_VALUE', ['Order must have minimum value of $10. asset=4', 'Order must have minimum value of 10 USDH.']],
  [
    'INSUFFICIENT_MARGIN',
    ['Insufficient margin to place order. asset=4', 'Order has insufficient spot balance to trade'],
  ],
  ['REDUCE_ONLY', ['Reduce only order would increase position. asset=110026']],
  ['POST_ONLY_WOULD_MATCH', ['Post only order would have immediately matched, bbo was 176.18@176.2. asset=110002']],
  ['IOC_NO_MATCH', ['Order could not immediately match against any resting orders. asset=4']],
  ['NO_LIQUIDITY', ['No liquidity available for market order. asset=4']],
  ['BAD_TRIGGER_PRICE', ['Invalid TP/SL price. asset=4']],
  ['INVALID_TRIGGER', ['Trigger order is not reduce only.', 'Trigger order has unexpected side.']],
  [
    'OPEN_INTEREST_CAP',
    [
      'Order would increase open interest while open interest is capped. asset=110026',
      'Cannot increase position when open interest is at cap.',
      'Cannot flip position when open interest is at cap.',
      'Order rejected due to price more aggressive than oracle while at open interest cap',
      'Order would increase open interest too quickly',
      'Open interest is increasing too quickly. Try again in a few seconds.',
      'Asset open interest is at cap.',
      'Asset size-denominated open interest is at cap.',
      'Perp DEX open interest is at cap.',
    ],
  ],
  [
    'ORACLE_DISTANCE',
    [
      'Order price too far from oracle',
      'Price too far from oracle asset=4',
      'Order price cannot be more than 80% away from the reference price',
    ],
  ],
  ['MAX_POSITION', ['Order would cause position to exceed margin tier limit at current leverage. asset=4']],
  ['MARKET_HALTED', ['Trading is halted. asset=110026']],
  [
    'CROSS_MARGIN',
    [
      'Cross margin currently only supports reduce-only orders',
      'Cross margin disabled',
      'Cross margin is not allowed for this asset.',
    ],
  ],
  ['TOO_MANY_ORDERS', ['Too many open orders']],
  ['BUILDER_FEE', ['Builder fee has not been approved.']],
  ['PRIORITY_FEE', ['Insufficient delegatable balance for priority order']],
  ['ORDER_GONE', ['Order was never placed, already canceled, or filled. asset=4']],
  [
    'MODIFY_FAILED',
    [
      'Cannot modify canceled or filled order',
      'Attempted to modify to invalid new order',
      'Error placing new order during modify: Insufficient margin to place order. asset=4',
      'Error placing new order during modify: Post only order would have immediately matched, bbo was 1@2.',
    ],
  ],
  [
    'INVALID_ACTION',
    ['Orders are empty', 'Order action has different asset classes', 'A nonzero cloid is required for each order'],
  ],
  [
    'UNKNOWN_SIGNER',
    [
      'User or API Wallet 0x0123456789012345678901234567890123456789 does not exist.',
      'L1 error: User or API Wallet 0x4290000000000000000000000000000000000429 does not exist.',
    ],
  ],
  ['NO_DEPOSIT', ['Must deposit before performing actions. User: 0x4290000000000000000000000000000000000429']],
  ['MULTI_SIG', ['Multi-sig required']],
  ['UNKNOWN_VAULT', ['Vault not registered: 0x1719884eb866cb12b2287399b15f7db5e7d775ea']],
  [
    'NONCE',
    [
      'Invalid nonce: nonce too low',
      'Invalid nonce: nonce too high',
      'Invalid nonce: duplicate nonce 1769339470576',
      'Nonce mismatch.',
    ],
  ],
  [
    'RATE_LIMITED',
    [
      'Too many cumulative requests sent (10001 > 10000) for cumulative volume traded $0.',
      '429 Too Many Requests',
      'too many pending post requests id=256',
    ],
  ],
  [
    'POST_ONLY_MODE',
    [
      'Only post-only orders allowed immediately after network upgrade',
      'Only post-only orders allowed immediately after a network upgrade',
    ],
  ],
  ['EXPIRED', ['Action already expired', 'Action expired at 1769339470576']],
  // What no order meets, or nobody can explain: these keep their words.
  [
    'UNMAPPED',
    [
      'Unexpected error (code=148)',
      'Unexpected error (code=429)',
      'Order would exceed limits. asset=110429',
      'cloid already used',
      'Cannot switch leverage type with open position.',
      'Invalid leverage value',
      'Action disabled when unified account is active',
      'Mainnet and testnet require different signature.',
      'Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: $5.',
      'Invalid TWAP duration: 1 min(s)',
      'Asset not strict isolated',
      '',
    ],
  ],
]
const ROWS = SENTENCES.flatMap(([reason, sentences]) => sentences.map((sentence) => ({ reason, sentence })))

describe('a refusal of the venue', () => {
  it.each(ROWS)('$sentence is $reason', ({ reason, sentence }) => {
    expect(classifyRefusal(sentence)).toBe(reason)
  })

  it.each(ROWS)('$sentence is $reason in any letter case', ({ reason, sentence }) => {
    expect([classifyRefusal(sentence.toUpperCase()), classifyRefusal(sentence.toLowerCase())]).toStrictEqual([
      reason,
      reason,
    ])
  })

  it('has a sentence for every reason of the list', () => {
    expect(new Set(SENTENCES.map(([reason]) => reason))).toStrictEqual(new Set(Object.keys(REJECTED_REASONS)))
  })

  it('for too many actions has the figures, and no other refusal has', () => {
    const sentence =
      'Too many cumulative requests sent (37986 > 10436) for cumulative volume traded $437.92. Place taker orders.'
    expect(actionCountIn(sentence)).toEqual({ used: 37_986, limit: 10_436 })
    expect(actionCountIn('429 Too Many Requests')).toBeUndefined()
  })

  it('is always one of the list', () => {
    fc.assert(
      fc.property(fc.string(), (sentence) => {
        expect(Object.keys(REJECTED_REASONS)).toContain(classifyRefusal(sentence))
      }),
    )
  })
})
