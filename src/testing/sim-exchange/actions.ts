/**
 * The actions this exchange executes, decoded into the venue's canonical form: known fields only, in the venue's
 * order, absent options left out, numbers normalised. The object returned is the one that is hashed.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { type AccountAction, accountActionDecoders } from './account-actions.js'
import {
  addressText,
  assetId,
  cloidText,
  decimalText,
  type Fields,
  fields,
  flag,
  integer,
  list,
  oneOf,
  optional,
  signedInteger,
  text,
  Undecodable,
} from './decode.js'

type LimitType = { readonly limit: { readonly tif: 'Alo' | 'Ioc' | 'Gtc' | 'FrontendMarket' } }
type TriggerType = {
  readonly trigger: { readonly isMarket: boolean; readonly triggerPx: string; readonly tpsl: 'tp' | 'sl' }
}

export type OrderWire = {
  readonly a: number
  readonly b: boolean
  readonly p: string
  readonly s: string
  readonly r: boolean
  readonly t: LimitType | TriggerType
  readonly c?: string | undefined
}

export type Grouping = 'na' | 'normalTpsl' | 'positionTpsl' | { readonly p: number }
export type ModifyWire = { readonly oid: number | string; readonly order: OrderWire }

export type Action =
  | {
      readonly type: 'order'
      readonly orders: readonly OrderWire[]
      readonly grouping: Grouping
      readonly builder?: { readonly b: string; readonly f: number } | undefined
    }
  | {
      readonly type: 'cancel'
      readonly cancels: readonly { readonly a: number; readonly o: number }[]
      readonly f?: true | undefined
    }
  | {
      readonly type: 'cancelByCloid'
      readonly cancels: readonly { readonly asset: number; readonly cloid: string }[]
      readonly f?: true | undefined
    }
  | { readonly type: 'modify'; readonly oid: number | string; readonly order: OrderWire; readonly a?: true | undefined }
  | { readonly type: 'batchModify'; readonly modifies: readonly ModifyWire[]; readonly a?: true | undefined }
  | { readonly type: 'scheduleCancel'; readonly time?: number | undefined }
  | { readonly type: 'updateLeverage'; readonly asset: number; readonly isCross: boolean; readonly leverage: number }
  | {
      readonly type: 'updateIsolatedMargin'
      readonly asset: number
      readonly isBuy: boolean
      readonly ntli: number
    }
  | { readonly type: 'topUpIsolatedOnlyMargin'; readonly asset: number; readonly leverage: string }
  | { readonly type: 'noop' }
  | AccountAction

type ActionType = Action['type']

const decoders: { readonly [T in ActionType]: (action: Fields) => Extract<Action, { type: T }> } = {
  order: (a) => ({
    type: 'order',
    orders: list(a['orders'], order, 'action.orders'),
    grouping: grouping(a['grouping']),
    builder: optional(a['builder'], builder, 'action.builder'),
  }),
  cancel: (a) => ({
    type: 'cancel',
    cancels: list(a['cancels'], cancel, 'action.cancels'),
    f: setFlag(a['f'], 'action.f'),
  }),
  cancelByCloid: (a) => ({
    type: 'cancelByCloid',
    cancels: list(a['cancels'], cancelByCloid, 'action.cancels'),
    f: setFlag(a['f'], 'action.f'),
  }),
  modify: (a) => ({ type: 'modify', ...modify(a, 'action'), a: setFlag(a['a'], 'action.a') }),
  batchModify: (a) => ({
    type: 'batchModify',
    modifies: list(a['modifies'], modify, 'action.modifies'),
    a: setFlag(a['a'], 'action.a'),
  }),
  scheduleCancel: (a) => ({ type: 'scheduleCancel', time: optional(a['time'], integer, 'action.time') }),
  updateLeverage: (a) => ({
    type: 'updateLeverage',
    asset: assetId(a['asset'], 'action.asset'),
    isCross: flag(a['isCross'], 'action.isCross'),
    leverage: integer(a['leverage'], 'action.leverage'),
  }),
  updateIsolatedMargin: (a) => ({
    type: 'updateIsolatedMargin',
    asset: assetId(a['asset'], 'action.asset'),
    isBuy: flag(a['isBuy'], 'action.isBuy'),
    ntli: signedInteger(a['ntli'], 'action.ntli'),
  }),
  topUpIsolatedOnlyMargin: (a) => ({
    type: 'topUpIsolatedOnlyMargin',
    asset: assetId(a['asset'], 'action.asset'),
    leverage: decimalText(a['leverage'], 'action.leverage'),
  }),
  noop: () => ({ type: 'noop' }),
  ...accountActionDecoders,
}

/** @throws {Undecodable} when it is not an action, or none that this exchange executes */
export function decodeAction(value: unknown): Action {
  const action = fields(value, 'action')
  const type = text(action['type'], 'action.type')
  if (!Object.hasOwn(decoders, type)) {
    throw new Undecodable(
      `action.type: unknown variant \`${type.slice(0, 64)}\` (this simulated exchange has no such action)`,
    )
  }
  return decoders[type as ActionType](action)
}

function order(value: unknown, path: string): OrderWire {
  const o = fields(value, path)
  return {
    a: assetId(o['a'], `${path}.a`),
    b: flag(o['b'], `${path}.b`),
    p: decimalText(o['p'], `${path}.p`),
    s: decimalText(o['s'], `${path}.s`),
    r: flag(o['r'], `${path}.r`),
    t: orderType(o['t'], `${path}.t`),
    c: optional(o['c'], cloidText, `${path}.c`),
  }
}

const TIFS = ['Alo', 'Ioc', 'Gtc', 'FrontendMarket'] as const

function orderType(value: unknown, path: string): LimitType | TriggerType {
  const type = fields(value, path)
  if (type['limit'] !== undefined) {
    const limit = fields(type['limit'], `${path}.limit`)
    return { limit: { tif: oneOf(limit['tif'], TIFS, `${path}.limit.tif`) } }
  }
  const trigger = fields(type['trigger'], `${path}.trigger`)
  return {
    trigger: {
      isMarket: flag(trigger['isMarket'], `${path}.trigger.isMarket`),
      triggerPx: decimalText(trigger['triggerPx'], `${path}.trigger.triggerPx`),
      tpsl: oneOf(trigger['tpsl'], ['tp', 'sl'], `${path}.trigger.tpsl`),
    },
  }
}

const GROUPINGS = ['na', 'normalTpsl', 'positionTpsl'] as const

function grouping(value: unknown): Grouping {
  if (typeof value === 'object') return { p: integer(fields(value, 'action.grouping')['p'], 'action.grouping.p') }
  return oneOf(value, GROUPINGS, 'action.grouping')
}

function builder(value: unknown, path: string): { b: string; f: number } {
  const b = fields(value, path)
  return { b: addressText(b['b'], `${path}.b`), f: integer(b['f'], `${path}.f`) }
}

function cancel(value: unknown, path: string): { a: number; o: number } {
  const c = fields(value, path)
  return { a: assetId(c['a'], `${path}.a`), o: integer(c['o'], `${path}.o`) }
}

function cancelByCloid(value: unknown, path: string): { asset: number; cloid: string } {
  const c = fields(value, path)
  return { asset: assetId(c['asset'], `${path}.asset`), cloid: cloidText(c['cloid'], `${path}.cloid`) }
}

function modify(value: unknown, path: string): ModifyWire {
  const m = fields(value, path)
  const id = m['oid']
  const oid = typeof id === 'string' ? cloidText(id, `${path}.oid`) : integer(id, `${path}.oid`)
  return { oid, order: order(m['order'], `${path}.order`) }
}

/** A flag that the venue leaves out of the hash unless it is set. */
function setFlag(value: unknown, path: string): true | undefined {
  return optional(value, flag, path) === true ? true : undefined
}
