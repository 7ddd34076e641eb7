/** Client order ids from the system's cryptographic randomness. */
import { random } from 'nanoid'
import { clientOrderIdFromBytes } from '../model/ids.js'
import type { IdSource } from '../ports.js'

export function createNanoidIds(): IdSource {
  return () => clientOrderIdFromBytes(random(16))
}
