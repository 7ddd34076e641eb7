/** What the bot was told of its orders, kept across every restart of the executor: one side of the comparison at the end. */
import type { Accepted, ClientOrderId, Denied, Intent, Outcome, Submission } from 'hip3-executor'

/** An order that an executor has accepted at least once. */
export type Entry = {
  readonly id: ClientOrderId
  readonly intent: Intent
  /** Every outcome told: of one life there is one, of several there may be more. */
  readonly outcomes: Outcome[]
  /** Promises of outcomes handed out by an executor that still lives, or was closed in good order, and not settled. */
  readonly waiting: Set<Promise<Outcome>>
  /** The life that was told to be over before it could tell. */
  isInDoubt: boolean
}

export type Book = {
  readonly entries: ReadonlyMap<ClientOrderId, Entry>
  /** By id, oldest first. */
  readonly ids: readonly ClientOrderId[]
  readonly denials: ReadonlyMap<string, number>
  /** Client order ids that each intent id was answered with. */
  readonly intents: ReadonlyMap<string, ReadonlySet<ClientOrderId>>
  note(intent: Intent, submission: Submission): void
  /** The executor is gone: what it has not told yet it will never tell. */
  abandon(): void
}

export function createBook(): Book {
  const entries = new Map<ClientOrderId, Entry>()
  const ids: ClientOrderId[] = []
  const denials = new Map<string, number>()
  const intents = new Map<string, Set<ClientOrderId>>()
  /** Told twice of the same promise, we wait for it once. */
  let known = new WeakSet<Promise<Outcome>>()

  function accept(intent: Intent, { clientOrderId, outcome }: Accepted): void {
    let entry = entries.get(clientOrderId)
    if (entry === undefined) {
      entry = { id: clientOrderId, intent, outcomes: [], waiting: new Set(), isInDoubt: false }
      entries.set(clientOrderId, entry)
      ids.push(clientOrderId)
    }
    if (intent.intentId !== undefined) {
      intents.set(intent.intentId, (intents.get(intent.intentId) ?? new Set()).add(clientOrderId))
    }
    if (known.has(outcome)) return
    known.add(outcome)
    const { outcomes, waiting } = entry
    waiting.add(outcome)
    void outcome.then((told) => {
      // A dead process tells nothing any more, whatever its promises still do.
      if (!waiting.delete(outcome)) return
      outcomes.push(told)
    })
  }

  function deny({ reason }: Denied): void {
    denials.set(reason, (denials.get(reason) ?? 0) + 1)
  }

  return {
    entries,
    ids,
    denials,
    intents,
    note(intent, submission) {
      if (submission.status === 'denied') deny(submission)
      else accept(intent, submission)
    },
    abandon() {
      known = new WeakSet()
      for (const entry of entries.values()) {
        if (entry.waiting.size === 0) continue
        entry.waiting.clear()
        entry.isInDoubt = true
      }
    },
  }
}
