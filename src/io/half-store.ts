/**
 * Where prepared half signatures lie: each is put in once, taken out at most once, and gone from memory when taken.
 *
 * The secret words are kept in one block of memory that can be overwritten, and not as numbers, which JavaScript never
 * clears. What arithmetic leaves behind while a half is made or used is beyond reach, as the key itself is.
 */
import type { Hex } from '../model/account.js'
import type { HalfSignature } from './ecdsa.js'

export type HalfStore = {
  /** @throws {RangeError} when it is full */
  put(half: HalfSignature): void
  /** The oldest. It is gone before it is handed out, whatever becomes of it then. */
  take(): HalfSignature | undefined
  /** Overwrites everything. Returns how many there were. */
  wipe(): number
  readonly length: number
}

/** Two numbers of 256 bits. */
const WORDS = 8

export function createHalfStore(size: number): HalfStore {
  const secrets = new BigUint64Array(size * WORDS)
  const faces = Array<{ readonly r: Hex; readonly isOdd: boolean } | undefined>(size).fill(undefined)
  let first = 0
  let length = 0

  function write(value: bigint, at: number): void {
    for (let i = at, rest = value; i < at + WORDS / 2; i++, rest >>= 64n) secrets[i] = BigInt.asUintN(64, rest)
  }

  const word = (at: number): bigint => secrets[at] ?? 0n
  const read = (at: number): bigint =>
    (word(at + 3) << 192n) | (word(at + 2) << 128n) | (word(at + 1) << 64n) | word(at)

  return {
    put({ r, isOdd, inverse, share }) {
      if (length === size) throw new RangeError('the store is full')
      const slot = (first + length) % size
      write(inverse, slot * WORDS)
      write(share, slot * WORDS + WORDS / 2)
      faces[slot] = { r, isOdd }
      length += 1
    },
    take() {
      const slot = first
      const face = faces[slot]
      if (length === 0 || face === undefined) return undefined
      const inverse = read(slot * WORDS)
      const share = read(slot * WORDS + WORDS / 2)
      secrets.fill(0n, slot * WORDS, (slot + 1) * WORDS)
      faces[slot] = undefined
      first = (slot + 1) % size
      length -= 1
      return { r: face.r, isOdd: face.isOdd, inverse, share }
    },
    wipe() {
      const wiped = length
      secrets.fill(0n)
      faces.fill(undefined)
      length = 0
      return wiped
    },
    get length() {
      return length
    },
  }
}
