/**
 * One reading of the account: fills, open orders and positions, and where they differ from what we hold.
 *
 * Fills come first, so that what has traded is booked before anything is compared, and orders before positions, so that
 * one that fills in between is missing from neither. What a reading proves (a fill, an order that lives) is taken over;
 * what it only suggests is handed back.
 */
import type { PositionReading } from '../control/position-ledger.js'
import { type Difference, orderSuspicions, positionSuspicion, type Suspicion } from '../control/reconcile.js'
import type { VenueTime } from '../control/venue-time.js'
import { ExecutorError } from '../errors.js'
import type { OrderStatus } from '../model/order.js'
import type { Ask, AskOptions } from '../ports.js'
import {
  type ClearinghouseState,
  clearinghouseStateRequest,
  exchangeStatusRequest,
  openOrdersRequest,
  parseClearinghouseState,
  parseExchangeTime,
  parseOpenOrders,
} from '../wire/info.js'
import type { Balances } from './balances.js'
import type { Evidence } from './evidence.js'
import type { Fills } from './fills.js'
import type { Parts } from './parts.js'
import type { Resolver } from './resolver.js'

export type Reading = {
  readonly suspicions: readonly Suspicion[]
  /** Fills that the venue has forgotten. */
  readonly hole: Difference | undefined
  /** What the venue holds, by dex. */
  readonly positions: ReadonlyMap<string, { readonly positions: readonly PositionReading[]; readonly time: number }>
}

export type Synchronise = {
  /** Measures the venue's clock against ours. */
  clock(options?: AskOptions): Promise<void>
  /** @throws {ExecutorError} when an answer is missing or cannot be read */
  read(dexes: readonly string[]): Promise<Reading>
}

/** Answered, cancelled or not. An unknown order has its own resolution, and one in flight is not on the book yet. */
const ALIVE: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set(['working', 'partiallyFilled', 'pendingCancel'])
/** How often positions are asked for when the answer is older than what we hold. */
const STALE_TRIES = 3

export type SynchroniseParts = {
  readonly parts: Pick<
    Parts,
    'account' | 'clock' | 'nonces' | 'readiness' | 'positions' | 'orders' | 'logger' | 'externalOrders'
  >
  readonly venueTime: Pick<VenueTime, 'observe'>
  readonly ask: Ask
  readonly evidence: Pick<Evidence, 'listed'>
  readonly resolver: Pick<Resolver, 'check'>
  readonly fills: Pick<Fills, 'read'>
  readonly balances: Balances
}

export function createSynchronise(wiring: SynchroniseParts): Synchronise {
  const { parts, venueTime, ask, evidence, resolver, fills, balances } = wiring
  const { account, clock, nonces, readiness, positions, orders, logger, externalOrders } = parts

  async function readOrders(dex: string): Promise<readonly Suspicion[]> {
    const alive = [...orders.open()].filter(({ status, request }) => ALIVE.has(status) && request.market.dex === dex)
    const listed = parseOpenOrders(await ask(openOrdersRequest(account, dex)))
    if (listed === undefined) throw new ExecutorError('MALFORMED_ANSWER', `open orders of dex "${dex}" cannot be read`)
    for (const order of listed) evidence.listed(order)
    const found = orderSuspicions(orders, alive, listed, externalOrders === 'cancel')
    for (const { kind, clientOrderId } of found) {
      if (kind === 'missing' && clientOrderId !== undefined) resolver.check(clientOrderId)
    }
    return found
  }

  async function readState(dex: string): Promise<ClearinghouseState> {
    const state = parseClearinghouseState(await ask(clearinghouseStateRequest(account, dex)))
    if (state === undefined) throw new ExecutorError('MALFORMED_ANSWER', `positions of dex "${dex}" cannot be read`)
    return state
  }

  async function readPositions(
    dex: string,
  ): Promise<{ readonly state: ClearinghouseState; readonly found: readonly Suspicion[] }> {
    for (let tries = 0; tries < STALE_TRIES; tries++) {
      let state = await readState(dex)
      if (positions.compare(dex, state.positions, state.time) === 'unknown') {
        // There is nothing to compare it with but a second answer: the venue has been seen to answer with nothing.
        positions.load(dex, state.positions, state.time)
        state = await readState(dex)
      }
      const first = positions.compare(dex, state.positions, state.time)
      if (first === 'stale' || first === 'unknown') continue
      // A fill that the feed has not told of yet explains a difference.
      if (first.length > 0) await fills.read()
      const left = first.length > 0 ? positions.compare(dex, state.positions, state.time) : first
      if (left === 'stale' || left === 'unknown') continue
      return { state, found: left.map(positionSuspicion) }
    }
    throw new ExecutorError('NO_ANSWER', `positions of dex "${dex}": the venue's answers are older than what we hold`)
  }

  return {
    async clock(options) {
      const askedAt = clock.monotonic()
      const time = parseExchangeTime(await ask(exchangeStatusRequest(), options))
      if (time === undefined) throw new ExecutorError('MALFORMED_ANSWER', 'exchangeStatus: no time in the answer')
      // The venue read its clock somewhere between question and answer.
      const halfTripMs = (clock.monotonic() - askedAt) / 2
      venueTime.observe(time + halfTripMs, clock.monotonic())
      const drift = nonces.observe(Math.round(time + halfTripMs), clock.now())
      if (drift.level === 'refuse') readiness.unmet('clock', `our clock is ${drift.driftMs} ms ahead of the venue's`)
      else readiness.met('clock')
      if (drift.level !== 'ok') logger.warn('our clock and the venue’s drift apart', { driftMs: drift.driftMs })
    },
    async read(dexes) {
      const hole = await fills.read()
      const suspicions: Suspicion[] = []
      const held = new Map<string, ClearinghouseState>()
      for (const dex of dexes) {
        const suspected = await readOrders(dex)
        const { state, found } = await readPositions(dex)
        held.set(dex, state)
        suspicions.push(...suspected, ...found)
      }
      await balances.take(held)
      return { suspicions: suspicions.filter(isStill), hole, positions: held }
    },
  }

  /** The world goes on while we read: an order that was missing may have been told of since. */
  function isStill({ kind, clientOrderId }: Suspicion): boolean {
    const record = kind === 'missing' && clientOrderId !== undefined ? orders.get(clientOrderId) : undefined
    return kind !== 'missing' || (record !== undefined && ALIVE.has(record.status))
  }
}
