/**
 * Reading JSON the way the venue does: into typed fields, or not at all.
 *
 * Unknown fields are passed over and null stands for an absent option, so what is hashed afterwards is the venue's
 * own spelling of the request and not the client's. A client that signed anything else recovers to a stranger.
 */
import { type Address, address } from '../../model/account.js'
import { decimalFromVenue, toWire } from '../../model/decimal.js'

/** The body is JSON but not a request. Becomes a 422, with this message in it. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable'
}

export type Fields = { readonly [key: string]: unknown }

/** How often a list may repeat: more is not a batch but an attack. */
const MAX_LIST = 10_000

export function fields(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected(path, 'a map')
  return value as Fields
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw expected(path, 'a string')
  return value
}

export function flag(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw expected(path, 'a boolean')
  return value
}

/** An unsigned integer. Those above 2^53 cannot be read exactly from JSON and are refused. */
export function integer(value: unknown, path: string, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
    throw expected(path, 'an unsigned integer')
  }
  return value
}

export function signedInteger(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw expected(path, 'an integer')
  return value
}

export const assetId = (value: unknown, path: string): number => integer(value, path, 0xffff_ffff)

/** A decimal, in the normal form in which it is hashed: "105.00" becomes "105". */
export function decimalText(value: unknown, path: string): string {
  const parsed = typeof value === 'string' && value.trim() === value ? decimalFromVenue(value) : undefined
  if (parsed === undefined) throw expected(path, 'a decimal string')
  return toWire(parsed)
}

export function addressText(value: unknown, path: string): Address {
  try {
    return address(value, path)
  } catch {
    throw expected(path, 'an address')
  }
}

export function cloidText(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{32}$/.test(value)) throw expected(path, 'a 16 byte hex string')
  return value.toLowerCase()
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[], path: string): T {
  const found = allowed.find((item) => item === value)
  if (found === undefined) throw expected(path, `one of ${allowed.join(', ')}`)
  return found
}

export function list<T>(value: unknown, read: (item: unknown, path: string) => T, path: string): T[] {
  if (!Array.isArray(value) || value.length > MAX_LIST) throw expected(path, 'a list')
  return value.map((item, index) => read(item, `${path}[${index}]`))
}

export function optional<T>(value: unknown, read: (item: unknown, path: string) => T, path: string): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path)
}

function expected(path: string, what: string): Undecodable {
  return new Undecodable(`${path}: expected ${what}`)
}
