/** Random actions, every one made by the builder that makes it in production. */
import fc from 'fast-check'
import type { Address } from '../../src/model/account.js'
import { type Decimal, decimal } from '../../src/model/decimal.js'
import type { ClientOrderId } from '../../src/model/ids.js'
import {
  type Action,
  batchModifyAction,
  cancelAction,
  cancelByCloidAction,
  modifyAction,
  noopAction,
  type OrderSpec,
  orderAction,
  reserveRequestWeightAction,
  scheduleCancelAction,
  topUpIsolatedOnlyMarginAction,
  updateIsolatedMarginAction,
  updateLeverageAction,
} from '../../src/wire/actions.js'

/** A value, or (one time in three or so) the absence of one. */
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 })

/** Integers where encodings change width, as often as any others. */
export const integers = (min: number, max: number): fc.Arbitrary<number> => {
  const edges = [0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, Number.MAX_SAFE_INTEGER]
    .flatMap((edge) => [edge, edge + 1, -edge, -edge - 1, -edge - 2])
    .filter((edge) => Number.isSafeInteger(edge) && edge >= min && edge <= max)
  const anywhere = fc.integer({ min, max })
  return edges.length === 0 ? anywhere : fc.oneof(anywhere, fc.constantFrom(...edges))
}

const hex = (digits: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })

export const addresses: fc.Arbitrary<Address> = hex(40).map((digits) => `0x${digits}` as const)
const clientOrderIds: fc.Arbitrary<ClientOrderId> = hex(31).map((digits) => `0x${digits}1` as const)

/** At most eight decimals, as the wire allows. */
const positives: fc.Arbitrary<Decimal> = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.integer({ min: 0, max: 8 }))
  .map(([units, decimals]) =>
    decimal(`1${'0'.repeat(decimals)}`, 'scale')
      .pow(-1)
      .times(units.toString()),
  )

const ids = integers(0, Number.MAX_SAFE_INTEGER)
const assets = fc.oneof(fc.integer({ min: 0, max: 250 }), fc.integer({ min: 110_000, max: 190_000 }), ids)

const specs: fc.Arbitrary<OrderSpec> = fc.record({
  assetId: assets,
  side: fc.constantFrom('buy', 'sell'),
  price: positives,
  size: positives,
  reduceOnly: fc.boolean(),
  type: fc.oneof(
    fc.record({ timeInForce: fc.constantFrom('ioc' as const, 'gtc' as const, 'alo' as const) }),
    fc.record({
      trigger: fc.constantFrom('takeProfit' as const, 'stopLoss' as const),
      triggerPrice: positives,
      isMarket: fc.boolean(),
    }),
  ),
  clientOrderId: optional(clientOrderIds),
})

/** Lists cross the width of a short list (15) now and then. */
const listOf = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.array(item, { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 14, maxLength: 18 }) },
  )

const builders = optional(fc.record({ address: addresses, feeTenthBps: fc.integer({ min: 0, max: 100 }) }))
const targets = fc.oneof(ids, clientOrderIds)
const flags = optional(fc.boolean())

const orders = fc
  .tuple(
    listOf(specs),
    optional(fc.constantFrom('na' as const, 'normalTpsl' as const, 'positionTpsl' as const)),
    builders,
  )
  .map(([list, grouping, builder]) => orderAction(list, { grouping, builder }))

const priorityOrders = fc
  .tuple(listOf(specs), fc.constantFrom('ioc' as const, 'alo' as const), integers(1, 100_000_000), builders)
  .map(([list, timeInForce, priorityRate, builder]) =>
    orderAction(
      list.map((spec) => ({ ...spec, type: { timeInForce }, reduceOnly: timeInForce === 'ioc' && spec.reduceOnly })),
      { priorityRate, builder },
    ),
  )

const cancels = fc
  .tuple(listOf(fc.record({ assetId: assets, orderId: ids })), flags)
  .map(([list, fast]) => cancelAction(list, { fast }))

const cancelsByCloid = fc
  .tuple(listOf(fc.record({ assetId: assets, clientOrderId: clientOrderIds })), flags)
  .map(([list, fast]) => cancelByCloidAction(list, { fast }))

const modifySpecs = fc.record({ target: targets, order: specs })
const modifies = fc.tuple(modifySpecs, flags).map(([spec, alwaysPlace]) => modifyAction(spec, { alwaysPlace }))
const batchModifies = fc
  .tuple(listOf(modifySpecs), flags)
  .map(([list, alwaysPlace]) => batchModifyAction(list, { alwaysPlace }))

/** One arbitrary per action type, so that every type is drawn equally often. */
const actionsByType: { readonly [Type in Action['type']]: fc.Arbitrary<Action> } = {
  order: fc.oneof(orders, priorityOrders),
  cancel: cancels,
  cancelByCloid: cancelsByCloid,
  modify: modifies,
  batchModify: batchModifies,
  scheduleCancel: optional(ids).map((time) => scheduleCancelAction(time)),
  updateLeverage: fc
    .record({ assetId: assets, isCross: fc.boolean(), leverage: fc.integer({ min: 1, max: 1_000 }) })
    .map(updateLeverageAction),
  updateIsolatedMargin: fc
    .record({
      assetId: assets,
      amountMicros: integers(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).filter((amount) => amount !== 0),
    })
    .map(updateIsolatedMarginAction),
  topUpIsolatedOnlyMargin: fc.record({ assetId: assets, leverage: positives }).map(topUpIsolatedOnlyMarginAction),
  noop: fc.constant(noopAction()),
  reserveRequestWeight: fc
    .tuple(integers(1, 2 ** 32), optional(addresses))
    .map(([weight, destination]) =>
      reserveRequestWeightAction(destination === undefined ? { weight } : { weight, destination }),
    ),
}

export const actions: fc.Arbitrary<Action> = fc.oneof(...Object.values(actionsByType))
