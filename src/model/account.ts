/**
 * Who trades, and where: addresses, the network, raw hex.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */

export type Hex = `0x${string}`

/** `0x` and 40 hex digits. We send addresses in lower case, because the venue hashes them so inside actions. */
export type Address = `0x${string}`

/** Mainnet and testnet differ in one letter of the signed struct and in their URLs, and in nothing else. */
export type Network = 'mainnet' | 'testnet'

/**
 * An address, lower-cased.
 *
 * @throws {TypeError} when the value is not a string
 * @throws {RangeError} when it is not `0x` and 40 hex digits; the value itself is not repeated, since a key
 *   pasted into the wrong field would otherwise end in a log
 */
export function address(value: unknown, name: string): Address {
  if (typeof value !== 'string') throw new TypeError(`${name}: expected an address string, got ${typeof value}`)
  if (!/^0x[0-9a-fA-F]{40}$/.test(value)) {
    throw new RangeError(`${name}: expected 0x and 40 hex digits, got a string of ${value.length} characters`)
  }
  return value.toLowerCase() as Address
}
