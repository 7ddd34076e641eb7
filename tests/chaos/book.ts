/** What the bot was told of its orders, kept across every restart of the executor: one side of the comparison at the end. */
import type { Accepted, ClientOrderId, Denied, Intent, Outcome, Submission } from 'hip3-executor'

/** An order that an executor has accepted at least once. */
export type Entry = {
  readonly id: ClientOrderId
  readonly intent: Intent
  /** It was to take the place of another, which is not asked for again. */
  readonly isReplacement: boolean
  /** Every outcome told: of one life there is one, of several there may be more. */
  readonly outcomes: Outcome[]
  /** Promises of outcomes that were handed out by the executor that lives, and not settled. */
  readonly waiting: Set<Promise<Outcome>>
  /** A later executor, asked, had never heard of it: it has not left, as far as the journal could know. */
  isForgotten: boolean
  /** The time in which it was last accepted. */
  era: Era
}

/** From one restart to the next. */
export type Era = {
  /** Whether the disk was slow or full at any time of it. An exit does not wait for a disk, and may be unwritten. */
  isDiskReliable: boolean
}

export type Book = {
  readonly entries: ReadonlyMap<ClientOrderId, Entry>
  /** Oldest first. */
  readonly ids: readonly ClientOrderId[]
  readonly denials: ReadonlyMap<string, number>
  /** Client order ids that each intent id was answered with. */
  readonly intents: ReadonlyMap<string, ReadonlySet<ClientOrderId>>
  note(intent: Intent, submission: Submission, isReplacement?: boolean): void
  /** A new executor. */
  begin(era: Era): void
  /** The executor is gone: what it has not told yet it will never tell. */
  abandon(): void
  /** Orders of which nothing final was told, and of which nothing is promised. */
  doubtful(): readonly Entry[]
}

export function createBook(): Book {
  const entries = new Map<ClientOrderId, Entry>()
  const ids: ClientOrderId[] = []
  const denials = new Map<string, number>()
  const intents = new Map<string, Set<ClientOrderId>>()
  let era: Era = { isDiskReliable: true }
  /** The same promise may be handed out many times; we wait for it once. */
  let known = new WeakSet<Promise<Outcome>>()

  function accept(intent: Intent, { clientOrderId, outcome }: Accepted, isReplacement: boolean): void {
    let entry = entries.get(clientOrderId)
    if (entry === undefined) {
      entry = { id: clientOrderId, intent, isReplacement, outcomes: [], waiting: new Set(), isForgotten: false, era }
      entries.set(clientOrderId, entry)
      ids.push(clientOrderId)
    }
    if (intent.intentId !== undefined) {
      intents.set(intent.intentId, (intents.get(intent.intentId) ?? new Set()).add(clientOrderId))
    }
    entry.isForgotten = false
    if (known.has(outcome)) return
    known.add(outcome)
    // Nothing had left, and no full disk could keep that it was told: asked again, a later executor may place it.
    const isPlacedAnew = entry.era !== era && !entry.era.isDiskReliable && entry.outcomes.at(-1)?.status === 'denied'
    if (isPlacedAnew) entry.outcomes.pop()
    entry.era = era
    const { outcomes, waiting } = entry
    waiting.add(outcome)
    void outcome.then((told) => {
      // A dead process tells nothing any more, whatever its promises still do.
      if (waiting.delete(outcome)) outcomes.push(told)
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
    note(intent, submission, isReplacement = false) {
      if (submission.status === 'denied') deny(submission)
      else accept(intent, submission, isReplacement)
    },
    begin(next) {
      era = next
    },
    abandon() {
      known = new WeakSet()
      for (const entry of entries.values()) entry.waiting.clear()
    },
    doubtful: () =>
      [...entries.values()].filter(
        ({ outcomes, waiting }) => waiting.size === 0 && (outcomes.at(-1)?.status ?? 'unknown') === 'unknown',
      ),
  }
}
