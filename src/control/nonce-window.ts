/**
 * The highest nonces that one signer has used, as the venue keeps them too, only fewer: how many of them lie above a nonce
 * that was signed with and not sent yet.
 */
export type NonceWindow = {
  use(nonce: number): void
  /** How many used ones are above this; at most as many as are kept. */
  above(nonce: number): number
}

export function createNonceWindow(size: number): NonceWindow {
  /** Ascending. */
  const kept: number[] = []

  /** How many from the top are above. Most of what is asked about is near it. */
  function above(nonce: number): number {
    let count = 0
    while (count < kept.length && (kept[kept.length - 1 - count] ?? 0) > nonce) count += 1
    return count
  }

  return {
    above,
    use(nonce) {
      const position = kept.length - above(nonce)
      if (kept[position - 1] === nonce) return
      kept.splice(position, 0, nonce)
      if (kept.length > size) kept.shift()
    },
  }
}
