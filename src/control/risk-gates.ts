/**
 * The gates every order passes, in one list.
 *
 * The same array runs them, describes them and is the documentation: there is no second place where their order is
 * written down. Only `evaluate` can make an `Approved`, and only an `Approved` can be queued. Everything happens in one
 * synchronous step, so no order can slip in between a check and the claim that follows it; what an earlier gate took is
 * given back when a later one denies, or when the order never leaves.
 */
import { type Decimal, max, min } from '../model/decimal.js'
import { floorSize, MIN_ORDER_VALUE } from '../model/market.js'
import { judgedAt, type OrderRequest } from '../model/order.js'
import { DENIED_REASONS, type DeniedReason } from '../model/reasons.js'
import type { AccountValues } from './account-values.js'
import type { ActionBudget } from './action-budget.js'
import type { ExposureView } from './exposure.js'
import type { HardStop } from './hard-stop.js'
import type { MarketData } from './market-data.js'
import type { MarketHalts } from './market-halts.js'
import type { Readiness } from './readiness.js'
import type { RoundTrip, RoundTripFill } from './round-trips.js'
import type { VenueLimits } from './venue-limits.js'

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
  /** Of the order's market, unless it is missing or too old. */
  readonly mark: Decimal | undefined
  /** What the order is worth at the worse of mark and limit price; nothing without a mark. */
  readonly notional: Decimal | undefined
  readonly hardStop: Pick<HardStop, 'state'>
  readonly halts: Pick<MarketHalts, 'get'>
  readonly readiness: Pick<Readiness, 'state' | 'missingIn'>
  readonly exposure: ExposureView
  readonly marketData: MarketData
  readonly budget: ActionBudget
  readonly venueLimits: Pick<VenueLimits, 'reserve'>
  readonly accountValues: Pick<AccountValues, 'get'>
  readonly listing: Listing
  /** Unix ms, in the venue's time. */
  readonly utcNow: () => number
}

/** What of it is the same for every order. */
export type GateView = Omit<GateContext, 'now' | 'mark' | 'notional'>

/** What the venue lists of the markets we trade. */
export type Listing = {
  /** How a market differs from what it was when it was loaded; nothing when it does not. */
  change(market: string): string | undefined
  /** In units of collateral; not every market has one. */
  openInterestCap(market: string): Decimal | undefined
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

export type GateDescription = {
  /** Place in the order, such as `3` or `1b`: by number, then by letter. What has no number comes last. */
  readonly step: string
  readonly id: string
  /** What it holds orders to, with its numbers, for people. */
  readonly rule: string
  /** It takes an order for a signal, and is not asked about quotes. Default: false. */
  readonly entriesOnly?: boolean | undefined
}

/** What a gate does. Synchronous by type: an answer that comes later is an answer about another world. */
export type GateWork = {
  check(order: OrderRequest, context: GateContext): GateAnswer
  /** Hears of every fill of the account, each once, before anybody else. @param now monotonic ms */
  onFill?(fill: RoundTripFill, now: number): void
  /** Hears of every position that was closed, after the fill that closed it. @param now monotonic ms */
  onClosed?(trip: RoundTrip, now: number): void
}

export type Need = 'bbo' | 'accountValue'

/** One check. A gate that remembers begins anew with every list it is put in, so no two executors share what it knows. */
export type Gate = GateDescription & {
  /** What it looks at beside mark and oracle: followed only when a gate of the list needs it. */
  readonly needs?: readonly Need[] | undefined
} & (GateWork | { readonly begin: () => GateWork })

export type Denial = GateDenial & {
  /** The gate that denied. */
  readonly gate: string
}

export type Verdict = { readonly approved: Approved } | { readonly denial: Denial }

/** A gate that passed the orders of a market denies one, or the other way round. Not told of every denial, but of each turn. */
export type GateTurn = { readonly gate: string; readonly market: string } & (
  | { readonly isOpen: true }
  | ({ readonly isOpen: false } & GateDenial)
)

export type RiskGates = Required<Pick<GateWork, 'onFill' | 'onClosed'>> & {
  /** Judges an order. Reduce-only orders pass without being asked: getting out is never blocked. */
  evaluate(order: OrderRequest, now: number): Verdict
  /** The gates as they are run, in their order. */
  describe(): readonly GateDescription[]
  /** What any of them needs. */
  readonly needs: ReadonlySet<Need>
}

export const PASS: GateAnswer = { answer: 'pass' }

export function deny(reason: DeniedReason, limit: string, value: string): GateAnswer {
  return { answer: 'deny', reason, limit, value }
}

/** The answer of a check that needs a mark where there is none, or only an old one. */
export function denyWithoutMark(market: string, { maxMarkAgeMs }: Pick<MarketData, 'maxMarkAgeMs'>): GateAnswer {
  return deny('MARKET_DATA_UNAVAILABLE', `a mark of at most ${maxMarkAgeMs} ms`, `none for ${market}`)
}

/**
 * @param onTurn told in the middle of a judgement: it must not submit
 * @throws {RangeError} when two gates have the same id
 */
export function createRiskGates(
  gates: readonly Gate[],
  view: GateView,
  onTurn: (turn: GateTurn) => void = () => {},
): RiskGates {
  const ids = new Set<string>()
  for (const { id } of gates) {
    if (ids.has(id)) throw new RangeError(`gates: ${id} is listed twice`)
    ids.add(id)
  }
  const ordered = [...gates].sort((a, b) => comparePlaces(placeOf(a), placeOf(b)))
  const running = ordered.map(run)
  /** By market, the gates that denied the last order they were asked about. */
  const closed = new Map<string, Set<RunningGate>>()

  function close(gate: RunningGate, market: string, denial: GateDenial): void {
    const ofMarket = closed.get(market) ?? new Set()
    if (ofMarket.has(gate)) return
    closed.set(market, ofMarket.add(gate))
    onTurn({ gate: gate.id, market, isOpen: false, ...denial })
  }

  function reopen(gate: RunningGate, market: string, ofMarket: Set<RunningGate>): void {
    if (ofMarket.delete(gate)) onTurn({ gate: gate.id, market, isOpen: true })
  }

  /** A gate that could not take in what happened has an old world before it: from now on it denies. */
  function tell(hear: (work: GateWork) => void): void {
    for (const gate of running) {
      try {
        hear(gate.work)
      } catch {
        gate.work = BROKEN
      }
    }
  }

  return {
    evaluate(order, now) {
      if (order.reduceOnly) return { approved: approve(order, []) }
      const market = order.market.name
      const mark = view.marketData.mark(market, now)
      const closedHere = closed.get(market)
      const taken: Taken[] = []
      let request = mark === undefined ? order : judgedAt(order, mark)
      let context = contextOf(view, now, mark, request)
      for (const gate of running) {
        if (gate.entriesOnly && order.kind === 'quote') continue
        const answer = ask(gate, request, context)
        if (answer.answer === 'deny') {
          giveBack(taken)
          const { reason, limit, value } = answer
          close(gate, market, { reason, limit, value })
          return { denial: { gate: gate.id, reason, limit, value } }
        }
        if (closedHere !== undefined) reopen(gate, market, closedHere)
        if (answer === PASS) continue
        if (answer.answer === 'resize') {
          request = { ...request, size: answer.size }
          context = contextOf(view, now, mark, request)
        } else if (answer.release !== undefined || answer.written !== undefined) taken.push(answer)
      }
      return { approved: approve(request, taken) }
    },
    onFill: (fill, now) => tell((work) => work.onFill?.(fill, now)),
    onClosed: (trip, now) => tell((work) => work.onClosed?.(trip, now)),
    needs: new Set(gates.flatMap(({ needs }) => needs ?? [])),
    describe: () => ordered.map(({ step, id, rule, entriesOnly = false }) => ({ step, id, rule, entriesOnly })),
  }
}

type RunningGate = {
  readonly id: string
  readonly entriesOnly: boolean
  work: GateWork
}

const run = (gate: Gate): RunningGate => ({
  id: gate.id,
  entriesOnly: gate.entriesOnly === true,
  work: 'begin' in gate ? gate.begin() : gate,
})

/** Field by field: a spread that something is added to costs a hundred times as much, and every order is judged in one. */
const contextOf = (
  view: GateView,
  now: number,
  mark: Decimal | undefined,
  { size, price }: OrderRequest,
): GateContext => ({
  now,
  mark,
  notional: mark && size.times(max(mark, price)),
  hardStop: view.hardStop,
  halts: view.halts,
  readiness: view.readiness,
  exposure: view.exposure,
  marketData: view.marketData,
  budget: view.budget,
  venueLimits: view.venueLimits,
  accountValues: view.accountValues,
  listing: view.listing,
  utcNow: view.utcNow,
})

const BROKEN: GateWork = { check: () => deny('GATE_FAILED', 'a gate that hears of fills', 'it threw at one') }

type Place = readonly [number: number, letter: string]

function placeOf({ step }: GateDescription): Place {
  const [, number = 'Infinity', letter = ''] = /^(\d+)(.*)$/.exec(step) ?? []
  return [Number(number), letter]
}

function comparePlaces([a, x]: Place, [b, y]: Place): number {
  if (a !== b) return a < b ? -1 : 1
  return x === y ? 0 : x < y ? -1 : 1
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
function ask({ work }: RunningGate, order: OrderRequest, context: GateContext): GateAnswer {
  try {
    const answer = work.check(order, context)
    if (answer === PASS) return answer
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
