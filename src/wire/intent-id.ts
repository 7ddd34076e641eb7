/**
 * The client order id of an intent: a pure function of (intent, attempt), so that the same intent is the same order
 * even after a restart, and a second attempt can never be taken for the first.
 */
import { stringToBytes } from 'viem/utils'
import { wholeNumber } from '../model/guards.js'
import { type ClientOrderId, clientOrderIdFromBytes } from '../model/ids.js'
import { keccak256 } from './keccak.js'

const MAX_LENGTH = 256

/**
 * @param attempt 0 for the first placement of the intent; a later attempt is made only after the earlier one is proven dead
 * @throws {TypeError} when the intent id is not a string
 * @throws {RangeError} when it is empty, longer than 256 characters or not well-formed, or the attempt is not a whole number
 */
export function intentOrderId(intentId: string, attempt = 0): ClientOrderId {
  if (typeof intentId !== 'string') throw new TypeError(`intentId: expected a string, got ${typeof intentId}`)
  if (intentId.length === 0 || intentId.length > MAX_LENGTH) {
    throw new RangeError(`intentId: expected 1 to ${MAX_LENGTH} characters, got ${intentId.length}`)
  }
  // In UTF-8 every half of a surrogate pair is the same replacement character, and two intents would be one order.
  if (/\p{Surrogate}/u.test(intentId))
    throw new RangeError('intentId: expected well-formed text, got half a surrogate pair')
  wholeNumber(attempt, 'attempt', 0)
  return clientOrderIdFromBytes(keccak256(stringToBytes(`hip3-executor/${attempt}/${intentId}`)))
}
