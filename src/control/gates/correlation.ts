/** Positions that go up and down together are one bet: how many there may be, each weighed by what it goes with. */
import { type Decimal, type DecimalInput, decimal, positiveDecimal, ZERO } from '../../model/decimal.js'
import { deny, type Gate, PASS } from '../risk-gates.js'

export type CorrelationPositionOptions = {
  /** Names of markets that go up and down together, group by group. A market in none of them stands alone. */
  readonly groups: readonly (readonly string[])[]
  /** What each market counts beyond the first of its group and direction; at least 1. Default: 1.5. */
  readonly weight?: DecimalInput | undefined
  /** Default: 5. Reaching it passes. */
  readonly maxWeighted?: DecimalInput | undefined
}

const ONE: Decimal = /* @__PURE__ */ decimal('1', 'ONE')

/**
 * Step 5, instead of the number of markets at once: positions and pending entries, where several in one direction of one
 * group weigh more. Of a market that may still end either way the heavier is taken.
 *
 * @throws {RangeError} when a market is in two groups, the weight is below 1 or the limit not above zero
 */
export function correlationPositionGate(options: CorrelationPositionOptions): Gate {
  const weight = decimal(options.weight ?? '1.5', 'correlationPosition.weight')
  if (weight.lt(ONE)) throw new RangeError(`correlationPosition.weight: expected at least 1, got ${weight.toFixed()}`)
  const limit = positiveDecimal(options.maxWeighted ?? '5', 'correlationPosition.maxWeighted')
  const groupOf = new Map<string, number>()
  for (const [index, group] of options.groups.entries()) {
    for (const market of group) {
      if (groupOf.has(market)) throw new RangeError(`correlationPosition.groups: ${market} is listed twice`)
      groupOf.set(market, index)
    }
  }

  return {
    step: '5',
    id: 'correlationPosition',
    rule: `positions or pending entries, each beyond the first of its group and direction counted ${weight.toFixed()} times, at most ${limit.toFixed()}`,
    check({ market, side, size }, { exposure }) {
      let total = ZERO
      const groups = new Map<number, Members>()
      for (const name of new Set([...exposure.markets(), market.name])) {
        const reach = exposure.reach(name)
        const isOurs = name === market.name
        const mayBeLong = reach.high.plus(isOurs && side === 'buy' ? size : ZERO).gt(ZERO)
        const mayBeShort = reach.low.minus(isOurs && side === 'sell' ? size : ZERO).lt(ZERO)
        const group = groupOf.get(name)
        if (group === undefined) {
          total = total.plus(ONE)
          continue
        }
        const members = groups.get(group) ?? { count: 0, hasLong: false, hasShort: false }
        groups.set(group, {
          count: members.count + 1,
          hasLong: members.hasLong || (mayBeLong && !mayBeShort),
          hasShort: members.hasShort || (mayBeShort && !mayBeLong),
        })
      }
      for (const members of groups.values()) total = total.plus(weigh(members, weight))
      return total.lte(limit) ? PASS : deny('CORRELATION_POSITION', limit.toFixed(), total.toFixed())
    },
  }
}

/** The markets of one group that count, and whether some of them can only be long, or only short. */
type Members = { readonly count: number; readonly hasLong: boolean; readonly hasShort: boolean }

/** The first of each direction counts once. What may end either way joins those that are there already. */
function weigh({ count, hasLong, hasShort }: Members, weight: Decimal): Decimal {
  const firsts = hasLong && hasShort ? 2 : 1
  return weight.times(count - firsts).plus(firsts)
}
