/**
 * Books with their levels merged to fewer significant figures, bids downwards and asks upwards.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import { type Decimal, decimalFromVenue, ZERO } from '../../model/decimal.js'
import type { Level } from './book.js'
import { type Fields, integer, optional, Undecodable } from './decode.js'

/** How prices are merged; nothing leaves them as they are. */
export type BookGrouping = { readonly nSigFigs: number | null; readonly mantissa: number | null }

const MIN_FIGURES = 2
const MAX_FIGURES = 5

/** @throws {Undecodable} when the venue does not merge like that */
export function bookGrouping(request: Fields): BookGrouping {
  const nSigFigs = optional(request['nSigFigs'], integer, 'nSigFigs') ?? null
  const mantissa = optional(request['mantissa'], integer, 'mantissa') ?? null
  if (nSigFigs !== null && (nSigFigs < MIN_FIGURES || nSigFigs > MAX_FIGURES)) {
    throw new Undecodable('nSigFigs: expected 2, 3, 4 or 5')
  }
  // The venue accepts a mantissa of 1 and then fails; to leave it out means the same.
  if (mantissa !== null && (nSigFigs !== MAX_FIGURES || (mantissa !== 2 && mantissa !== 5))) {
    throw new Undecodable('mantissa: expected 2 or 5, with nSigFigs 5')
  }
  return { nSigFigs, mantissa }
}

type Merged = Pick<Level, 'price' | 'size' | 'count'>

/** At most `depth` merged levels, best first. */
export function mergedLevels(levels: readonly Level[], grouping: BookGrouping, depth: number): readonly Merged[] {
  const { nSigFigs, mantissa } = grouping
  if (nSigFigs === null) return levels.slice(0, depth)
  const merged: { price: Decimal; size: Decimal; count: number }[] = []
  for (const level of levels) {
    const price = stepped(level.price, nSigFigs, mantissa ?? 1, level.isBuy)
    const last = merged.at(-1)
    if (last?.price.eq(price)) {
      last.size = last.size.plus(level.size)
      last.count += level.count
    } else {
      if (merged.length === depth) break
      merged.push({ price, size: level.size, count: level.count })
    }
  }
  return merged
}

const DOWN = 0
const UP = 3

function stepped(price: Decimal, figures: number, mantissa: number, isBuy: boolean): Decimal {
  const unit = decimalFromVenue(10 ** (price.e - figures + 1)) ?? ZERO
  const step = unit.times(mantissa)
  return price
    .div(step)
    .round(0, isBuy ? DOWN : UP)
    .times(step)
}
