/**
 * The one msgpack encoder: the bytes that are hashed and signed.
 *
 * The venue re-encodes every action itself, so ours must be byte-equal: maps in insertion order, the smallest
 * form of everything, unset keys absent. msgpackr does all of that but for one thing: it writes an integer of
 * 2^32 or more as a float64 (number) or an int64 (bigint), where the venue writes a uint64. An action that holds
 * such an integer (an order id, a time) is therefore composed here, its leaves still written by msgpackr.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/signing
 */
import { Packr } from 'msgpackr/pack'

/** What an action is made of. Integers only: a fraction travels as a decimal string. */
export type Encodable =
  | string
  | number
  | boolean
  | null
  | readonly Encodable[]
  | { readonly [key: string]: Encodable | undefined }

const packr = /* @__PURE__ */ new Packr({ useRecords: false, variableMapSize: true })
const UINT32_MAX = 0xffff_ffff
const INT32_MIN = -0x8000_0000

/**
 * Encodes an action as the venue does. Keys whose value is `undefined` are left out.
 *
 * @throws {TypeError} when something in it cannot be part of an action (a fraction, a bigint, a function, …)
 */
export function encode(value: Encodable): Uint8Array {
  return new Uint8Array(encodeShared(value))
}

/**
 * The same bytes in a buffer that the next call may overwrite.
 *
 * @throws {TypeError} as above
 */
export function encodeShared(value: Encodable): Uint8Array {
  // Nearly every action is plain and can be written as it is.
  if (isPlain(value)) return packr.pack(value)
  const { value: pruned, isWide } = prune(value, '')
  return isWide ? concat(compose(pruned, [])) : packr.pack(pruned)
}

/**
 * Whether msgpackr writes exactly this value as the venue does: nothing unset and no 64-bit integer inside, nor anything
 * that has no form on the venue. Only looks, so that the usual action is neither copied nor described.
 */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isInteger(value) && value <= UINT32_MAX && value >= INT32_MIN
    case 'object':
      if (value === null) return true
      if (Array.isArray(value)) return isPlainList(value)
      // What comes from another realm is as good, but takes the slow way.
      return Object.getPrototypeOf(value) === Object.prototype && isPlainRecord(value)
    default:
      return false
  }
}

/** Unlike `every`, a loop also sees the holes of a list. */
function isPlainList(values: readonly unknown[]): boolean {
  for (const value of values) if (!isPlain(value)) return false
  return true
}

function isPlainRecord(record: object): boolean {
  for (const key in record) if (!isPlain((record as Readonly<Record<string, unknown>>)[key])) return false
  return true
}

type Pruned = { readonly value: Encodable; readonly isWide: boolean }

/** Drops unset keys, refuses what has no msgpack form on the venue, and finds out whether a 64-bit integer is inside. */
function prune(value: Encodable | undefined, path: string): Pruned {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { value, isWide: false }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${path || 'action'}: expected a safe integer, got ${value}`)
    return { value, isWide: value > UINT32_MAX || value < INT32_MIN }
  }
  if (Array.isArray(value)) {
    let isWide = false
    const items = Array.from(value, (item: Encodable, index) => {
      const pruned = prune(item, `${path}[${index}]`)
      isWide ||= pruned.isWide
      return pruned.value
    })
    return { value: items, isWide }
  }
  if (typeof value !== 'object') throw new TypeError(`${path || 'action'}: cannot encode a ${typeof value}`)
  if (!isRecord(value)) throw new TypeError(`${path || 'action'}: expected a plain object`)
  let isWide = false
  const entries: [string, Encodable][] = []
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    const pruned = prune(item, path ? `${path}.${key}` : key)
    isWide ||= pruned.isWide
    entries.push([key, pruned.value])
  }
  return { value: Object.fromEntries(entries), isWide }
}

/** A Big, a date or a Map has a JSON form of its own, so what is sent would differ from what is hashed. Any realm's objects pass. */
function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function compose(value: Encodable | undefined, out: Uint8Array[]): Uint8Array[] {
  if (typeof value === 'number' && (value > UINT32_MAX || value < INT32_MIN)) {
    out.push(wideInteger(value))
  } else if (Array.isArray(value)) {
    out.push(head(value.length, 0x90, 0xdc))
    for (const item of value) compose(item, out)
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
    out.push(head(entries.length, 0x80, 0xde))
    for (const [key, item] of entries) {
      out.push(packr.pack(key))
      compose(item, out)
    }
  } else {
    out.push(packr.pack(value ?? null))
  }
  return out
}

function head(length: number, fixed: number, sized16: number): Uint8Array {
  if (length < 16) return Uint8Array.of(fixed | length)
  if (length < 0x1_0000) return Uint8Array.of(sized16, length >> 8, length & 0xff)
  return Uint8Array.of(sized16 + 1, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff)
}

function wideInteger(value: number): Uint8Array {
  const bytes = new Uint8Array(9)
  const view = new DataView(bytes.buffer)
  if (value < 0) {
    bytes[0] = 0xd3
    view.setBigInt64(1, BigInt(value))
  } else {
    bytes[0] = 0xcf
    view.setBigUint64(1, BigInt(value))
  }
  return bytes
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}
