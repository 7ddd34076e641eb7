/**
 * From a fresh connection to one set of books with the venue.
 *
 * Feeds are confirmed first and the account is read after, so that nothing can fall between the two. What happened while
 * the connection was down is learnt from the snapshot and from looking up every order that should be open and is not.
 * New orders wait until all of it is done; an answer that cannot be read in full leaves them waiting.
 */
import { ExecutorError } from '../errors.js'
import type { ClientOrderId } from '../model/ids.js'
import type { Ask, AskOptions } from '../ports.js'
import {
  clearinghouseStateRequest,
  exchangeStatusRequest,
  openOrdersRequest,
  parseClearinghouseState,
  parseExchangeTime,
  parseOpenOrders,
  userFillsRequest,
} from '../wire/info.js'
import type { Evidence } from './evidence.js'
import type { Parts } from './parts.js'
import type { Resolver } from './resolver.js'

export type Synchronise = {
  /** Measures the venue's clock against ours. */
  clock(options?: AskOptions): Promise<void>
  /** Reads the newest fills of the account; those we know already change nothing. Answers whether they could be read. */
  fills(): Promise<boolean>
  /** Reads positions and open orders of every dex. @throws {ExecutorError} when an answer is missing or cannot be read */
  account(dexes: readonly string[], options?: AskOptions): Promise<void>
}

type SynchroniseParts = Pick<Parts, 'account' | 'clock' | 'nonces' | 'readiness' | 'positions' | 'orders' | 'logger'>

export function createSynchronise(
  parts: SynchroniseParts,
  ask: Ask,
  evidence: Evidence,
  resolver: Resolver,
): Synchronise {
  const { account, clock, nonces, readiness, positions, orders, logger } = parts

  async function readDex(dex: string, options?: AskOptions): Promise<ReadonlySet<ClientOrderId | number>> {
    // Orders first: one that fills between the two answers is then missing from neither.
    const open = parseOpenOrders(await ask(openOrdersRequest(account, dex), options))
    const state = parseClearinghouseState(await ask(clearinghouseStateRequest(account, dex), options))
    if (open === undefined) throw new ExecutorError('MALFORMED_ANSWER', `open orders of dex "${dex}" cannot be read`)
    if (state === undefined) throw new ExecutorError('MALFORMED_ANSWER', `positions of dex "${dex}" cannot be read`)
    positions.load(dex, state.positions, state.time)
    const seen = new Set<ClientOrderId | number>()
    for (const order of open) {
      evidence.adopt(order)
      seen.add(order.orderId)
      if (order.clientOrderId !== undefined) seen.add(order.clientOrderId)
    }
    return seen
  }

  return {
    async clock(options) {
      const askedAt = clock.monotonic()
      const time = parseExchangeTime(await ask(exchangeStatusRequest(), options))
      if (time === undefined) throw new ExecutorError('MALFORMED_ANSWER', 'exchangeStatus: no time in the answer')
      // The venue read its clock somewhere between question and answer.
      const halfTripMs = (clock.monotonic() - askedAt) / 2
      const drift = nonces.observe(Math.round(time + halfTripMs), clock.now())
      if (drift.level === 'refuse') readiness.unmet('clock', `our clock is ${drift.driftMs} ms ahead of the venue's`)
      else readiness.met('clock')
      if (drift.level !== 'ok') logger.warn('our clock and the venue’s drift apart', { driftMs: drift.driftMs })
    },
    async fills() {
      const fills = await ask(userFillsRequest(account)).catch(() => undefined)
      if (!Array.isArray(fills)) return false
      evidence.onUserFills({ fills })
      return true
    },
    async account(dexes, options) {
      const before = [...orders.open()].filter(({ status }) => status !== 'pending' && status !== 'inFlight')
      for (const dex of dexes) {
        const seen = await readDex(dex, options)
        for (const { request, orderId } of before) {
          const isHere = seen.has(request.clientOrderId) || (orderId !== undefined && seen.has(orderId))
          if (request.market.dex === dex && !isHere) resolver.check(request.clientOrderId)
        }
      }
    },
  }
}
