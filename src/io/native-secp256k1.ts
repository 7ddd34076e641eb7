/**
 * secp256k1 by libsecp256k1, from the optional package `secp256k1`.
 *
 * Its main module silently falls back to an implementation in JavaScript when the native one cannot be loaded, so that one
 * is not used: what is asked for here is the native code or an error.
 */
/// <reference path="./secp256k1-bindings.d.ts" />
import { ExecutorError } from '../errors.js'
import type { Secp256k1 } from './signing-backend.js'

/** @throws {ExecutorError} `SIGN_FAILED` when the package is not installed or has no native code for this machine */
export async function loadNativeSecp256k1(): Promise<Secp256k1> {
  const { ecdsaSign, publicKeyCreate } = await load()
  return {
    sign(digest, key) {
      const { signature, recid } = ecdsaSign(digest, key)
      return { signature, recovery: recid }
    },
    publicKey: (key) => publicKeyCreate(key, false),
  }
}

type Bindings = typeof import('secp256k1/bindings.js')['default']

async function load(): Promise<Bindings> {
  try {
    return (await import('secp256k1/bindings.js')).default
  } catch (cause) {
    throw new ExecutorError('SIGN_FAILED', 'the native code of the package "secp256k1" cannot be loaded', { cause })
  }
}
