/**
 * Who signs now, and who signed before: an agent expires and is followed by another while the bot trades on.
 *
 * Whether a nonce was used is a question about its signer. So those of the past are kept, to ask it for their orders; an
 * order of a signer that is not here is resolved by other proof.
 */
import type { Address } from '../model/account.js'
import type { Signer } from '../ports.js'

export type Signers = {
  readonly current: Signer
  /** One that signs now or did so earlier in this process. */
  get(address: Address): Signer | undefined
  /** From here on everything is signed by this one. */
  replace(next: Signer): void
}

export function createSigners(first: Signer): Signers {
  const known = new Map([[first.address, first]])
  let current = first
  return {
    get current() {
      return current
    },
    get: (address) => known.get(address),
    replace(next) {
      known.set(next.address, next)
      current = next
    },
  }
}
