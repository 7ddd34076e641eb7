/** What the bot's strategies have in hand: the executor that lives at the moment, if one does, and the book of all orders. */
import type { ClientOrderId, Executor, FillEvent, Intent, OrderView, Position, Submission } from 'hip3-executor'
import type { Book } from './book.js'
import type { ChaosVenue } from './venue.js'

export type Desk = Pick<ChaosVenue, 'markets' | 'price' | 'size'> & {
  readonly book: Book
  /** The id of the order when it was accepted. */
  submit(intent: Intent): ClientOrderId | undefined
  submitMany(intents: readonly Intent[]): void
  cancel(id: ClientOrderId | number): void
  cancelAll(market?: string): void
  order(id: ClientOrderId): OrderView | undefined
  openOrders(): readonly OrderView[]
  positions(): readonly Position[]
  /** Kept across restarts. */
  onFill(listener: (fill: FillEvent) => void): void
}

export type Strategy = { act(): void }

export type DeskHandle = {
  readonly desk: Desk
  /** Promises of cancels and of first words that were not kept yet. */
  readonly unkept: number
  open(executor: Executor): void
  /** No executor: what is asked of the desk goes nowhere. */
  shut(): void
  /** What the executor that was there has promised beside outcomes is forgotten with it. */
  forget(): void
}

export function createDesk(venue: ChaosVenue, book: Book): DeskHandle {
  const listeners: ((fill: FillEvent) => void)[] = []
  let executor: Executor | undefined
  let unkept = new Set<Promise<unknown>>()

  function expect(promise: Promise<unknown>): void {
    const among = unkept
    among.add(promise)
    void promise.then(() => among.delete(promise))
  }

  function note(intent: Intent, submission: Submission): ClientOrderId | undefined {
    book.note(intent, submission)
    if (submission.status === 'denied') return undefined
    expect(submission.acknowledged)
    return submission.clientOrderId
  }

  const desk: Desk = {
    markets: venue.markets,
    price: venue.price,
    size: venue.size,
    book,
    submit: (intent) => executor && note(intent, executor.submit(intent)),
    submitMany(intents) {
      const submissions = executor?.submitMany(intents) ?? []
      for (const [index, submission] of submissions.entries()) {
        const intent = intents[index]
        if (intent !== undefined) note(intent, submission)
      }
    },
    cancel(id) {
      if (executor !== undefined) expect(executor.cancel(id))
    },
    cancelAll(market) {
      if (executor !== undefined) expect(executor.cancelAll({ market }))
    },
    order: (id) => executor?.order(id),
    openOrders: () => executor?.openOrders() ?? [],
    positions: () => executor?.positions() ?? [],
    onFill: (listener) => listeners.push(listener),
  }

  return {
    desk,
    get unkept() {
      return unkept.size
    },
    open(opened) {
      executor = opened
      opened.on('fill', (fill) => {
        if (executor === opened) for (const listener of listeners) listener(fill)
      })
    },
    shut() {
      executor = undefined
    },
    forget() {
      unkept = new Set()
    },
  }
}
