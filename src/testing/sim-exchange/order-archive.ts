/**
 * Every order of a client that the exchange remembers: all that rest, and the newest so many that are done.
 */
import { createRing } from './ring.js'
import type { SimAccount, SimOrder } from './state.js'

export type OrderArchive = {
  nextOid(): number
  add(order: SimOrder): void
  /** The order has reached its last status; it may be forgotten when newer ones need the room. */
  retire(order: SimOrder): void
  of(account: SimAccount, id: number | string): SimOrder | undefined
  all(): SimOrder[]
}

/** Above 2^32, as on mainnet: a client that encodes ids in 32 bits must fail here and not there. */
const FIRST_OID = 400_000_000_001

export function createOrderArchive(limit: number): OrderArchive {
  const orders = new Map<number, SimOrder>()
  const done = createRing<SimOrder>(limit)
  let next = FIRST_OID
  return {
    nextOid: () => next++,
    add(order) {
      if (order.account.isHouse) return
      orders.set(order.oid, order)
      if (order.cloid !== null) order.account.byCloid.set(order.cloid, order)
    },
    retire(order) {
      if (order.account.isHouse) return
      const forgotten = done.push(order)
      if (forgotten === undefined) return
      orders.delete(forgotten.oid)
      const { account, cloid } = forgotten
      if (cloid !== null && account.byCloid.get(cloid) === forgotten) account.byCloid.delete(cloid)
    },
    of(account, id) {
      if (typeof id === 'string') return account.byCloid.get(id)
      const order = orders.get(id)
      return order?.account === account ? order : undefined
    },
    all: () => [...orders.values()],
  }
}
