/**
 * The gates every order passes, in one list.
 *
 * The same array runs them, describes them and is the documentation: there is no second place where their order is
 * written down. Only `evaluate` can make an `Approved`, and only an `Approved` can be queued. Everything happens in one
 * synchronous step, so no order can slip in between a check and the claim that follows it; what an earlier gate took is
 * given back when a later one denies.
 */
import type { Decimal } from '../model/decimal.js'
import { max } from '../model/decimal.js'
import { floorSize, MIN_ORDER_VALUE } from '../model/market.js'
import type { OrderRequest } from '../model/order.js'
import type { DeniedReason } from '../model/reasons.js'
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
  | { readonly answer: 'pass'; readonly release?: () => void }
  /** Goes on with a smaller size; when what is left of it is not worth an order, denies instead. */
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
      const releases: (() => void)[] = []
      let request = order
      for (const gate of gates) {
        const answer = ask(gate, request, context)
        if (answer.answer === 'pass') {
          if (answer.release !== undefined) releases.push(answer.release)
          continue
        }
        const size = answer.answer === 'resize' ? shrunk(request, answer.size) : undefined
        if (size !== undefined) {
          request = { ...request, size }
          continue
        }
        for (const release of releases) release()
        const { reason, limit, value } = answer.answer === 'resize' ? answer.orElse : answer
        return { denial: { gate: gate.id, reason, limit, value } }
      }
      return { approved: approve(request, releases) }
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

function approve(request: OrderRequest, releases: readonly (() => void)[]): Approved {
  let isHeld = true
  const order: Omit<Approved, typeof approved> = {
    request,
    release() {
      if (!isHeld) return
      isHeld = false
      for (const release of releases) release()
    },
  }
  return order as Approved
}

/** A gate that throws has not answered, and an unanswered question denies. */
function ask(gate: Gate, order: OrderRequest, context: GateContext): GateAnswer {
  try {
    const answer = gate.check(order, context)
    if (answer?.answer === 'pass' || answer?.answer === 'resize' || answer?.answer === 'deny') return answer
    return deny('GATE_FAILED', 'an answer', 'none')
  } catch (error) {
    return deny('GATE_FAILED', 'an answer', error instanceof Error ? error.message : 'an exception')
  }
}

/** A smaller legal size that is still worth sending, or `undefined`. A gate can never make an order larger. */
function shrunk(request: OrderRequest, size: Decimal): Decimal | undefined {
  const floored = floorSize(size, request.market.szDecimals)
  if (floored.gt(request.size)) return request.size
  return floored.gt(0) && floored.times(request.price).gte(MIN_ORDER_VALUE) ? floored : undefined
}
