/**
 * Repeatable chance: the same seed gives the same exchange, byte for byte.
 *
 * The generator is splitmix32. It chooses sizes and ids; no price or balance is ever computed from it.
 */
export type Random = {
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number
  /** `0x` and `digits` hex digits. */
  hex(digits: number): `0x${string}`
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const word = (): number => {
    state = (state + 0x9e37_79b9) >>> 0
    return scramble(state)
  }
  return {
    integer: (low, high) => low + (word() % (high - low + 1)),
    hex(digits) {
      let text = ''
      while (text.length < digits) text += word().toString(16).padStart(8, '0')
      return `0x${text.slice(0, digits)}`
    },
  }
}

/** A 32-bit number in which every bit depends on every bit of the input. */
export function scramble(input: number): number {
  let z = input >>> 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a_2d97)
  return (z ^ (z >>> 15)) >>> 0
}
