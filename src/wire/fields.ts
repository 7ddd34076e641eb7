/** How single fields of an action are spelled, and what may stand in them. */
import { type Decimal, positiveDecimal, toWire, ZERO } from '../model/decimal.js'
import { wholeNumber } from '../model/guards.js'

const MAX_WIRE_DECIMALS = 8

/** Looks a word up and refuses any other: a side nobody knows must not end as a sell. */
export function spelled<K extends string, V>(table: Readonly<Record<K, V>>, word: K, name: string): V {
  if (!Object.hasOwn(table, word)) {
    throw new RangeError(`${name}: expected ${Object.keys(table).join(' or ')}, got ${String(word)}`)
  }
  return table[word]
}

export function integer(value: number, name: string): number {
  return wholeNumber(value, name, 0, Number.MAX_SAFE_INTEGER)
}

export function notEmpty<T>(list: readonly T[], name: string): readonly T[] {
  if (list.length === 0) throw new RangeError(`${name}: expected at least one`)
  return list
}

export function positive(value: Decimal, name: string): string {
  return notNegative(positiveDecimal(value, name), name)
}

export function notNegative(value: Decimal, name: string): string {
  if (value.lt(ZERO)) throw new RangeError(`${name}: expected zero or more, got ${value.toFixed()}`)
  const text = toWire(value)
  const point = text.indexOf('.')
  if (point !== -1 && text.length - point - 1 > MAX_WIRE_DECIMALS) {
    throw new RangeError(`${name}: expected at most ${MAX_WIRE_DECIMALS} decimals, got ${text}`)
  }
  return text
}
