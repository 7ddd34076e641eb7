/**
 * Client order ids: 128 bits, ours, the key by which an order is found again.
 *
 * An id is minted once for one placement attempt. From an intent id it is a pure function of
 * (intent, attempt), so the same intent submitted twice, even by a process that has restarted, is the same order.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */

/** `0x` and 32 lower-case hex digits, never all zero (the venue reads zero as "none"). */
export type ClientOrderId = `0x${string}`

const SHAPE = /^0x[0-9a-f]{32}$/
const ZERO_ID = `0x${'0'.repeat(32)}`
/** Every byte as two digits. */
const HEX: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

export function isClientOrderId(value: unknown): value is ClientOrderId {
  return typeof value === 'string' && SHAPE.test(value) && value !== ZERO_ID
}

/**
 * @throws {TypeError} when the value is not a string
 * @throws {RangeError} when it is not `0x` + 32 lower-case hex digits, or all zero
 */
export function clientOrderId(value: unknown, name = 'clientOrderId'): ClientOrderId {
  if (typeof value !== 'string') throw new TypeError(`${name}: expected a string, got ${typeof value}`)
  if (!isClientOrderId(value)) {
    throw new RangeError(
      `${name}: expected 0x and 32 lower-case hex digits, not all zero, got ${JSON.stringify(value.slice(0, 80))}`,
    )
  }
  return value
}

/**
 * How a caller names an order: by our id or by the venue's.
 *
 * @throws {TypeError | RangeError} when it is neither
 */
export function orderReference(id: unknown): ClientOrderId | number {
  if (typeof id !== 'number') return clientOrderId(id, 'id')
  if (!Number.isSafeInteger(id) || id < 0) throw new RangeError(`id: expected an order id, got ${id}`)
  return id
}

/**
 * The first sixteen bytes as a client order id. All-zero bytes become the id one, since zero means "none" to the venue.
 *
 * @throws {RangeError} when there are fewer: an id with less chance in it would come up again
 */
export function clientOrderIdFromBytes(bytes: Uint8Array): ClientOrderId {
  if (bytes.length < 16) throw new RangeError(`bytes: expected at least 16, got ${bytes.length}`)
  let hex = ''
  for (let i = 0; i < 16; i++) hex += HEX[bytes[i] ?? 0]
  const id = `0x${hex}` as const
  return id === ZERO_ID ? `0x${'0'.repeat(31)}1` : id
}

/** A stand-in key for an order that somebody placed without a client order id. Local only; the venue never sees it. */
export function externalOrderKey(orderId: number): ClientOrderId {
  return `0x${'e'.repeat(16)}${orderId.toString(16).padStart(16, '0')}`
}
