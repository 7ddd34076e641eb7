/** What no price can be, in every field that carries one: new orders are denied with a reason, and no average hears of it. */
import { standardGates } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { accepted, buy, createHarness, type Harness, NVDA, TSLA } from '../helpers/harness.js'

/** As JSON, so that what only JSON can say is among them. */
const NO_PRICE = [
  ...[
    '"NaN"',
    '"Infinity"',
    '"-Infinity"',
    '""',
    '" "',
    '"-1"',
    '"0"',
    '"0.0"',
    '"1e5"',
    '"1e400"',
    '"much"',
    '"0x10"',
  ],
  ...['"176,25"', `"${'9'.repeat(30)}"`, '1e400', '-1e400', '-176', '0', '1e15', 'true', '{}', '[]', '["176"]'],
] as const

/** The order of the fields is that of the sentence: "a mark of NaN". */
type Frame = (harness: Harness, value: string) => string

const level = (px: string): string => `{"px":${px},"sz":"1","n":1}`
const bbo = ({ clock }: Harness, bid: string, ask: string): string =>
  `{"channel":"bbo","data":{"coin":"${NVDA}","time":${clock.now()},"bbo":[${bid},${ask}]}}`
const ctx = (fields: string): string => `{"channel":"activeAssetCtx","data":{"coin":"${NVDA}","ctx":{${fields}}}}`

const GOOD_CTX = '"markPx":"176.2","oraclePx":"176.2","midPx":"176.2","openInterest":"5"'
const goodBook = (harness: Harness): string => bbo(harness, level('"176.18"'), level('"176.22"'))

const FIELDS: Readonly<
  Record<string, { readonly frame: Frame; readonly others: readonly string[]; reasons: readonly string[] }>
> = {
  mark: {
    frame: (_, value) => ctx(`${GOOD_CTX},"markPx":${value}`),
    others: ['null', '[{}]'],
    reasons: ['MARKET_DATA_UNAVAILABLE'],
  },
  'best bid': {
    frame: (harness, value) => bbo(harness, level(value), level('"176.22"')),
    others: ['null'],
    reasons: ['BOOK_UNUSABLE'],
  },
  'best ask': {
    frame: (harness, value) => bbo(harness, level('"176.18"'), level(value)),
    others: ['null'],
    reasons: ['BOOK_UNUSABLE'],
  },
  'open interest': {
    frame: (_, value) => ctx(`${GOOD_CTX},"openInterest":${value}`),
    others: ['null'],
    // What is absurd is a number all the same, and above every cap.
    reasons: ['MARKET_DATA_UNAVAILABLE', 'OPEN_INTEREST_CAPPED'],
  },
  'side of a book': {
    frame: (harness, value) => bbo(harness, level('"176.18"'), value),
    // The venue says of a side without orders that it is null, and so this is no nonsense; but no book of two sides either.
    others: ['null'],
    reasons: ['BOOK_UNUSABLE'],
  },
}

async function createMarket(): Promise<Harness> {
  const harness = createHarness({
    gates: standardGates({
      maxNotionalPerMarket: '100000',
      maxNotionalTotal: '1000000',
      maxConcurrentPositions: 5,
      singleEntry: false,
      market: { maxMarkMidDivergenceBps: '100' },
    }),
  })
  harness.exchange.market(NVDA).setOpenInterestCap('1000000000')
  await harness.executor.start()
  await harness.pass(1_000)
  harness.inject(ctx(GOOD_CTX))
  harness.inject(goodBook(harness))
  return harness
}

const judge = ({ executor }: Harness, overrides = {}): string => {
  const submission = executor.submit(buy({ price: '170', timeInForce: 'gtc', ...overrides }))
  return submission.status === 'denied' ? submission.reason : 'accepted'
}

/** Nobody holds anything, and that is a number. */
const NOTHING: readonly string[] = ['"0"', '"0.0"', '0']

describe.each(Object.entries(FIELDS))('a %s that is no such thing', (name, { frame, others, reasons }) => {
  const values = [...NO_PRICE, ...others].filter((value) => name !== 'open interest' || !NOTHING.includes(value))

  it('denies new orders in its market until it can be read again', async () => {
    const harness = await createMarket()
    for (const value of values) {
      harness.inject(ctx(GOOD_CTX))
      harness.inject(goodBook(harness))
      expect(judge(harness), `before ${value}`).toBe('accepted')
      harness.inject(frame(harness, value))
      // Asked again it is no other: that nothing else was heard is no news.
      for (const price of ['170', '169']) expect(reasons, value).toContain(judge(harness, { price }))
      await harness.settle()
    }
  })
})

describe('what cannot be read', () => {
  it('stops no cancel, no way out and no other market', async () => {
    const harness = await createMarket()
    const { executor, settle } = harness
    const kept = accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc' })))
    const held = accepted(executor.submit(buy({ price: '178' })))
    await settle()
    expect(held.current().status).toBe('filled')
    harness.inject(FIELDS['mark']?.frame(harness, '"NaN"') ?? '')
    harness.inject(FIELDS['best bid']?.frame(harness, '"NaN"') ?? '')
    expect(judge(harness)).toBe('MARKET_DATA_UNAVAILABLE')
    const exit = accepted(executor.submit(buy({ side: 'sell', price: '174', reduceOnly: true })))
    const canceled = executor.cancel(kept.clientOrderId)
    await settle()
    expect((await exit.outcome).status).toBe('filled')
    expect(await canceled).toEqual({ status: 'canceled' })
    expect(judge(harness, { market: TSLA, price: '390' })).toBe('accepted')
  })

  it('touches no average: afterwards a spread is as wide as before', async () => {
    const spoiled = await createMarket()
    const clean = await createMarket()
    for (const harness of [spoiled, clean]) {
      for (let second = 0; second < 60; second++) {
        await harness.pass(1_000)
        harness.inject(ctx(GOOD_CTX))
        harness.inject(goodBook(harness))
        if (harness === clean) continue
        for (const value of NO_PRICE) {
          harness.inject(bbo(harness, level(value), level('"176.22"')))
          harness.inject(ctx(`${GOOD_CTX},"midPx":${value}`))
          harness.inject(ctx(`"markPx":${value}`))
        }
        harness.inject(bbo(harness, level('"100"'), 'null'))
        harness.inject(bbo(harness, level('"200"'), level('"100"')))
        harness.inject(goodBook(harness))
      }
      harness.inject(ctx(GOOD_CTX))
    }
    /** How many hundredths wide the spread must be for an order to be made smaller, and to be denied. */
    const turns = (harness: Harness): readonly number[] => {
      const answers = Array.from({ length: 40 }, (_, hundredths) => {
        const [bid, ask] = [17_620 - hundredths, 17_620 + hundredths].map((price) =>
          level(`"${(price / 100).toFixed(2)}"`),
        )
        harness.inject(bbo(harness, bid ?? '', ask ?? ''))
        const submission = harness.executor.submit(buy({ price: '170', size: '10', timeInForce: 'gtc' }))
        return submission.status === 'denied' ? submission.reason : submission.current().size.toFixed()
      })
      return ['2', 'SPREAD_SHOCK'].map((answer) => answers.indexOf(answer))
    }
    const [reduced, denied] = turns(spoiled)
    expect([reduced, denied]).toEqual(turns(clean))
    expect(reduced).toBeGreaterThan(0)
    expect(denied).toBeGreaterThan(reduced ?? 0)
  })
})
