/**
 * How an order of which we do not know what became is settled: by looking it up, never by guessing.
 *
 * An order that was written and not answered carries an expiry in the venue's time. Before that it may still land, so one
 * lookup that does not find it proves nothing; two that agree after the expiry has passed, with a margin, prove that it
 * never will. An order whose cancel went wrong is looked up at once.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { OrderRecord } from '../control/order-ledger.js'
import type { ClientOrderId } from '../model/ids.js'
import { isTerminal } from '../model/order.js'
import type { Ask } from '../ports.js'
import { orderStatusRequest, parseOrderStatus } from '../wire/info.js'
import type { Alarm } from './alarm.js'
import type { Evidence } from './evidence.js'
import type { Parts } from './parts.js'

export type Resolver = {
  /** Takes care of an order if it is unknown. @param expiresAfter Unix ms, the expiry it was sent with */
  watch(id: ClientOrderId, expiresAfter: number | undefined): void
  /** Looks an order up because what we know of it is in doubt. */
  check(id: ClientOrderId): void
  tick(now: number): void
}

type Case = {
  expiresAfter: number
  /** Lookups after the expiry that did not find the order. */
  absences: number
  /** Monotonic ms. */
  dueAt: number
  delayMs: number
  isAsking: boolean
}

/** After the expiry, for blocks under way and for the error of our reading of the venue's clock. */
const EXPIRY_MARGIN_MS = 3_000
const ABSENCES_NEEDED = 2
const FIRST_DELAY_MS = 250
const MAX_DELAY_MS = 5_000

export function createResolver(
  parts: Pick<Parts, 'account' | 'clock' | 'nonces' | 'orders' | 'transport' | 'emitter'>,
  ask: Ask,
  evidence: Evidence,
  alarm: Alarm,
): Resolver {
  const { account, clock, nonces, orders, transport, emitter } = parts
  const cases = new Map<ClientOrderId, Case>()

  function open(id: ClientOrderId, expiresAfter: number): void {
    const known = cases.get(id)
    if (known !== undefined) {
      known.expiresAfter = Math.min(known.expiresAfter, expiresAfter)
      return
    }
    const dueAt = clock.monotonic() + FIRST_DELAY_MS
    cases.set(id, { expiresAfter, absences: 0, dueAt, delayMs: FIRST_DELAY_MS, isAsking: false })
    alarm.setBy(dueAt)
  }

  async function lookUp(record: OrderRecord, item: Case): Promise<void> {
    const id = record.request.clientOrderId
    item.isAsking = true
    const askedAt = nonces.serverTime(clock.now())
    const reference = record.isExternal && record.orderId !== undefined ? record.orderId : id
    const answer = await ask(orderStatusRequest(account, reference)).then(parseOrderStatus, () => undefined)
    item.isAsking = false
    if (isTerminal(record.status)) {
      cases.delete(id)
      return
    }
    if (answer === undefined) emitter.emit('malformed', { source: 'orderStatus', count: 1 })
    else if (answer.found !== 'absent') {
      cases.delete(id)
      evidence.orderStatus(id, answer.found)
      // Found alive although its cancel was answered: the cancel came too early, or was lost.
      if (record.status === 'pendingCancel') evidence.apply(id, 'cancelRejected')
      return
    } else if (record.status === 'unknown' && askedAt > item.expiresAfter + EXPIRY_MARGIN_MS) {
      item.absences += 1
      if (item.absences >= ABSENCES_NEEDED) {
        cases.delete(id)
        evidence.apply(id, 'provenAbsent', { isSizeFinal: true })
        return
      }
    }
    item.delayMs = Math.min(MAX_DELAY_MS, item.delayMs * 2)
    item.dueAt = clock.monotonic() + item.delayMs
    alarm.setBy(item.dueAt)
  }

  return {
    watch(id, expiresAfter) {
      if (orders.get(id)?.status === 'unknown') open(id, expiresAfter ?? 0)
    },
    check(id) {
      const record = orders.get(id)
      if (record !== undefined && !isTerminal(record.status)) open(id, Number.POSITIVE_INFINITY)
    },
    tick(now) {
      for (const [id, item] of cases) {
        const record = orders.get(id)
        if (record === undefined || isTerminal(record.status)) cases.delete(id)
        else if (item.dueAt > now || item.isAsking || transport.state.status !== 'open')
          alarm.setBy(Math.max(item.dueAt, now + FIRST_DELAY_MS))
        else void lookUp(record, item)
      }
    },
  }
}
