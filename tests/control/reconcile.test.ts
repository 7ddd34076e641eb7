import { describe, expect, it } from 'vitest'
import { createOrderLedger, type OrderLedger } from '../../src/control/order-ledger.js'
import {
  createConfirmation,
  type ListedOrder,
  orderSuspicions,
  positionSuspicion,
  recordOf,
  type Suspicion,
} from '../../src/control/reconcile.js'
import { externalOrderKey } from '../../src/model/ids.js'
import { d, orderOf } from './support.js'

const NVDA = 'xyz:NVDA'

function ledgerWith(...entries: readonly { readonly id: number; readonly external?: boolean }[]): {
  readonly orders: OrderLedger
  readonly ids: readonly `0x${string}`[]
} {
  const orders = createOrderLedger()
  const ids = entries.map(({ id, external = false }) => {
    const request = orderOf()
    orders.register(request, { status: 'working', isExternal: external })
    orders.apply(request.clientOrderId, 'acknowledged', { orderId: id })
    return request.clientOrderId
  })
  return { orders, ids }
}

const listed = (orderId: number, clientOrderId?: `0x${string}`): ListedOrder => ({
  market: NVDA,
  orderId,
  clientOrderId,
})

const found = (orders: OrderLedger, list: readonly ListedOrder[], rejectExternal = false): string[] =>
  orderSuspicions(orders, [...orders.open()], list, rejectExternal).map(({ kind, orderId }) => `${kind} ${orderId}`)

describe('a list of open orders', () => {
  it('with all that we hold, by our id or the venue’s, is as it should be', () => {
    const { orders, ids } = ledgerWith({ id: 1 }, { id: 2 })
    expect(found(orders, [listed(1), listed(99, ids[1])])).toEqual([])
  })

  it('lacks an order that is alive for us', () => {
    const { orders } = ledgerWith({ id: 1 }, { id: 2 })
    expect(found(orders, [listed(2)])).toEqual(['missing 1'])
  })

  it('lacks nothing that has ended since it was asked for', () => {
    const { orders, ids } = ledgerWith({ id: 1 })
    const alive = [...orders.open()]
    orders.apply(ids[0] ?? '0x', 'canceled', { isSizeFinal: true })
    expect(orderSuspicions(orders, alive, [], false)).toEqual([])
  })

  it('shows an order that is over for us', () => {
    const { orders, ids } = ledgerWith({ id: 1 })
    orders.apply(ids[0] ?? '0x', 'canceled', { isSizeFinal: true })
    expect(found(orders, [listed(1)])).toEqual(['undead 1'])
  })

  it('shows orders of others, which are wrong only when nobody wants them', () => {
    const { orders } = ledgerWith({ id: 1 }, { id: 2, external: true })
    expect(found(orders, [listed(1), listed(2), listed(3)])).toEqual([])
    expect(found(orders, [listed(1), listed(2), listed(3)], true)).toEqual(['unwanted 2'])
  })

  it('is matched by the venue’s id before ours, and by the stand-in of an order that has neither with us', () => {
    const { orders, ids } = ledgerWith({ id: 1 }, { id: 2 })
    expect(recordOf(orders, listed(1, ids[1]))?.orderId).toBe(1)
    orders.register(orderOf({ clientOrderId: externalOrderKey(7) }), { status: 'working', isExternal: true })
    expect(recordOf(orders, listed(7))?.request.clientOrderId).toBe(externalOrderKey(7))
    expect(recordOf(orders, listed(8))).toBeUndefined()
  })
})

describe('what one reading finds', () => {
  const position = (ours: string, venues: string): Suspicion =>
    positionSuspicion({ market: NVDA, ours: d(ours), venues: d(venues) })

  it('counts once the next one finds it again', () => {
    const confirmation = createConfirmation()
    expect(confirmation.review([position('5', '0')])).toEqual([])
    expect(confirmation.review([position('5', '0')])).toHaveLength(1)
  })

  it('is the same position when it is off by the same amount, whatever was traded in between', () => {
    const confirmation = createConfirmation()
    confirmation.review([position('5', '7')])
    expect(confirmation.review([position('3.5', '5.5')])).toHaveLength(1)
    expect(confirmation.review([position('3.5', '5.4')])).toEqual([])
  })

  it('has to be found twice in a row', () => {
    const confirmation = createConfirmation()
    confirmation.review([position('5', '0')])
    confirmation.review([])
    expect(confirmation.review([position('5', '0')])).toEqual([])
    confirmation.forget()
    expect(confirmation.review([position('5', '0')])).toEqual([])
  })
})
