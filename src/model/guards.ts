/** Checks for options and times, so that a mistake fails where it is made and not in the first bad minute. */

/** @throws {TypeError} naming the field, when there is no value, as a caller without types may have it */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === null) throw new TypeError(`${name}: expected a value, got ${String(value)}`)
  return value
}

/** @throws {RangeError} naming the field, when the value is not a whole number from `least` to `most`, if there is one */
export function wholeNumber(value: number, name: string, least = 1, most?: number): number {
  if (!Number.isSafeInteger(value) || value < least || (most !== undefined && value > most)) {
    const range = most === undefined ? `of at least ${least}` : `from ${least} to ${most}`
    throw new RangeError(`${name}: expected a whole number ${range}, got ${value}`)
  }
  return value
}

/** A time that is no number would pass every comparison the wrong way. @throws {RangeError} naming the argument */
export function finiteTime(value: number, name: string): number {
  if (!Number.isFinite(value)) throw new RangeError(`${name}: expected a time in ms, got ${value}`)
  return value
}

/** @throws {RangeError} naming the field, when the value is not a finite number above zero */
export function positiveMs(value: number, name: string): number {
  if (!Number.isFinite(value) || value <= 0) throw new RangeError(`${name}: expected more than 0 ms, got ${value}`)
  return value
}

/** For what 0 turns off. @throws {RangeError} naming the field, when the value is neither 0 nor a finite number above it */
export function positiveMsOrZero(value: number, name: string): number {
  return value === 0 ? 0 : positiveMs(value, name)
}

/** @throws {RangeError} naming the field, when the value is not a finite number above zero */
export function positiveNumber(value: number, name: string): number {
  if (!Number.isFinite(value) || value <= 0) throw new RangeError(`${name}: expected more than zero, got ${value}`)
  return value
}

/** @throws {TypeError | RangeError} naming the field, when the value is not one of these words */
export function oneOf<Word extends string>(value: Word, name: string, allowed: readonly Word[]): Word {
  if (typeof value !== 'string')
    throw new TypeError(`${name}: expected a string, got ${value === null ? 'null' : typeof value}`)
  if (!allowed.includes(value)) {
    throw new RangeError(
      `${name}: expected ${allowed.map((word) => `"${word}"`).join(' or ')}, got ${JSON.stringify(value)}`,
    )
  }
  return value
}

/** Who does something on purpose. @throws {RangeError} when it is nobody */
export function operatorName(value: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new RangeError('operator: expected the name of who does this')
  return value
}
