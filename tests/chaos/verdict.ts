/** Holds what a bot was told of its orders against the exchange's own record of them. */
import type { ClientOrderId, Decimal, Outcome } from 'hip3-executor'
import type { RecordedFill, RecordedOrder } from 'hip3-executor/testing'
import { decimal, ZERO } from '../../src/model/decimal.js'

export type ViolationKind =
  /** Told to be dead or never sent, and it is or was on the exchange; or told to have been there, and it never was. */
  | 'lost'
  /** One intent, or one client order id, executed more than once; or an order nobody asked for. */
  | 'doubled'
  /** A promise that was not kept. */
  | 'unsettled'
  /** Another status, size or price than the record's. */
  | 'wrongOutcome'
  | 'position'
  | 'openOrders'
  /** Requests or queued entries after everything is over. */
  | 'inFlight'
  /** What the gates count for orders that are no more. */
  | 'claims'
  | 'timers'
  /** Replayed, the journal leads elsewhere. */
  | 'journal'

export type Violation = { readonly kind: ViolationKind; readonly subject: string; readonly detail: string }

/** What a bot was told of one order. */
export type Told = {
  readonly id: ClientOrderId
  /** None: nothing was told. */
  readonly outcomes: readonly Pick<Outcome, 'status' | 'size' | 'filledSize' | 'averagePrice'>[]
  /** An executor started later had never heard of it. */
  readonly isForgotten: boolean
}

export type Record = { readonly orders: readonly RecordedOrder[]; readonly fills: readonly RecordedFill[] }

type Truth = { readonly orders: readonly RecordedOrder[]; readonly filled: Decimal; readonly value: Decimal }

/** @param isOurs tells the orders of this bot from those that others placed for the account */
export function judge(told: Iterable<Told>, record: Record, isOurs: (order: RecordedOrder) => boolean): Violation[] {
  const truths = truthsOf(record)
  const violations: Violation[] = []
  const asked = new Set<string>()
  for (const one of told) {
    asked.add(one.id)
    violations.push(...judgeOne(one, truths.get(one.id)))
  }
  for (const order of record.orders) {
    if (isOurs(order) && !asked.has(order.cloid ?? '')) {
      violations.push({ kind: 'doubled', subject: order.cloid ?? String(order.oid), detail: 'nobody asked for it' })
    }
  }
  return violations
}

function truthsOf({ orders, fills }: Record): ReadonlyMap<string, Truth> {
  const truths = new Map<string, { orders: RecordedOrder[]; filled: Decimal; value: Decimal }>()
  for (const order of orders) {
    if (order.cloid === null) continue
    const truth = truths.get(order.cloid)
    if (truth === undefined) truths.set(order.cloid, { orders: [order], filled: ZERO, value: ZERO })
    else truth.orders.push(order)
  }
  for (const { cloid, size, price } of fills) {
    const truth = truths.get(cloid ?? '')
    if (truth === undefined) continue
    const amount = decimal(size, 'size')
    truth.filled = truth.filled.plus(amount)
    truth.value = truth.value.plus(amount.times(price))
  }
  return truths
}

function* judgeOne({ id, outcomes, isForgotten }: Told, truth: Truth | undefined): Generator<Violation> {
  if (truth !== undefined && truth.orders.length > 1) {
    const detail = truth.orders.map(({ oid, status, filled }) => `${oid} ${status}, filled ${filled}`).join('; ')
    yield { kind: 'doubled', subject: id, detail: `on the exchange ${truth.orders.length} times: ${detail}` }
  }
  if ((outcomes.at(-1)?.status ?? 'unknown') === 'unknown') {
    if (!isForgotten) yield { kind: 'unsettled', subject: id, detail: `no outcome; ${describe(truth)}` }
    else if (truth !== undefined)
      yield { kind: 'lost', subject: id, detail: `forgotten by a restart; ${describe(truth)}` }
  }
  for (const outcome of outcomes) if (outcome.status !== 'unknown') yield* compare(id, outcome, truth)
}

function* compare(
  id: ClientOrderId,
  outcome: Told['outcomes'][number],
  truth: Truth | undefined,
): Generator<Violation> {
  const said = `told ${outcome.status}, filled ${outcome.filledSize.toFixed()}`
  const order = truth?.orders.at(-1)
  // A reduce-only order larger than the position is cut to it, and to the exchange the rest was never there.
  const isCut = order?.status === 'filled' && outcome.size.gt(order.size)
  const status = isCut && outcome.status === 'canceled' ? 'canceled' : order?.status
  const expected = STATUSES[outcome.status]
  if (!expected.test(status ?? 'absent')) {
    const isLost = status === undefined || /denied|expired|rejected/.test(outcome.status)
    yield { kind: isLost ? 'lost' : 'wrongOutcome', subject: id, detail: `${said}; ${describe(truth)}` }
    return
  }
  const filled = truth?.filled ?? ZERO
  if (!outcome.filledSize.eq(filled)) {
    yield { kind: 'wrongOutcome', subject: id, detail: `${said}; ${describe(truth)}` }
  } else if (outcome.averagePrice !== undefined && !isAverage(outcome.averagePrice, truth)) {
    const average = truth?.value.div(filled).toFixed()
    yield {
      kind: 'wrongOutcome',
      subject: id,
      detail: `told an average of ${outcome.averagePrice.toFixed()}; it is ${average}`,
    }
  }
}

/** Which of the record's words an outcome may stand for. */
const STATUSES: { readonly [S in Outcome['status']]: RegExp } = {
  filled: /^filled$/,
  canceled: /canceled$/i,
  rejected: /^absent$|rejected$/i,
  expired: /^absent$/,
  denied: /^absent$/,
  unknown: /./,
}

/** The venue rounds the averages that it tells to six decimals. */
const ROUNDING = '0.000001'

function isAverage(told: Decimal, truth: Truth | undefined): boolean {
  return truth?.filled.gt(ZERO) === true && told.minus(truth.value.div(truth.filled)).abs().lte(ROUNDING)
}

function describe(truth: Truth | undefined): string {
  const order = truth?.orders.at(-1)
  return order === undefined
    ? 'not on the exchange'
    : `on the exchange ${order.status}, filled ${truth?.filled.toFixed()}`
}
