/** The sum of what came within the last so many milliseconds. An amount leaves exactly `windowMs` after it came. */
import { type Decimal, ZERO } from '../model/decimal.js'

export type SlidingSum = {
  /** @param now monotonic ms */
  add(amount: Decimal, now: number): void
  /** @param now monotonic ms */
  total(now: number): Decimal
}

/** Amounts that have left are dropped from the list when they are this many, and most of it. */
const MAX_GONE = 1_000

export function createSlidingSum(windowMs: number): SlidingSum {
  let entries: { readonly at: number; readonly amount: Decimal }[] = []
  let gone = 0
  let sum = ZERO
  return {
    add(amount, now) {
      entries.push({ at: now, amount })
      sum = sum.plus(amount)
    },
    total(now) {
      for (let oldest = entries[gone]; oldest !== undefined; oldest = entries[gone]) {
        if (now - oldest.at < windowMs) break
        sum = sum.minus(oldest.amount)
        gone += 1
      }
      if (gone > MAX_GONE && gone * 2 > entries.length) {
        entries = entries.slice(gone)
        gone = 0
      }
      return sum
    },
  }
}
