/** keccak-256 in WebAssembly, from the optional package `hash-wasm`. */
import { ExecutorError } from '../errors.js'
import type { Keccak256 } from '../ports.js'

/** @throws {ExecutorError} `SIGN_FAILED` when the package is not installed or there is no WebAssembly */
export async function loadWasmKeccak256(): Promise<Keccak256> {
  try {
    const { createKeccak } = await import('hash-wasm')
    const hasher = await createKeccak(256)
    return (bytes) => hasher.init().update(bytes).digest('binary')
  } catch (cause) {
    throw new ExecutorError('SIGN_FAILED', 'the package "hash-wasm" cannot be loaded', { cause })
  }
}
