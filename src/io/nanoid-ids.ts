/** Client order ids from the system's cryptographic randomness. */
import { customAlphabet } from 'nanoid'
import { clientOrderId } from '../model/ids.js'
import type { IdSource } from '../ports.js'

export function createNanoidIds(): IdSource {
  const hex = customAlphabet('0123456789abcdef', 32)
  return () => clientOrderId(`0x${hex()}`)
}
