import type { Address, Signature, Signer } from 'hip3-executor'
import { createUnverifiedSigner } from 'hip3-executor/testing'
import { AGENT } from './harness.js'

/** A signer whose answers wait until the test gives them. */
export function createHeldSigner(
  by: Address = AGENT,
): Signer & { readonly waiting: number; release(): void; fail(error: unknown): void } {
  const { sign, address } = createUnverifiedSigner(by)
  let held: { resolve(): void; reject(error: unknown): void }[] = []
  return {
    address,
    sign: (digest, agent) =>
      new Promise<Signature>((resolve, reject) => {
        held.push({ resolve: () => resolve(sign(digest, agent)), reject })
      }),
    get waiting() {
      return held.length
    },
    release() {
      for (const { resolve } of held) resolve()
      held = []
    },
    fail(error) {
      for (const { reject } of held) reject(error)
      held = []
    },
  }
}
