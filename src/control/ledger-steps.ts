/**
 * Everything that happens to the ledgers, as a list of steps that a journal can keep and that can be taken again.
 *
 * The ledgers have no clock and no chance in them, so the same steps lead to the same books: after a crash, and in the
 * test that is made of an incident. A step is written down as it stands; decimals become text, as JSON makes them.
 */
import { decimal } from '../model/decimal.js'
import type { ClientOrderId } from '../model/ids.js'
import type { Market } from '../model/market.js'
import type { OrderEvent, OrderRequest } from '../model/order.js'
import type { HardStopState } from './hard-stop.js'
import type { MarketHalt } from './market-halts.js'
import type { BookedFill, Change, Evidence, OrderLedger, OrderRecord, RegisterOptions, SentAs } from './order-ledger.js'
import type { PositionFill } from './position.js'
import type { FillResult, PositionLedger, PositionReading, PositionSnapshot } from './position-ledger.js'
import type { StandDownEnd } from './stand-down.js'

export type LedgerStep =
  | { readonly kind: 'order'; readonly request: OrderRequest; readonly options?: RegisterOptions | undefined }
  /** Before it leaves: from here on the venue may have it. */
  | { readonly kind: 'sent'; readonly orders: readonly ClientOrderId[]; readonly as: SentAs }
  | {
      readonly kind: 'event'
      readonly id: ClientOrderId
      readonly event: OrderEvent
      readonly evidence?: Evidence | undefined
    }
  | { readonly kind: 'amended'; readonly request: OrderRequest }
  | { readonly kind: 'cancelWish'; readonly id: ClientOrderId; readonly isWanted: boolean }
  | { readonly kind: 'forgotten'; readonly id: ClientOrderId }
  | { readonly kind: 'fill'; readonly fill: LedgerFill; readonly order?: ClientOrderId | undefined }
  | {
      readonly kind: 'positions'
      readonly dex: string
      readonly positions: readonly PositionReading[]
      readonly time: number
    }
  /** With a reset everything that the stop had set going is over. */
  | { readonly kind: 'hardStop'; readonly state: HardStopState }
  /** What the kill switch has set going has come to its end. */
  | { readonly kind: 'standDown'; readonly end: StandDownEnd }
  /** Every market that is halted from here on. */
  | { readonly kind: 'halts'; readonly halts: readonly MarketHalt[] }
  /** What the markets are from here on, as far as new orders are concerned. */
  | { readonly kind: 'markets'; readonly markets: readonly Market[] }
  /** What a checkpoint is made of, beside the state of the kill switch. */
  | { readonly kind: 'knownOrder'; readonly record: OrderRecord }
  | { readonly kind: 'knownPositions'; readonly snapshot: PositionSnapshot }
  | { readonly kind: 'nonce'; readonly highest: number }

/** The ledger, telling of every step taken. */
export function recordOrders(orders: OrderLedger, note: (step: LedgerStep) => void): OrderLedger {
  return {
    ...orders,
    register(request, options) {
      const record = orders.register(request, options)
      note({ kind: 'order', request, options })
      return record
    },
    apply(id, event, evidence) {
      const change = orders.apply(id, event, evidence)
      if (change !== undefined) note({ kind: 'event', id, event, evidence })
      return change
    },
    amend(request) {
      orders.amend(request)
      note({ kind: 'amended', request })
    },
    requestCancel(id, isWanted) {
      orders.requestCancel(id, isWanted)
      note({ kind: 'cancelWish', id, isWanted })
    },
    forget(id) {
      orders.forget(id)
      note({ kind: 'forgotten', id })
    },
  }
}

/** The ledger, telling of every step taken. */
export function recordPositions(positions: PositionLedger, note: (step: LedgerStep) => void): PositionLedger {
  return {
    ...positions,
    load(dex, snapshot, time) {
      positions.load(dex, snapshot, time)
      note({ kind: 'positions', dex, positions: snapshot, time })
    },
  }
}

/** A fill as both ledgers take it. */
export type LedgerFill = PositionFill & BookedFill

/** What a fill did to the position, and to its order if that is one we know. */
export type Booked = { readonly position: FillResult; readonly order: Change | undefined }

/**
 * Books a fill in both ledgers, as one step: a crash between two would leave a fill that is known, and so never told again,
 * and missing on its order.
 */
export function bookFill(
  { orders, positions }: Pick<Books, 'orders' | 'positions'>,
  fill: LedgerFill,
  order: ClientOrderId | undefined,
  note: (step: LedgerStep) => void,
): Booked {
  const position = positions.apply(fill)
  if (position.status === 'duplicate') return { position, order: undefined }
  const change = order === undefined ? undefined : orders.bookFill(order, fill)
  note({ kind: 'fill', fill, order })
  return { position, order: change }
}

/** The shortest list of steps that leads to where these ledgers stand. */
export function* checkpointOf(books: Books): Generator<LedgerStep> {
  yield { kind: 'hardStop', state: books.hardStop }
  if (books.standDown !== undefined) yield { kind: 'standDown', end: books.standDown }
  if (books.halts.length > 0) yield { kind: 'halts', halts: books.halts }
  if (books.markets.length > 0) yield { kind: 'markets', markets: books.markets }
  yield { kind: 'nonce', highest: books.highestNonce }
  yield { kind: 'knownPositions', snapshot: books.positions.snapshot() }
  for (const record of books.orders.all()) yield { kind: 'knownOrder', record }
}

/** What steps lead to. */
export type Books = {
  readonly orders: OrderLedger
  readonly positions: PositionLedger
  hardStop: HardStopState
  standDown: StandDownEnd | undefined
  halts: readonly MarketHalt[]
  markets: readonly Market[]
  highestNonce: number
}

/** Takes one step again. @throws {Error} when it does not fit what came before it */
export function retake(books: Books, step: LedgerStep): void {
  const { orders, positions } = books
  switch (step.kind) {
    case 'order':
      orders.register(step.request, step.options)
      break
    case 'sent':
      orders.sent(step.orders, step.as)
      books.highestNonce = Math.max(books.highestNonce, step.as.nonce)
      break
    case 'event':
      orders.apply(step.id, step.event, step.evidence)
      break
    case 'amended':
      orders.amend(step.request)
      break
    case 'cancelWish':
      orders.requestCancel(step.id, step.isWanted)
      break
    case 'forgotten':
      orders.forget(step.id)
      break
    case 'fill':
      bookFill(books, step.fill, step.order, () => {})
      break
    case 'positions':
      positions.load(step.dex, step.positions, step.time)
      break
    case 'hardStop':
      books.hardStop = step.state
      if (!step.state.triggered) books.standDown = undefined
      break
    case 'standDown':
      books.standDown = step.end
      break
    case 'halts':
      books.halts = step.halts
      break
    case 'markets':
      books.markets = step.markets
      break
    case 'knownOrder':
      orders.restore(step.record)
      break
    case 'knownPositions':
      positions.restore(step.snapshot)
      break
    case 'nonce':
      books.highestNonce = Math.max(books.highestNonce, step.highest)
      break
    default:
      throw new RangeError(`kind: there is no step ${JSON.stringify((step as { kind?: unknown }).kind)}`)
  }
}

const DECIMALS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...['size', 'price', 'fee', 'fees', 'filledSize', 'filledBefore', 'bookedSize', 'bookedValue'],
  ...['averagePrice', 'reportedAverage', 'markPrice', 'startPosition', 'entryPrice', 'closedPnl'],
])

/** A step as JSON kept it, with its decimals back. @throws {Error} when one of them is no decimal */
export function readStep(record: { readonly kind: string }): LedgerStep {
  return revive(record) as LedgerStep
}

function revive(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return DECIMALS.has(key) ? decimal(value, key) : value
  // A strategy may call its tags what it likes.
  if (typeof value !== 'object' || value === null || key === 'tags') return value
  if (Array.isArray(value)) return value.map((entry) => revive(entry))
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, revive(entry, name)]))
}
