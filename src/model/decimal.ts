/**
 * Decimals: the only numbers that prices, sizes and money are made of.
 *
 * A JavaScript number is refused on sight (0.1 + 0.2 is where money leaks), and the string that goes on
 * the wire is canonical, because the venue hashes the normalised form and a trailing zero would make the
 * signature recover to a stranger.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/tick-and-lot-size
 */
import type SharedBig from 'big.js'
import { createLeanBig, type LeanBig } from './lean-big.js'

/** An exact decimal. Immutable; every operation returns a new value. */
export type Decimal = SharedBig

/** What callers may hand in: a plain decimal string such as `"182.51"`, or a big.js value. */
export type DecimalInput = string | Decimal

/**
 * Our own constructor. The one that big.js exports belongs to everybody in the process, and whoever sets its
 * precision, its rounding or `strict` would set ours.
 */
const { Big, read }: LeanBig = /* @__PURE__ */ ownBig()

/** Never an exponent: what `String` and `JSON.stringify` make of a decimal can be read back by `decimal`. */
function ownBig(): LeanBig {
  const own = createLeanBig()
  own.Big.NE = -1_000
  own.Big.PE = 1_000
  return own
}

export const ZERO: Decimal = /* @__PURE__ */ new Big(0)

const MAX_LENGTH = 64

/**
 * Reads a decimal from a string or a big.js value.
 *
 * @param name the argument's name, for the message
 * @throws {TypeError} when the value is a number or anything but a string or Big
 * @throws {RangeError} when it is not a plain decimal of at most 64 characters (no exponent, no sign but a leading minus)
 */
export function decimal(value: DecimalInput, name: string): Decimal {
  if (value instanceof Big && value.constructor === Big) return value
  const text: unknown = isBig(value) ? value.toFixed() : value
  if (typeof text !== 'string') {
    throw new TypeError(`${name}: expected a decimal string or a Big, got ${describe(value)}`)
  }
  const number = text.length <= MAX_LENGTH ? read(text) : undefined
  if (number === undefined) {
    throw new RangeError(
      `${name}: expected a plain decimal such as "182.51", got ${JSON.stringify(text.slice(0, MAX_LENGTH))}`,
    )
  }
  return number
}

/** The same for what must be above zero. @throws {RangeError} when it is not */
export function positiveDecimal(value: DecimalInput, name: string): Decimal {
  const number = decimal(value, name)
  if (number.lte(ZERO)) throw new RangeError(`${name}: expected more than zero, got ${number.toFixed()}`)
  return number
}

/**
 * Reads a decimal that the venue sent. Never throws: whatever is not a plain decimal is `undefined`,
 * and the caller decides what missing data means. Venue numbers are accepted, since some feeds carry them.
 */
export function decimalFromVenue(value: unknown): Decimal | undefined {
  if (typeof value === 'string') {
    const text = value.trim()
    return text.length <= MAX_LENGTH ? read(text) : undefined
  }
  return typeof value === 'number' && Number.isFinite(value) ? new Big(String(value)) : undefined
}

/**
 * The canonical wire string: no exponent, no trailing zeros, no trailing point, and zero is `"0"`.
 * big.js keeps no trailing zeros, but it keeps the sign of a zero.
 */
export function toWire(value: Decimal): string {
  return value.eq(ZERO) ? '0' : value.toFixed()
}

/** Ten to the power of `exponent`. */
export const powerOfTen = (exponent: number): Decimal => new Big(`1e${exponent}`)

export const min = (a: Decimal, b: Decimal): Decimal => (a.lt(b) ? a : b)
export const max = (a: Decimal, b: Decimal): Decimal => (a.gt(b) ? a : b)

/** A Big made by another copy of big.js is a Big all the same. */
function isBig(value: unknown): value is Decimal {
  if (typeof value !== 'object' || value === null) return false
  const { c, e, s, toFixed } = value as Partial<Decimal>
  return Array.isArray(c) && typeof e === 'number' && typeof s === 'number' && typeof toFixed === 'function'
}

function describe(value: unknown): string {
  if (typeof value === 'number') return `the number ${value} (floats are not money; pass a string)`
  return value === null ? 'null' : typeof value
}
