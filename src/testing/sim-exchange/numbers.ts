/**
 * How the venue prints numbers: canonical decimals, but whole ones keep one zero after the point ("25451.0").
 */
import { type Decimal, toWire } from '../../model/decimal.js'

export function printed(value: Decimal): string {
  const text = toWire(value)
  return text.includes('.') ? text : `${text}.0`
}

/** Sums of money are kept to the millionth, the unit of the collateral. */
export const toMicros = (value: Decimal): Decimal => value.round(6)
