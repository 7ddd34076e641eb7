/**
 * Intents: what a strategy asks for, read strictly and put on the market's grid.
 *
 * A malformed intent is a mistake in the program and throws; an intent that the market cannot take as asked is a value.
 */
import { type Decimal, type DecimalInput, positiveDecimal, ZERO } from './decimal.js'
import { oneOf } from './guards.js'
import { type ClientOrderId, clientOrderId } from './ids.js'
import { floorSize, type Market, MIN_ORDER_VALUE, type Rounding, roundPrice, type Side } from './market.js'
import type { OrderKind, OrderRequest, TimeInForce } from './order.js'
import type { DeniedReason } from './reasons.js'

export type Intent = {
  /** Exact name, such as `xyz:NVDA`. */
  readonly market: string
  readonly side: Side
  /** In units of the coin. Floored to the lot, never rounded up. */
  readonly size: DecimalInput
  /** Limit price. Rounded to the grid so that it is never worse than asked, unless `rounding` says otherwise. */
  readonly price: DecimalInput
  readonly timeInForce: TimeInForce
  /**
   * A `quote` is one of a maker's resting orders, `alo` or `gtc`: it may stand beside others and beside a position, and every
   * limit on exposure holds all the same. `docs/risk-gates.md` says which gates ask it. Default: `entry`.
   */
  readonly kind?: OrderKind | undefined
  /** May only make the position smaller. Passes limits, halts and an unready feed. Default: false. */
  readonly reduceOnly?: boolean | undefined
  /** Makes the order idempotent: the same id is the same order, whenever and however often it is submitted. */
  readonly intentId?: string | undefined
  /** An id of the caller's own; otherwise one is made from `intentId`, or at random. */
  readonly clientOrderId?: ClientOrderId | undefined
  /** Default: `passive`. */
  readonly rounding?: Rounding | undefined
  /** Strategy metadata; travels with the order and comes back with its outcome. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** The edge the strategy expected, in basis points. Metadata. */
  readonly edgeBps?: number | undefined
}

/** What a modify changes about a resting order; what is left out stays. */
export type Replacement = {
  /** Default: the price of the order. */
  readonly price?: DecimalInput | undefined
  /** How much is to rest from now on, whatever filled before. Default: what is left of the order. */
  readonly size?: DecimalInput | undefined
} & Pick<Intent, 'rounding' | 'intentId' | 'clientOrderId' | 'tags' | 'edgeBps'>

export type ReadIntent = Omit<Intent, 'size' | 'price'> & { readonly size: Decimal; readonly price: Decimal }

/**
 * @throws {TypeError} when a field has the wrong type, naming the field
 * @throws {RangeError} when a field has a value that can never be right
 */
export function readIntent(intent: Intent): ReadIntent {
  if (typeof intent !== 'object' || intent === null)
    throw new TypeError(`intent: expected an object, got ${typeName(intent)}`)
  text(intent.market, 'market')
  oneOf(intent.side, 'side', ['buy', 'sell'])
  oneOf(intent.timeInForce, 'timeInForce', ['ioc', 'gtc', 'alo'])
  if (intent.kind !== undefined) oneOf(intent.kind, 'kind', ['entry', 'quote'])
  if (intent.kind === 'quote') oneOf(intent.timeInForce, 'timeInForce', ['gtc', 'alo'])
  if (intent.rounding !== undefined) oneOf(intent.rounding, 'rounding', ['passive', 'aggressive'])
  if (intent.reduceOnly !== undefined && typeof intent.reduceOnly !== 'boolean') {
    throw new TypeError(`reduceOnly: expected a boolean, got ${typeName(intent.reduceOnly)}`)
  }
  if (intent.intentId !== undefined) text(intent.intentId, 'intentId')
  if (intent.clientOrderId !== undefined) {
    clientOrderId(intent.clientOrderId)
    if (intent.intentId !== undefined)
      throw new TypeError('clientOrderId: expected none beside an intentId, which makes its own')
  }
  if (intent.edgeBps !== undefined && !Number.isFinite(intent.edgeBps)) {
    throw new TypeError(`edgeBps: expected a finite number, got ${String(intent.edgeBps)}`)
  }
  return {
    market: intent.market,
    side: intent.side,
    size: positiveDecimal(intent.size, 'size'),
    price: positiveDecimal(intent.price, 'price'),
    timeInForce: intent.timeInForce,
    kind: intent.kind,
    reduceOnly: intent.reduceOnly,
    intentId: intent.intentId,
    clientOrderId: intent.clientOrderId,
    rounding: intent.rounding,
    tags: intent.tags,
    edgeBps: intent.edgeBps,
  }
}

export type IntentDenial = { readonly reason: DeniedReason; readonly limit: string; readonly value: string }

/** The intent on the grid of its market, or why it cannot be put there. */
export function toOrderRequest(
  intent: ReadIntent,
  market: Market,
  id: ClientOrderId,
  replaces?: ClientOrderId,
): OrderRequest | IntentDenial {
  const { kind = 'entry', side, timeInForce, reduceOnly = false, rounding, intentId, tags, edgeBps } = intent
  const price = roundPrice(intent.price, side, market.szDecimals, rounding)
  if (price.lte(ZERO)) return { reason: 'PRICE_OFF_GRID', limit: 'one tick', value: intent.price.toFixed() }
  const size = floorSize(intent.size, market.szDecimals)
  if (size.lte(ZERO))
    return { reason: 'SIZE_TOO_SMALL', limit: `${market.szDecimals} decimals`, value: intent.size.toFixed() }
  const value = size.times(price)
  // The venue lets a whole position be closed below the minimum, and only it knows the position for sure.
  if (!reduceOnly && value.lt(MIN_ORDER_VALUE)) {
    return { reason: 'BELOW_MINIMUM_VALUE', limit: MIN_ORDER_VALUE.toFixed(), value: value.toFixed() }
  }
  return {
    clientOrderId: id,
    market,
    kind,
    side,
    size,
    price,
    markPrice: undefined,
    timeInForce,
    reduceOnly,
    replaces,
    intentId,
    tags,
    edgeBps,
  }
}

function text(value: unknown, name: string): void {
  if (typeof value !== 'string') throw new TypeError(`${name}: expected a string, got ${typeName(value)}`)
  if (value === '') throw new RangeError(`${name}: expected a string that is not empty`)
}

const typeName = (value: unknown): string => (value === null ? 'null' : typeof value)
