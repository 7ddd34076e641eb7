/**
 * A constructor of big.js whose numbers are read, compared, added, subtracted and multiplied without copies.
 *
 * big.js copies the other operand of each of these, which was most of the memory that judging an order took. The numbers are
 * its own (sign `s`, exponent `e` of the first digit, digits `c` without zeros at either end; zero is the one digit 0), and so
 * is everything else that they do. What is said here is what big.js says, digit by digit.
 */
import SharedBig from 'big.js'

type Big = SharedBig
type Digits = readonly number[]

export type LeanBig = {
  readonly Big: SharedBig.BigConstructor
  /** The number that a plain decimal such as `-182.51` spells; nothing for any other text. */
  read(text: string): Big | undefined
}

export function createLeanBig(): LeanBig {
  const Lean = SharedBig()
  const stock: Big = Lean.prototype
  const prototype: Big = Object.create(stock)
  Object.assign(Lean, { prototype })
  const zero = new Lean(0)

  /** A number of another copy, a text or a JavaScript number is left to big.js. */
  const isOurs = (value: SharedBig.BigSource): value is Big => (value as Partial<Big>).constructor === Lean

  function made(s: number, e: number, c: number[]): Big {
    const number = new Lean(zero)
    number.s = s
    number.e = e
    number.c = c
    return number
  }

  function sum(x: Big, y: Big, signOfY: number): Big {
    if (isZero(y)) return isZero(x) && x.s !== signOfY ? zero : x
    if (isZero(x)) return y.s === signOfY ? y : made(signOfY, y.e, y.c)
    if (x.s !== signOfY) return difference(x, y, signOfY)
    const c = x.e < y.e ? added(y.c, x.c, y.e - x.e) : added(x.c, y.c, x.e - y.e)
    const carry = dropLeadingZero(c)
    return made(x.s, Math.max(x.e, y.e) + carry, c)
  }

  function difference(x: Big, y: Big, signOfY: number): Big {
    const order = compareSizes(x, y)
    if (order === 0) return zero
    const isXLarger = order > 0
    const c = isXLarger ? subtracted(x.c, y.c, x.e - y.e) : subtracted(y.c, x.c, y.e - x.e)
    let e = isXLarger ? x.e : y.e
    for (; c[0] === 0; e -= 1) c.shift()
    return made(isXLarger ? x.s : signOfY, e, c)
  }

  prototype.cmp = function (y) {
    return isOurs(y) ? compare(this, y) : stock.cmp.call(this, y)
  }
  prototype.plus = prototype.add = function (y) {
    return isOurs(y) ? sum(this, y, y.s) : stock.plus.call(this, y)
  }
  prototype.minus = prototype.sub = function (y) {
    return isOurs(y) ? sum(this, y, -y.s) : stock.minus.call(this, y)
  }
  prototype.times = prototype.mul = function (y) {
    if (!isOurs(y)) return stock.times.call(this, y)
    const s = this.s === y.s ? 1 : -1
    if (isZero(this) || isZero(y)) return made(s, 0, [0])
    const c = multiplied(this.c, y.c)
    const carry = dropLeadingZero(c)
    return made(s, this.e + y.e + carry, c)
  }

  function read(text: string): Big | undefined {
    const isNegative = text.startsWith('-')
    const c: number[] = []
    let places = 0
    let wholePlaces: number | undefined
    for (let i = isNegative ? 1 : 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code === POINT && wholePlaces === undefined) {
        wholePlaces = places
        continue
      }
      const digit = code - DIGIT_0
      if (digit < 0 || digit > 9) return undefined
      places += 1
      if (digit !== 0 || c.length > 0) c.push(digit)
    }
    // A point stands between digits.
    if (places === 0 || wholePlaces === 0 || wholePlaces === places) return undefined
    const s = isNegative ? -1 : 1
    if (c.length === 0) return made(s, 0, [0])
    const e = (wholePlaces ?? places) - (places - c.length) - 1
    while (c.at(-1) === 0) c.pop()
    return made(s, e, c)
  }

  return { Big: Lean, read }
}

const POINT = 46
const DIGIT_0 = 48

const isZero = ({ c }: Big): boolean => c[0] === 0
const digitAt = (digits: Digits, index: number): number => digits[index] ?? 0

function compare(x: Big, y: Big): SharedBig.Comparison {
  if (isZero(x)) return isZero(y) ? 0 : y.s > 0 ? -1 : 1
  if (isZero(y) || x.s !== y.s) return x.s > 0 ? 1 : -1
  return x.s > 0 ? compareSizes(x, y) : compareSizes(y, x)
}

/** Signs aside. Neither is zero. */
function compareSizes(x: Big, y: Big): SharedBig.Comparison {
  if (x.e !== y.e) return x.e > y.e ? 1 : -1
  const common = Math.min(x.c.length, y.c.length)
  for (let i = 0; i < common; i++) {
    const difference = digitAt(x.c, i) - digitAt(y.c, i)
    if (difference !== 0) return difference > 0 ? 1 : -1
  }
  return x.c.length === y.c.length ? 0 : x.c.length > y.c.length ? 1 : -1
}

/** @returns whether there was none */
function dropLeadingZero(digits: number[]): 0 | 1 {
  if (digits[0] !== 0) return 1
  digits.shift()
  return 0
}

/*
 * The three below go from the last digit to the first, and begin to write with the first that is not zero: so there is nothing to
 * cut off at the end.
 */

/** With one digit more in front, which may be zero. @param shift by how many places `b` begins later than `a` */
function added(a: Digits, b: Digits, shift: number): number[] {
  let sum: number[] | undefined
  let carry = 0
  for (let i = Math.max(a.length, b.length + shift) - 1; i >= 0; i--) {
    let digit = digitAt(a, i) + (i >= shift ? digitAt(b, i - shift) : 0) + carry
    carry = digit > 9 ? 1 : 0
    digit -= 10 * carry
    if (digit !== 0) sum ??= new Array(i + 2)
    if (sum !== undefined) sum[i + 1] = digit
  }
  if (sum === undefined) return [carry]
  sum[0] = carry
  return sum
}

/** May begin with zeros. `a` is the larger. @param shift by how many places `b` begins later than `a` */
function subtracted(a: Digits, b: Digits, shift: number): number[] {
  let difference: number[] = []
  let borrow = 0
  for (let i = Math.max(a.length, b.length + shift) - 1; i >= 0; i--) {
    let digit = digitAt(a, i) - (i >= shift ? digitAt(b, i - shift) : 0) - borrow
    borrow = digit < 0 ? 1 : 0
    digit += 10 * borrow
    if (digit !== 0 && difference.length === 0) difference = new Array(i + 1)
    if (difference.length > 0) difference[i] = digit
  }
  return difference
}

/** With one digit more in front, which may be zero. */
function multiplied(a: Digits, b: Digits): number[] {
  let product: number[] | undefined
  let carry = 0
  for (let place = a.length + b.length - 2; place >= 0; place--) {
    let sum = carry
    for (let i = Math.max(0, place - b.length + 1); i <= place && i < a.length; i++) {
      sum += digitAt(a, i) * digitAt(b, place - i)
    }
    carry = Math.floor(sum / 10)
    const digit = sum - 10 * carry
    if (digit !== 0) product ??= new Array(place + 2)
    if (product !== undefined) product[place + 1] = digit
  }
  if (product === undefined) return [carry]
  product[0] = carry
  return product
}
