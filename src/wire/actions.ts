/**
 * The venue's actions: their shapes in hash order, and the functions that build them.
 *
 * The order of keys is the order of bytes, so every object is written out literally, once, here; the same object
 * is hashed and sent. Flags whose absence means "no" are never sent as false, since the venue hashes them away.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { type Address, address } from '../model/account.js'
import type { Decimal } from '../model/decimal.js'
import { wholeNumber } from '../model/guards.js'
import { type ClientOrderId, clientOrderId } from '../model/ids.js'
import type { Side } from '../model/market.js'
import type { TimeInForce } from '../model/order.js'
import { integer, notEmpty, notNegative, positive, spelled } from './fields.js'

export type TifWire = 'Alo' | 'Ioc' | 'Gtc'

export type OrderTypeWire =
  | { limit: { tif: TifWire } }
  | { trigger: { isMarket: boolean; triggerPx: string; tpsl: 'tp' | 'sl' } }

export type OrderWire = {
  a: number
  b: boolean
  p: string
  s: string
  r: boolean
  t: OrderTypeWire
  c?: ClientOrderId
}

/** `na` for plain orders; `p` is a priority fee in hundred-millionths of the notional. */
export type Grouping = 'na' | 'normalTpsl' | 'positionTpsl' | { p: number }

export type OrderAction = {
  type: 'order'
  orders: OrderWire[]
  grouping: Grouping
  builder?: { b: Address; f: number }
}
export type CancelAction = { type: 'cancel'; cancels: { a: number; o: number }[]; f?: true }
export type CancelByCloidAction = {
  type: 'cancelByCloid'
  cancels: { asset: number; cloid: ClientOrderId }[]
  f?: true
}
export type ModifyAction = { type: 'modify'; oid: number | ClientOrderId; order: OrderWire; a?: true }
export type BatchModifyAction = {
  type: 'batchModify'
  modifies: { oid: number | ClientOrderId; order: OrderWire }[]
  a?: true
}
export type ScheduleCancelAction = { type: 'scheduleCancel'; time?: number }
export type UpdateLeverageAction = { type: 'updateLeverage'; asset: number; isCross: boolean; leverage: number }
export type UpdateIsolatedMarginAction = { type: 'updateIsolatedMargin'; asset: number; isBuy: boolean; ntli: number }
export type TopUpIsolatedOnlyMarginAction = { type: 'topUpIsolatedOnlyMargin'; asset: number; leverage: string }
export type NoopAction = { type: 'noop' }
export type ReserveRequestWeightAction = { type: 'reserveRequestWeight'; weight: number; destination?: Address }

/** Every L1 action this library can build. */
export type Action =
  | OrderAction
  | CancelAction
  | CancelByCloidAction
  | ModifyAction
  | BatchModifyAction
  | ScheduleCancelAction
  | UpdateLeverageAction
  | UpdateIsolatedMarginAction
  | TopUpIsolatedOnlyMarginAction
  | NoopAction
  | ReserveRequestWeightAction

/** One order in our own terms, ready to be spelled. */
export type OrderSpec = {
  readonly assetId: number
  readonly side: Side
  readonly price: Decimal
  readonly size: Decimal
  readonly reduceOnly: boolean
  readonly type: { readonly timeInForce: TimeInForce } | TriggerSpec
  readonly clientOrderId?: ClientOrderId | undefined
}

/** A trigger order fires when the mark reaches `triggerPrice`, as a market order or as a limit order at `price`. */
export type TriggerSpec = {
  readonly trigger: 'takeProfit' | 'stopLoss'
  readonly triggerPrice: Decimal
  readonly isMarket: boolean
}

const IS_BUY: Record<Side, boolean> = { buy: true, sell: false }
const TIF: Record<TimeInForce, TifWire> = { ioc: 'Ioc', gtc: 'Gtc', alo: 'Alo' }
const TPSL: Record<TriggerSpec['trigger'], 'tp' | 'sl'> = { takeProfit: 'tp', stopLoss: 'sl' }
const MAX_BUILDER_FEE_TENTH_BPS = 100
const MAX_PRIORITY_RATE = 100_000_000

/** @throws {RangeError} when any part of the order cannot be spelled */
export function orderWire(order: OrderSpec): OrderWire {
  const { type } = order
  const wire: OrderWire = {
    a: integer(order.assetId, 'assetId'),
    b: spelled(IS_BUY, order.side, 'side'),
    p: positive(order.price, 'price'),
    // The venue reads a zero size on a position-sized trigger as "all of it"; on any other order it is a mistake.
    s: 'trigger' in type ? notNegative(order.size, 'size') : positive(order.size, 'size'),
    r: order.reduceOnly,
    t:
      'trigger' in type
        ? {
            trigger: {
              isMarket: type.isMarket,
              triggerPx: positive(type.triggerPrice, 'triggerPrice'),
              tpsl: spelled(TPSL, type.trigger, 'trigger'),
            },
          }
        : { limit: { tif: spelled(TIF, type.timeInForce, 'timeInForce') } },
  }
  if (order.clientOrderId !== undefined) wire.c = clientOrderId(order.clientOrderId)
  return wire
}

export type OrderActionOptions = {
  /** Default: `na`. */
  readonly grouping?: 'na' | 'normalTpsl' | 'positionTpsl' | undefined
  /**
   * Priority fee, in hundred-millionths of the notional (80,000 is 8 bps). Replaces the grouping, and the venue
   * takes it only when every order is IOC, or every order is ALO and not reduce-only.
   * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/priority-fees
   */
  readonly priorityRate?: number | undefined
  /** A builder fee, in tenths of a basis point. Never set unless the caller asks. */
  readonly builder?: { readonly address: Address; readonly feeTenthBps: number } | undefined
}

/** @throws {RangeError} when the list is empty or an option is out of range */
export function orderAction(orders: readonly OrderSpec[], options: OrderActionOptions = {}): OrderAction {
  const { grouping = 'na', priorityRate, builder } = options
  if (priorityRate !== undefined) {
    if (grouping !== 'na') throw new RangeError(`priorityRate: cannot be combined with grouping "${grouping}"`)
    wholeNumber(priorityRate, 'priorityRate', 1, MAX_PRIORITY_RATE)
    assertPriorityAllowed(orders)
  }
  const action: OrderAction = {
    type: 'order',
    orders: notEmpty(orders, 'orders').map(orderWire),
    grouping: priorityRate === undefined ? grouping : { p: priorityRate },
  }
  if (builder !== undefined) {
    action.builder = {
      b: address(builder.address, 'builder.address'),
      f: wholeNumber(builder.feeTenthBps, 'builder.feeTenthBps', 0, MAX_BUILDER_FEE_TENTH_BPS),
    }
  }
  return action
}

export type CancelOptions = {
  /** Asks for the fast cancel lane. The venue refuses it for trigger orders, so leave it out for those. */
  readonly fast?: boolean | undefined
}

export function cancelAction(
  cancels: readonly { readonly assetId: number; readonly orderId: number }[],
  options: CancelOptions = {},
): CancelAction {
  const action: CancelAction = {
    type: 'cancel',
    cancels: notEmpty(cancels, 'cancels').map((c) => ({
      a: integer(c.assetId, 'assetId'),
      o: integer(c.orderId, 'orderId'),
    })),
  }
  if (options.fast) action.f = true
  return action
}

export function cancelByCloidAction(
  cancels: readonly { readonly assetId: number; readonly clientOrderId: ClientOrderId }[],
  options: CancelOptions = {},
): CancelByCloidAction {
  const action: CancelByCloidAction = {
    type: 'cancelByCloid',
    cancels: notEmpty(cancels, 'cancels').map((c) => ({
      asset: integer(c.assetId, 'assetId'),
      cloid: clientOrderId(c.clientOrderId),
    })),
  }
  if (options.fast) action.f = true
  return action
}

export type ModifySpec = {
  /** The order to replace, by either id. */
  readonly target: number | ClientOrderId
  /** The replacement. Its size is the total, not what remains of the old order. */
  readonly order: OrderSpec
}

export type ModifyOptions = {
  /**
   * Places the replacement whatever its kind, and even when the old order is already gone: after a fill that is
   * twice the exposure. Off by default; the venue then takes only a passive replacement.
   */
  readonly alwaysPlace?: boolean | undefined
}

export function modifyAction({ target, order }: ModifySpec, options: ModifyOptions = {}): ModifyAction {
  const action: ModifyAction = { type: 'modify', oid: orderReference(target), order: orderWire(order) }
  if (options.alwaysPlace) action.a = true
  return action
}

/** Preferred to `modify` even for one order: its answer says what became of each replacement. */
export function batchModifyAction(modifies: readonly ModifySpec[], options: ModifyOptions = {}): BatchModifyAction {
  const action: BatchModifyAction = {
    type: 'batchModify',
    modifies: notEmpty(modifies, 'modifies').map(({ target, order }) => ({
      oid: orderReference(target),
      order: orderWire(order),
    })),
  }
  if (options.alwaysPlace) action.a = true
  return action
}

/** Cancels everything at `time` (Unix ms, at least 5 s ahead); without a time, calls that off. */
export function scheduleCancelAction(time?: number): ScheduleCancelAction {
  return time === undefined ? { type: 'scheduleCancel' } : { type: 'scheduleCancel', time: integer(time, 'time') }
}

export function updateLeverageAction(spec: {
  assetId: number
  isCross: boolean
  leverage: number
}): UpdateLeverageAction {
  return {
    type: 'updateLeverage',
    asset: integer(spec.assetId, 'assetId'),
    isCross: spec.isCross,
    leverage: wholeNumber(spec.leverage, 'leverage', 1, 1_000),
  }
}

/** Adds (or, negative, removes) isolated margin, in whole millionths of the collateral token. */
export function updateIsolatedMarginAction(spec: {
  assetId: number
  amountMicros: number
}): UpdateIsolatedMarginAction {
  if (!Number.isSafeInteger(spec.amountMicros) || spec.amountMicros === 0) {
    throw new RangeError(`amountMicros: expected a whole number other than zero, got ${spec.amountMicros}`)
  }
  // `isBuy` has no effect until the venue knows hedge mode, but is part of the hash.
  return { type: 'updateIsolatedMargin', asset: integer(spec.assetId, 'assetId'), isBuy: true, ntli: spec.amountMicros }
}

/** Tops a strict-isolated position up until it has this leverage. */
export function topUpIsolatedOnlyMarginAction(spec: {
  assetId: number
  leverage: Decimal
}): TopUpIsolatedOnlyMarginAction {
  return {
    type: 'topUpIsolatedOnlyMargin',
    asset: integer(spec.assetId, 'assetId'),
    leverage: positive(spec.leverage, 'leverage'),
  }
}

/** Does nothing but consume its nonce: signed with the nonce of an unanswered action, it proves or kills it. */
export function noopAction(): NoopAction {
  return { type: 'noop' }
}

export function reserveRequestWeightAction(spec: {
  weight: number
  destination?: Address
}): ReserveRequestWeightAction {
  const action: ReserveRequestWeightAction = {
    type: 'reserveRequestWeight',
    weight: wholeNumber(spec.weight, 'weight', 1, 2 ** 32),
  }
  if (spec.destination !== undefined) action.destination = address(spec.destination, 'destination')
  return action
}

function orderReference(target: number | ClientOrderId): number | ClientOrderId {
  return typeof target === 'number' ? integer(target, 'target') : clientOrderId(target, 'target')
}

function assertPriorityAllowed(orders: readonly OrderSpec[]): void {
  const tifs = orders.map(({ type }) => ('trigger' in type ? 'trigger' : type.timeInForce))
  const allIoc = tifs.every((tif) => tif === 'ioc')
  const allPassive = tifs.every((tif) => tif === 'alo') && orders.every((order) => !order.reduceOnly)
  if (!allIoc && !allPassive) {
    throw new RangeError('priorityRate: every order must be IOC, or every order ALO and not reduce-only')
  }
}
