/**
 * Multiples of a point of secp256k1, laid out in advance so that multiplying by a scalar is a few dozen additions.
 *
 * The curve library's own tables serve signing, where every step must take the same time and no case may be special.
 * Checking a signature keeps no secret, so it can use the short formulas, and give up in the cases they do not cover.
 *
 * @see https://hyperelliptic.org/EFD/g1p/auto-shortw-jacobian-0.html#addition-madd
 */
import { invert } from '@noble/curves/abstract/modular'
import { secp256k1 } from '@noble/curves/secp256k1'

export type CurvePoint = typeof secp256k1.ProjectivePoint.BASE
export type AffinePoint = { readonly x: bigint; readonly y: bigint }

/** `multiples[window * perWindow + digit - 1]` is `digit · 2^(window · windowBits) · point`. */
export type PointTable = {
  readonly windowBits: number
  readonly perWindow: number
  readonly multiples: readonly AffinePoint[]
}

const SCALAR_BITS = 256
const PRIME = 2n ** 256n - 2n ** 32n - 977n

/** @param windowBits one bit more doubles the table and saves a tenth to a seventh of the additions */
export function createPointTable(point: CurvePoint, windowBits: number): PointTable {
  const perWindow = 2 ** (windowBits - 1)
  // One bit more than the scalar has, for the carry of the last signed digit.
  const windows = Math.ceil((SCALAR_BITS + 1) / windowBits)
  const multiples: CurvePoint[] = []
  let unit = point
  for (let window = 0; window < windows; window++) {
    let multiple = unit
    for (let digit = 1; digit <= perWindow; digit++) {
      multiples.push(multiple)
      if (digit < perWindow) multiple = multiple.add(unit)
    }
    unit = multiple.double()
  }
  const affine = secp256k1.ProjectivePoint.normalizeZ(multiples).map((multiple) => multiple.toAffine())
  return { windowBits, perWindow, multiples: affine }
}

/**
 * The sum of `scalar · point` over the terms, scalars below the order of the curve. `undefined` when the sum runs
 * through a point twice or through zero, which nobody meets who has not arranged it.
 */
export function sumOfMultiples(
  terms: readonly { readonly table: PointTable; readonly scalar: bigint }[],
): AffinePoint | undefined {
  // Jacobian: the point is (x / z², y / z³). Nothing has been added while z is zero.
  let x = 0n
  let y = 0n
  let z = 0n
  for (const { table, scalar } of terms) {
    const { perWindow, multiples } = table
    const shift = BigInt(table.windowBits)
    const mask = (1n << shift) - 1n
    let rest = scalar
    for (let first = 0; rest > 0n; first += perWindow) {
      let digit = Number(rest & mask)
      rest >>= shift
      if (digit > perWindow) {
        digit -= 2 * perWindow
        rest += 1n
      }
      if (digit === 0) continue
      const other = multiples[first + Math.abs(digit) - 1]
      if (other === undefined) return undefined
      const otherY = digit < 0 ? -other.y : other.y
      if (z === 0n) {
        x = other.x
        y = otherY
        z = 1n
        continue
      }
      const zz = (z * z) % PRIME
      const h = (other.x * zz - x) % PRIME
      if (h === 0n) return undefined
      const slope = (otherY * ((z * zz) % PRIME) - y) % PRIME
      const hh = (h * h) % PRIME
      const hhh = (h * hh) % PRIME
      const v = (x * hh) % PRIME
      x = (slope * slope - hhh - 2n * v) % PRIME
      y = (slope * (v - x) - y * hhh) % PRIME
      z = (z * h) % PRIME
    }
  }
  if (z === 0n) return undefined
  const inverse = invert(z, PRIME)
  const square = (inverse * inverse) % PRIME
  return { x: positive(x * square), y: positive(y * ((square * inverse) % PRIME)) }
}

function positive(value: bigint): bigint {
  const rest = value % PRIME
  return rest < 0n ? rest + PRIME : rest
}
