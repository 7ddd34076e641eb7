import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPositionLedger } from '../../src/control/position-ledger.js'
import { createRoundTrips, type RoundTrip, type RoundTripFill } from '../../src/control/round-trips.js'
import { type Decimal, min, ZERO } from '../../src/model/decimal.js'
import { d } from './support.js'

const NVDA = 'xyz:NVDA'
const TSLA = 'xyz:TSLA'

type Values = Partial<Omit<RoundTripFill, 'closedPnl' | 'fee' | 'startPosition'>> & {
  readonly pnl?: string
  readonly fee?: string
  readonly from?: string
}

/** `+3@100` is a buy of 3 at 100. */
function fill(text: string, { pnl = '0', fee = '0', from, ...values }: Values = {}): RoundTripFill {
  const [signed = '', price = ''] = text.split('@')
  return {
    market: NVDA,
    side: signed.startsWith('-') ? 'sell' : 'buy',
    size: d(signed.slice(1)),
    price: d(price),
    time: 1_000,
    closedPnl: d(pnl),
    fee: d(fee),
    startPosition: from === undefined ? undefined : d(from),
    ...values,
  }
}

const signed = ({ side, size }: RoundTripFill): Decimal => (side === 'buy' ? size : size.neg())

/** The round trips that end in a run of fills that begins flat, or at `held`. */
function play(fills: readonly RoundTripFill[], held: Readonly<Record<string, string>> = {}): readonly RoundTrip[] {
  const trips = createRoundTrips()
  const positions = new Map(Object.entries(held).map(([market, size]) => [market, d(size)]))
  return fills.flatMap((next) => {
    const before = positions.get(next.market) ?? ZERO
    positions.set(next.market, (next.startPosition ?? before).plus(signed(next)))
    const trip = trips.apply(next, before)
    return trip === undefined ? [] : [trip]
  })
}

const shown = ({ side, size, entryPrice, exitPrice, netPnl }: RoundTrip): string =>
  `${side} ${size.toFixed()} in at ${entryPrice.toFixed()} out at ${exitPrice.toFixed()} net ${netPnl.toFixed()}`

describe('a round trip', () => {
  it.each<[string, readonly RoundTripFill[], readonly string[]]>([
    ['does not end while the position is open', [fill('+3@100'), fill('-2@90', { pnl: '-20' })], []],
    [
      'ends when a long position is flat, net of the fees of both ends',
      [fill('+2@100', { fee: '0.1' }), fill('-2@90', { pnl: '-20', fee: '0.09' })],
      ['buy 2 in at 100 out at 90 net -20.19'],
    ],
    [
      'ends when a short position is flat',
      [fill('-2@100', { fee: '0.1' }), fill('+2@90', { pnl: '20', fee: '0.1' })],
      ['sell 2 in at 100 out at 90 net 19.8'],
    ],
    [
      'is one however many fills close it, at their average',
      [fill('+3@100'), fill('-1@90', { pnl: '-10' }), fill('-1@93', { pnl: '-7' }), fill('-1@96', { pnl: '-4' })],
      ['buy 3 in at 100 out at 93 net -21'],
    ],
    [
      'is one however often it was added to and taken from',
      [fill('+1@100'), fill('-0.5@110', { pnl: '5' }), fill('+1.5@110'), fill('-2@120', { pnl: '25' })],
      ['buy 2.5 in at 106 out at 118 net 30'],
    ],
    [
      'takes a rebate for what it is',
      [fill('+1@100', { fee: '-0.01' }), fill('-1@100', { fee: '-0.02' })],
      ['buy 1 in at 100 out at 100 net 0.03'],
    ],
    [
      'ends with a flip, and the rest of that fill, with its share of the fee, begins the next',
      [
        fill('+2@100', { fee: '0.2' }),
        fill('-3@110', { pnl: '20', fee: '0.3' }),
        fill('+1@100', { pnl: '10', fee: '0.1' }),
      ],
      ['buy 2 in at 100 out at 110 net 19.6', 'sell 1 in at 110 out at 100 net 9.8'],
    ],
    [
      'is of one market',
      [
        fill('+1@100'),
        fill('-1@50', { market: TSLA }),
        fill('-1@90', { pnl: '-10' }),
        fill('+1@51', { market: TSLA, pnl: '-1' }),
      ],
      ['buy 1 in at 100 out at 90 net -10', 'sell 1 in at 50 out at 51 net -1'],
    ],
  ])('%s', (_, fills, expected) => {
    expect(play(fills).map(shown)).toEqual(expected)
  })

  it('tells when it began, when it ended and how long it took, in the venue’s time', () => {
    const [trip] = play([
      fill('+1@100', { time: 5_000 }),
      fill('+1@100', { time: 6_000 }),
      fill('-2@100', { time: 9_500 }),
    ])
    expect(trip).toMatchObject({ openedAt: 5_000, closedAt: 9_500, durationMs: 4_500, isComplete: true })
  })

  it('after a flip began with the flip', () => {
    const fills = [fill('+1@100', { time: 1 }), fill('-2@100', { time: 2 }), fill('+1@100', { time: 5 })]
    expect(play(fills)[1]).toMatchObject({ openedAt: 2, closedAt: 5, durationMs: 3, isComplete: true })
  })
})

describe('a position that was there before us', () => {
  it('is a round trip without a beginning, whose entry is what the realised profit says it was', () => {
    const [trip] = play([fill('-1@110', { pnl: '10', fee: '0.1' }), fill('-1@120', { pnl: '20' })], { [NVDA]: '2' })
    expect(trip).toMatchObject({ isComplete: false, openedAt: undefined, durationMs: undefined, closedAt: 1_000 })
    expect(trip && shown(trip)).toBe('buy 2 in at 100 out at 115 net 29.9')
  })

  it.each([
    ['long', '2', ['+1@130', '-3@120'], '30', 'buy 3 in at 110 out at 120 net 30'],
    ['short', '-2', ['-1@70', '+3@80'], '30', 'sell 3 in at 90 out at 80 net 30'],
  ])('and was %s averages over what was added since', (_, held, [add = '', close = ''], pnl, expected) => {
    expect(play([fill(add), fill(close, { pnl })], { [NVDA]: held }).map(shown)).toEqual([expected])
  })
})

describe('fills that were missed', () => {
  it('leave the trip incomplete when it goes on with another size than it had', () => {
    const [trip] = play([fill('+2@100'), fill('-1@90', { from: '1', pnl: '-10' })])
    expect(trip).toMatchObject({ isComplete: false, openedAt: 1_000 })
    expect(trip && shown(trip)).toBe('buy 1 in at 100 out at 90 net -10')
  })

  it('do not make two trips into one: what starts flat starts anew', () => {
    const [trip, ...more] = play([
      fill('+2@100', { fee: '5' }),
      fill('+1@90', { from: '0' }),
      fill('-1@91', { pnl: '1' }),
    ])
    expect(more).toEqual([])
    expect(trip).toMatchObject({ isComplete: true })
    expect(trip && shown(trip)).toBe('buy 1 in at 90 out at 91 net 1')
  })

  it('do not turn a long trip into a short one', () => {
    const [trip, ...more] = play([fill('+2@100', { fee: '5' }), fill('+1@90', { from: '-1', pnl: '3' })])
    expect(more).toEqual([])
    expect(trip).toMatchObject({ side: 'sell', isComplete: false })
    expect(trip && shown(trip)).toBe('sell 1 in at 93 out at 90 net 3')
  })

  it('and come late do not touch the trip that has begun since', () => {
    const fills = [
      fill('+2@100', { time: 1 }),
      fill('-1@90', { time: 5, from: '0' }),
      fill('-2@95', { time: 3, from: '2', pnl: '-10' }),
      fill('+1@80', { time: 6, from: '-1', pnl: '10' }),
    ]
    expect(play(fills).map(shown)).toEqual(['sell 1 in at 90 out at 80 net 10'])
  })
})

describe('any run of fills', () => {
  const anyFill = fc.record({
    market: fc.constantFrom(NVDA, TSLA),
    side: fc.constantFrom('buy' as const, 'sell' as const),
    lots: fc.integer({ min: 1, max: 6 }),
    price: fc.integer({ min: 90, max: 110 }),
    fee: fc.integer({ min: -5, max: 50 }),
  })

  it('ends every trip once, and all trips together won and lost what the fills did', () => {
    fc.assert(
      fc.property(fc.array(anyFill, { maxLength: 60 }), fc.boolean(), (steps, venueSaysWhereItStarted) => {
        const ledger = createPositionLedger()
        ledger.load('xyz', [], 0)
        const trips = createRoundTrips()
        const ended: RoundTrip[] = []
        let flats = 0
        let money = ZERO
        let time = 1
        function book(market: string, side: 'buy' | 'sell', size: Decimal, price: Decimal, fee: Decimal): void {
          const held = ledger.get(market)
          const before = held?.size ?? ZERO
          const isExit = held !== undefined && before.gt(ZERO) !== (side === 'buy')
          // Whole lots at whole prices: what the average entry cannot say exactly is rounded, as the venue's is.
          const gain = isExit ? price.minus(held.entryPrice).times(before.gt(ZERO) ? 1 : -1) : ZERO
          const closedPnl = gain.times(min(size, before.abs())).round(6)
          const startPosition = venueSaysWhereItStarted ? before : undefined
          const next = { market, side, size, price, fee, closedPnl, time, tradeId: time, startPosition }
          time += 1
          ledger.apply(next)
          money = money.plus(closedPnl).minus(fee)
          const after = ledger.size(market)
          if (!before.eq(ZERO) && after.times(before).lte(ZERO)) flats += 1
          const trip = trips.apply(next, before)
          if (trip !== undefined) ended.push(trip)
        }
        for (const { market, side, lots, price, fee } of steps) {
          book(market, side, d(String(lots)), d(String(price)), d(String(fee / 100)))
        }
        for (const { market, size } of ledger.all()) {
          book(market, size.gt(ZERO) ? 'sell' : 'buy', size.abs(), d('100'), d('0.07'))
        }
        expect(ended.length).toBe(flats)
        const sum = ended.reduce((total, { netPnl }) => total.plus(netPnl), ZERO)
        expect(sum.minus(money).abs().lt('0.000000001')).toBe(true)
        for (const { side, size, entryPrice, exitPrice, closedPnl, isComplete } of ended) {
          expect(isComplete).toBe(true)
          const won = exitPrice
            .minus(entryPrice)
            .times(size)
            .times(side === 'buy' ? 1 : -1)
          expect(won.minus(closedPnl).abs().lt('0.0001')).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
