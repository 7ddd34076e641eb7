/** What the bot's strategies have in hand: the executor that lives at the moment, if one does, and the book of all orders. */
import type {
  ClientOrderId,
  Executor,
  FillEvent,
  Intent,
  OrderView,
  Position,
  Replacement,
  Submission,
} from 'hip3-executor'
import type { Book } from './book.js'
import type { ChaosVenue } from './venue.js'

export type Desk = Pick<ChaosVenue, 'markets' | 'price' | 'size'> & {
  readonly book: Book
  /** The id of the order when it was accepted. */
  submit(intent: Intent): ClientOrderId | undefined
  submitMany(intents: readonly Intent[]): void
  /** The id of the replacement when it was accepted. */
  modify(id: ClientOrderId, change: Replacement): ClientOrderId | undefined
  cancel(id: ClientOrderId | number): void
  cancelAll(market?: string): void
  order(id: ClientOrderId): OrderView | undefined
  openOrders(): readonly OrderView[]
  positions(): readonly Position[]
  /** Kept across restarts. */
  onFill(listener: (fill: FillEvent) => void): void
}

export type Strategy = { act(): void }

export type Promised = { readonly subject: string; readonly what: string }

export type DeskHandle = {
  readonly desk: Desk
  /** Promises of cancels and of first words that were not kept yet, by what they are about. */
  readonly unkept: readonly Promised[]
  open(executor: Executor): void
  /** Asks the executor about every order of which no earlier one has told the end, as a bot does after a restart. */
  askAgain(): void
  /** No executor: what is asked of the desk goes nowhere. */
  shut(): void
  /** What the executor that was there has promised beside outcomes is forgotten with it. */
  forget(): void
}

export function createDesk(venue: ChaosVenue, book: Book): DeskHandle {
  const listeners: ((fill: FillEvent) => void)[] = []
  let executor: Executor | undefined
  let unkept = new Map<Promise<unknown>, Promised>()

  function expect(promise: Promise<unknown>, about: Promised): void {
    const among = unkept
    among.set(promise, about)
    void promise.then(() => among.delete(promise))
  }

  function note(intent: Intent, submission: Submission, isReplacement = false): ClientOrderId | undefined {
    book.note(intent, submission, isReplacement)
    if (submission.status === 'denied') return undefined
    expect(submission.acknowledged, { subject: submission.clientOrderId, what: 'the first word' })
    return submission.clientOrderId
  }

  /** Asks the executor, and hears its answer unless the process dies while it is asked. */
  function ask<T>(question: (living: Executor) => T): T | undefined {
    const living = executor
    if (living === undefined) return undefined
    const answer = question(living)
    return executor === living ? answer : undefined
  }

  function submit(intent: Intent): ClientOrderId | undefined {
    const submission = ask((living) => living.submit(intent))
    return submission && note(intent, submission)
  }

  const desk: Desk = {
    markets: venue.markets,
    price: venue.price,
    size: venue.size,
    book,
    submit,
    submitMany(intents) {
      const submissions = ask((living) => living.submitMany(intents)) ?? []
      for (const [index, submission] of submissions.entries()) {
        const intent = intents[index]
        if (intent !== undefined) note(intent, submission)
      }
    },
    modify(id, change) {
      const replaced = book.entries.get(id)
      if (replaced === undefined) return undefined
      const submission = ask((living) => living.modify(id, change))
      const { price = replaced.intent.price, size = replaced.intent.size } = change
      return submission && note({ ...replaced.intent, intentId: undefined, price, size }, submission, true)
    },
    cancel(id) {
      const told = ask((living) => living.cancel(id))
      if (told !== undefined) expect(told, { subject: String(id), what: 'a cancel' })
    },
    cancelAll(market) {
      const told = ask((living) => living.cancelAll({ market }))
      if (told !== undefined) expect(told, { subject: market ?? 'all', what: 'a cancel of all' })
    },
    order: (id) => executor?.order(id),
    openOrders: () => executor?.openOrders() ?? [],
    positions: () => executor?.positions() ?? [],
    onFill: (listener) => listeners.push(listener),
  }

  return {
    desk,
    get unkept() {
      return [...unkept.values()]
    },
    open(opened) {
      executor = opened
      opened.on('fill', (fill) => {
        if (executor === opened) for (const listener of listeners) listener(fill)
      })
    },
    askAgain() {
      for (const entry of book.doubtful()) {
        if (executor === undefined) return
        const { id, intent, isReplacement } = entry
        const isKnown = executor.order(id) !== undefined
        entry.isForgotten = !isKnown
        // A price is of its moment, and so is the size of an exit: of what never left only an entry is asked for again.
        if (!isKnown && (isReplacement || intent.reduceOnly === true || intent.intentId === undefined)) continue
        submit(intent.intentId === undefined ? { ...intent, clientOrderId: id } : intent)
      }
    },
    shut() {
      executor = undefined
    },
    forget() {
      unkept = new Map()
    },
  }
}
