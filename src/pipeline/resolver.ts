/**
 * How an order of which we do not know what became is settled: by proof, never by guessing. Cheapest first:
 *
 * 1. It is looked up by its client order id. Found: adopted. One lookup that does not find it proves nothing, since a
 *    young order may not be visible yet.
 * 2. A noop takes its nonce. Taken: the order can never execute. Refused as a duplicate: the request was processed, and is
 *    looked up until it is found.
 * 3. Its expiry has passed in the venue's time, with a margin, and two lookups since agree that it does not exist.
 *
 * Evidence that arrives in between, a late answer or a feed, ends all of this. An order whose cancel went wrong is looked
 * up the same way.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import type { OrderRecord, SentAs } from '../control/order-ledger.js'
import type { Finding, ResolutionStep } from '../executor.js'
import { positiveMs, wholeNumber } from '../model/guards.js'
import type { ClientOrderId } from '../model/ids.js'
import { isTerminal } from '../model/order.js'
import type { ResolutionOptions } from '../options.js'
import type { Ask } from '../ports.js'
import type { OrderUpdate } from '../wire/feeds.js'
import { orderStatusRequest, parseOrderStatus } from '../wire/info.js'
import type { Alarm } from './alarm.js'
import type { Evidence } from './evidence.js'
import type { NonceProbe } from './nonce-probe.js'
import type { Parts } from './parts.js'
import { takesExits } from './reach.js'

export type Resolver = {
  /** Takes care of an order if it is unknown. */
  watch(id: ClientOrderId): void
  /** Looks an order up because what we know of it is in doubt. */
  check(id: ClientOrderId): void
  tick(now: number): void
}

type Case = {
  /** Unix ms; infinite for an order that we only want to look at. */
  expiresAfter: number
  /** The nonce that a noop could still prove unused; gone once that has been answered. */
  proof: Pick<SentAs, 'nonce' | 'signer'> | undefined
  attempts: number
  /** Lookups after the expiry that did not find the order. */
  absences: number
  /** Monotonic ms. */
  dueAt: number
  delayMs: number
  isAsking: boolean
}

export type ResolverParts = {
  readonly parts: Pick<Parts, 'account' | 'clock' | 'nonces' | 'orders' | 'transport' | 'emitter'>
  readonly ask: Ask
  readonly nonceProbe: NonceProbe
  readonly evidence: Evidence
  readonly alarm: Alarm
  readonly options: ResolutionOptions | undefined
}

/** Whether orders in doubt are asked after by a `noop`. */
export const usesNoops = ({ useNoop = true }: ResolutionOptions = {}): boolean => useNoop

/** @throws {RangeError} when an option is out of range */
export function createResolver(wiring: ResolverParts): Resolver {
  const { parts, ask, nonceProbe, evidence, alarm, options = {} } = wiring
  const firstDelayMs = positiveMs(options.firstDelayMs ?? 250, 'resolution.firstDelayMs')
  const maxDelayMs = positiveMs(options.maxDelayMs ?? 5_000, 'resolution.maxDelayMs')
  const expiryMarginMs = positiveMs(options.expiryMarginMs ?? 3_000, 'resolution.expiryMarginMs')
  // One answer can be stale; that two lookups in a row are is what nobody has seen.
  const agreeingLookups = wholeNumber(options.agreeingLookups ?? 2, 'resolution.agreeingLookups', 2)
  const mayProbe = usesNoops(options)
  const { account, clock, nonces, orders, transport, emitter } = parts
  const cases = new Map<ClientOrderId, Case>()

  function open(id: ClientOrderId, { expiresAfter, proof }: Pick<Case, 'expiresAfter' | 'proof'>): void {
    const dueAt = clock.monotonic() + firstDelayMs
    cases.set(id, { expiresAfter, proof, attempts: 0, absences: 0, dueAt, delayMs: firstDelayMs, isAsking: false })
    alarm.setBy(dueAt)
  }

  async function resolve(record: OrderRecord, item: Case): Promise<void> {
    item.isAsking = true
    item.attempts += 1
    const isClosed = (await lookUp(record, item)) || (await probe(record, item))
    item.isAsking = false
    if (isClosed || isTerminal(record.status)) {
      cases.delete(record.request.clientOrderId)
      return
    }
    item.delayMs = Math.min(maxDelayMs, item.delayMs * 2)
    item.dueAt = clock.monotonic() + item.delayMs
    alarm.setBy(item.dueAt)
  }

  /** Whether that settled the matter. */
  async function lookUp(record: OrderRecord, item: Case): Promise<boolean> {
    const id = record.request.clientOrderId
    const askedAt = nonces.serverTime(clock.now())
    const reference = record.isExternal && record.orderId !== undefined ? record.orderId : id
    const answer = await ask(orderStatusRequest(account, reference)).then(parseOrderStatus, () => 'unanswered' as const)
    if (isTerminal(record.status)) return true
    if (answer === 'unanswered') {
      tell(record, item, 'lookup', answer)
      return false
    }
    if (answer === undefined || (answer.found !== 'absent' && !isAbout(record, answer.found))) {
      emitter.emit('malformed', { source: 'orderStatus', count: 1 })
      tell(record, item, 'lookup', 'unreadable')
      return false
    }
    if (answer.found !== 'absent') {
      evidence.orderStatus(id, answer.found)
      // Found alive although its cancel was answered: the cancel came too early, or was lost.
      if (record.status === 'pendingCancel') evidence.apply(id, 'cancelRejected')
      tell(record, item, 'lookup', 'found')
      return true
    }
    if (askedAt > item.expiresAfter + expiryMarginMs) item.absences += 1
    const isProven = item.absences >= agreeingLookups && provenAbsent(record)
    tell(record, item, item.absences > 0 ? 'expiry' : 'lookup', 'absent')
    return isProven
  }

  function tell({ request, status }: OrderRecord, { attempts }: Case, step: ResolutionStep, finding: Finding): void {
    const { clientOrderId, market } = request
    emitter.emit('resolution', { clientOrderId, market: market.name, attempt: attempts, step, finding, status })
  }

  /** Whether that settled the matter. */
  async function probe(record: OrderRecord, item: Case): Promise<boolean> {
    if (!mayProbe || item.proof === undefined || record.status !== 'unknown') return false
    const verdict = await nonceProbe.probe(item.proof.nonce, item.proof.signer)
    if (verdict !== 'undecided') item.proof = undefined
    const isProven = verdict === 'unused' && provenAbsent(record)
    tell(record, item, 'noop', verdict)
    return isProven
  }

  /** The world may have spoken while we asked; then its word counts. */
  function provenAbsent(record: OrderRecord): boolean {
    if (record.status !== 'unknown') return false
    evidence.apply(record.request.clientOrderId, 'provenAbsent', { isSizeFinal: true })
    return true
  }

  return {
    watch(id) {
      const record = orders.get(id)
      if (record?.status !== 'unknown') return
      open(id, { expiresAfter: record.sent?.expiresAfter ?? Number.POSITIVE_INFINITY, proof: record.sent })
    },
    check(id) {
      const record = orders.get(id)
      if (record === undefined || isTerminal(record.status) || cases.has(id)) return
      open(id, { expiresAfter: Number.POSITIVE_INFINITY, proof: undefined })
    },
    tick(now) {
      for (const [id, item] of cases) {
        const record = orders.get(id)
        if (record === undefined || isTerminal(record.status)) cases.delete(id)
        else if (item.dueAt > now || item.isAsking || !takesExits(transport.state)) {
          alarm.setBy(Math.max(item.dueAt, now + firstDelayMs))
        } else void resolve(record, item)
      }
    },
  }
}

/** An answer about some other order proves nothing about ours. */
function isAbout({ request, orderId, isExternal }: OrderRecord, found: OrderUpdate): boolean {
  const named = found.clientOrderId ?? request.clientOrderId
  const isSameId = isExternal ? found.orderId === orderId : named === request.clientOrderId
  return isSameId && found.market === request.market.name && found.side === request.side
}
