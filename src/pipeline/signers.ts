/**
 * Who signs now, and who signed before: an agent expires and is followed by another while the bot trades on.
 *
 * Whether a nonce was used is a question about its signer. So those of the past are kept, to ask it for their orders; an
 * order of a signer that is not here is resolved by other proof.
 */
import type { Address } from '../model/account.js'
import type { Signer } from '../ports.js'

export type Signers = {
  /** Signs everything. */
  readonly current: Signer
  /** Who is to do so once it is known that it may; the current one where nobody else is asked for. */
  readonly wanted: Signer
  /** One that signs now or did so earlier in this process. */
  get(address: Address): Signer | undefined
  want(next: Signer): void
  /** From here on everything is signed by the one that is wanted. */
  takeWanted(): void
}

export function createSigners(first: Signer): Signers {
  const known = new Map([[first.address, first]])
  let current = first
  let wanted = first
  return {
    get current() {
      return current
    },
    get wanted() {
      return wanted
    },
    get: (address) => known.get(address),
    want(next) {
      wanted = next
    },
    takeWanted() {
      known.set(wanted.address, wanted)
      current = wanted
    },
  }
}
