/** The limit for whoever does not prepare: libsecp256k1 alone, called with a digest and a key as bytes. */
import { createRequire } from 'node:module'
import { hexToBytes } from 'viem/utils'
import { keyOf } from './sim-venue.js'

/** One signature, and nothing else. */
export function rawNativeSign(): () => void {
  const { ecdsaSign } = createRequire(import.meta.url)('secp256k1/bindings.js') as {
    ecdsaSign(digest: Uint8Array, key: Uint8Array): unknown
  }
  const [digest, key] = [new Uint8Array(32).fill(7), hexToBytes(keyOf(0))]
  return () => void ecdsaSign(digest, key)
}
