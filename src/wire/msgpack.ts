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
  const scan = prepare(value, '')
  // A copy: what msgpackr returns is a view into a buffer of 8 kB that it shares between calls.
  return concat(scan.wide ? compose(scan.value, []) : [packr.pack(scan.value)])
}

type Prepared = { readonly value: Encodable; readonly wide: boolean }

/** Drops unset keys, refuses what has no msgpack form on the venue, and finds out whether a 64-bit integer is inside. */
function prepare(value: Encodable | undefined, path: string): Prepared {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { value, wide: false }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${path || 'action'}: expected a safe integer, got ${value}`)
    return { value, wide: value > UINT32_MAX || value < INT32_MIN }
  }
  if (Array.isArray(value)) {
    let wide = false
    const items = Array.from(value, (item: Encodable, index) => {
      const prepared = prepare(item, `${path}[${index}]`)
      wide ||= prepared.wide
      return prepared.value
    })
    return { value: items, wide }
  }
  if (typeof value !== 'object') throw new TypeError(`${path || 'action'}: cannot encode a ${typeof value}`)
  if (!isPlain(value)) throw new TypeError(`${path || 'action'}: expected a plain object`)
  let wide = false
  const entries: [string, Encodable][] = []
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    const prepared = prepare(item, path ? `${path}.${key}` : key)
    wide ||= prepared.wide
    entries.push([key, prepared.value])
  }
  return { value: Object.fromEntries(entries), wide }
}

/** A Big, a date or a Map has a JSON form of its own, so what is sent would differ from what is hashed. Any realm's objects pass. */
function isPlain(value: object): boolean {
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
