/**
 * The gates every order passes, in one list.
 *
 * The same array runs them, describes them and is the documentation: there is no second place where their order is
 * written down. Only `evaluate` can make an `Approved`, and only an `Approved` can be queued. Everything happens in one
 * synchronous step, so no order can slip in between a check and the claim that follows it; what an earlier gate took is
 * given back when a later one denies.
 */
import { type Decimal, max, min } from '../model/decimal.js'
import { floorSize, MIN_ORDER_VALUE } from '../model/market.js'
import type { OrderRequest } from '../model/order.js'
import { DENIED_REASONS, type DeniedReason } from '../model/reasons.js'
import type { ActionBudget } from './action-budget.js'
import type { ExposureView } from './exposure.js'
import type { HardStop } from './hard-stop.js'
import type { MarketData } from './market-data.js'
import type { Readiness } from './readiness.js'

declare const approved: unique symbol

/** An order that passed every gate. Nothing else can be queued. */
export type Approved = {
  readonly [approved]: true
  readonly request: OrderRequest
  /** Tells the gates that the order is on its way; what they took for it is spent. Idempotent. @param now monotonic ms */
  written(now: number): void
  /** Gives back what the gates took for it, for an order that was never sent. Idempotent. */
  release(): void
}

/** What a gate may look at. */
export type GateContext = {
  /** Monotonic ms. */
  readonly now: number
  readonly hardStop: Pick<HardStop, 'state'>
  readonly readiness: Pick<Readiness, 'state'>
  readonly exposure: ExposureView
  readonly marketData: MarketData
  readonly budget: ActionBudget
}

export type GateDenial = { readonly reason: DeniedReason; readonly limit: string; readonly value: string }

export type GateAnswer =
  /**
   * What the gate took for the order is given back by `release`, or spent: `written` is called right after the order went to
   * the socket. One of the two is called, once.
   */
  | { readonly answer: 'pass'; readonly release?: () => void; readonly written?: (now: number) => void }
  /** Goes on with a smaller size, floored to the lot; when what is left is not worth an order, denies instead. */
  | { readonly answer: 'resize'; readonly size: Decimal; readonly orElse: GateDenial }
  | ({ readonly answer: 'deny' } & GateDenial)

/** One check. Synchronous by type: an answer that comes later is an answer about another world. */
export type Gate = {
  /** Place in the documented order, such as `3`. */
  readonly step: string
  readonly id: string
  /** What it holds orders to, with its numbers, for people. */
  readonly rule: string
  check(order: OrderRequest, context: GateContext): GateAnswer
}

export type GateDescription = Pick<Gate, 'step' | 'id' | 'rule'>

export type Denial = GateDenial & {
  /** The gate that denied. */
  readonly gate: string
}

export type Verdict = { readonly approved: Approved } | { readonly denial: Denial }

export type RiskGates = {
  /** Judges an order. Reduce-only orders pass without being asked: getting out is never blocked. */
  evaluate(order: OrderRequest, now: number): Verdict
  /** The gates as they are run, in their order. */
  describe(): readonly GateDescription[]
}

export const PASS: GateAnswer = { answer: 'pass' }

export function deny(reason: DeniedReason, limit: string, value: string): GateAnswer {
  return { answer: 'deny', reason, limit, value }
}

/** The answer of a check that needs a mark where there is none, or only an old one. */
export function denyWithoutMark(market: string, { maxMarkAgeMs }: Pick<MarketData, 'maxMarkAgeMs'>): GateAnswer {
  return deny('MARKET_DATA_UNAVAILABLE', `a mark of at most ${maxMarkAgeMs} ms`, `none for ${market}`)
}

/** @throws {RangeError} when two gates have the same id */
export function createRiskGates(gates: readonly Gate[], view: Omit<GateContext, 'now'>): RiskGates {
  const ids = new Set<string>()
  for (const { id } of gates) {
    if (ids.has(id)) throw new RangeError(`gates: ${id} is listed twice`)
    ids.add(id)
  }

  return {
    evaluate(order, now) {
      if (order.reduceOnly) return { approved: approve(order, []) }
      const context: GateContext = { ...view, now }
      const taken: Taken[] = []
      let request = order
      for (const gate of gates) {
        const answer = ask(gate, request, context)
        if (answer.answer === 'deny') {
          giveBack(taken)
          const { reason, limit, value } = answer
          return { denial: { gate: gate.id, reason, limit, value } }
        }
        if (answer.answer === 'resize') request = { ...request, size: answer.size }
        else taken.push(answer)
      }
      return { approved: approve(request, taken) }
    },
    describe: () => gates.map(({ step, id, rule }) => ({ step, id, rule })),
  }
}

/** The older order lives on with the newer price and the larger size; what was taken for the newer one is given back. */
export function supersede(older: Approved, newer: Approved): Approved {
  newer.release()
  const size = max(older.request.size, newer.request.size)
  const request = { ...older.request, price: newer.request.price, size }
  return { ...older, request }
}

type Taken = Omit<Extract<GateAnswer, { answer: 'pass' }>, 'answer'>

function approve(request: OrderRequest, taken: readonly Taken[]): Approved {
  let isHeld = true
  const order: Omit<Approved, typeof approved> = {
    request,
    written(now) {
      if (!isHeld) return
      isHeld = false
      each(taken, ({ written }) => written?.(now))
    },
    release() {
      if (!isHeld) return
      isHeld = false
      giveBack(taken)
    },
  }
  return order as Approved
}

const giveBack = (taken: readonly Taken[]): void => each(taken, ({ release }) => release?.())

/** A gate of the host that fails to take back its own must not keep the others from taking back theirs. */
function each(taken: readonly Taken[], tell: (one: Taken) => void): void {
  for (const one of taken) {
    try {
      tell(one)
    } catch {}
  }
}

/** What a gate says, made sure of. One that throws or talks nonsense has not answered, and an unanswered question denies. */
function ask(gate: Gate, order: OrderRequest, context: GateContext): GateAnswer {
  try {
    const answer = gate.check(order, context)
    if (answer?.answer === 'pass' && isCallable(answer.release) && isCallable(answer.written)) return answer
    if (answer?.answer === 'deny' && isExplained(answer)) return answer
    if (answer?.answer === 'resize' && isExplained(answer.orElse)) return resized(order, answer.size, answer.orElse)
    return deny('GATE_FAILED', 'an answer', 'none')
  } catch (error) {
    return deny('GATE_FAILED', 'an answer', error instanceof Error ? error.message : 'an exception')
  }
}

const isCallable = (hook: unknown): boolean => hook === undefined || typeof hook === 'function'

function isExplained({ reason, limit, value }: GateDenial): boolean {
  return Object.hasOwn(DENIED_REASONS, reason) && typeof limit === 'string' && typeof value === 'string'
}

/** The legal size below, if it is still worth sending. A gate can never make an order larger. */
function resized({ market, size, price }: OrderRequest, wanted: Decimal, orElse: GateDenial): GateAnswer {
  const legal = min(floorSize(wanted, market.szDecimals), size)
  if (legal.times(price).gte(MIN_ORDER_VALUE)) return { answer: 'resize', size: legal, orElse }
  return { answer: 'deny', ...orElse }
}
