/**
 * What may go: lists of conditions, each met or with the reason why not and what to do about it.
 *
 * Some hold for the account as a whole, some for one market, and whoever meets one takes it back when it falls. What was
 * learnt over a connection falls with it. Whether somebody has stopped new orders is another question, which the kill switch
 * and the halts of markets answer.
 */
import { createListeners } from './listeners.js'

/** What must be known before a new order may go anywhere. */
export const CONDITIONS = [
  'journal',
  'connection',
  'markets',
  'listing',
  'signer',
  'accountMode',
  'orderUpdates',
  'userFills',
  'account',
  'limits',
  'recovery',
  'clock',
  'eventLoop',
  'host',
] as const

/** What must be known of a market besides, before a new order may go into it. */
export const MARKET_CONDITIONS = ['unchanged', 'leverage', 'prices'] as const

export type Condition = (typeof CONDITIONS)[number]
export type MarketCondition = (typeof MARKET_CONDITIONS)[number]

const BY_ITSELF = 'wait: it is tried again by itself'

/** What somebody who reads that a condition is missing can do about it. */
const REMEDIES: Readonly<Record<Condition | MarketCondition, string>> = {
  journal: 'give the journal space and rights; it is tried again by itself',
  connection: 'check network and URL; it is tried again by itself',
  markets: 'call start(); where it fails, its error names the markets',
  listing: BY_ITSELF,
  signer: 'approve the agent for the account, or use a signer that is',
  accountMode: 'set the account to the mode of `accountMode`, or the option to the mode of the account',
  orderUpdates: BY_ITSELF,
  userFills: BY_ITSELF,
  account: 'wait: it is compared again by itself; `reconciled` tells what differs',
  limits: 'trade, which earns actions, or buy some from the venue; without, it takes one every 10 s',
  recovery: 'wait: `resolution` tells each step',
  clock: 'set the clock of this machine by NTP',
  eventLoop: 'do less in one turn: new orders go again once timers are on time',
  host: 'call setReady(true)',
  unchanged: 'look at the market, then call acknowledgeMarket()',
  leverage: 'change `leverage`, or what the venue says stands against it, and start again',
  prices: 'wait: the venue has told no mark of this market on this connection yet',
}

export type Missing<C = Condition | MarketCondition> = {
  readonly condition: C
  /** What is the matter. */
  readonly detail: string
  /** What to do about it. */
  readonly remedy: string
}

/** What an order wants, as far as readiness goes. Only new orders are ever held back by it. */
export type ActionClass = 'cancel' | 'reduceOnly' | 'new'

export type MarketReadiness = {
  readonly market: string
  /** New orders may go into this market: nothing is missing for it, and nothing altogether. */
  readonly ready: boolean
  /** What is missing for this market alone. */
  readonly missing: readonly Missing<MarketCondition>[]
}

export type ReadinessState = {
  /** New orders may go, into markets that are ready themselves. */
  readonly ready: boolean
  /** What is missing for all markets. */
  readonly missing: readonly Missing<Condition>[]
  /** What can get through: a way out needs a connection and the markets, a cancel the connection alone; HTTP will do for both. */
  readonly actions: Readonly<Record<ActionClass, boolean>>
  readonly markets: readonly MarketReadiness[]
  /** The connection that this is about. */
  readonly generation: number
}

export type Readiness = {
  readonly state: ReadinessState
  /** What is missing for one market alone, as in `state`. */
  missingIn(market: string): readonly Missing<MarketCondition>[]
  met(condition: Condition): void
  unmet(condition: Condition, detail: string): void
  /** The same for one market. Those that were not named at the beginning are nobody's business. */
  metIn(market: string, condition: MarketCondition): void
  unmetIn(market: string, condition: MarketCondition, detail: string): void
  /** A connection stands. Everything that is to be learnt over it is still missing. */
  connected(generation: number): void
  /** The connection is gone, and with it what was learnt over it. @param carriesExits whether another way is left for a way out */
  lost(detail: string, carriesExits?: boolean): void
  /** Called synchronously when `ready` flips or what is missing changes. */
  onChange(listener: (state: ReadinessState) => void): () => void
}

export type ReadinessOptions = {
  readonly markets?: readonly string[] | undefined
  /** Takes what listeners throw; without it the first error reaches whoever changed a condition, once all have heard. */
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

const NOTHING_MISSING: readonly Missing<MarketCondition>[] = []

const OF_A_CONNECTION = ['orderUpdates', 'userFills', 'account'] as const

type Details<C> = Map<C, string>

export function createReadiness({ markets = [], onListenerError }: ReadinessOptions = {}): Readiness {
  const missing: Details<Condition> = new Map(CONDITIONS.map((condition) => [condition, 'not started']))
  const detailsIn: ReadonlyMap<string, Details<MarketCondition>> = new Map(
    markets.map((market) => [market, new Map(MARKET_CONDITIONS.map((condition) => [condition, 'not started']))]),
  )
  /** The same, listed once for every time that it changes. */
  const listedIn = new Map<string, readonly Missing<MarketCondition>[]>()
  for (const market of markets) list(market)
  const listeners = createListeners<ReadinessState>(onListenerError)
  let generation = 0
  let hasDetour = false
  let state = current()

  function current(): ReadinessState {
    const listed = inOrder(CONDITIONS, missing)
    const ready = listed.length === 0
    const isLinked = hasDetour || !missing.has('connection')
    return {
      ready,
      missing: listed,
      actions: {
        cancel: isLinked,
        reduceOnly: isLinked && !missing.has('markets'),
        new: ready,
      },
      markets: [...listedIn].map(([market, own]) => ({ market, ready: ready && own.length === 0, missing: own })),
      generation,
    }
  }

  function list(market: string): void {
    const details = detailsIn.get(market)
    if (details !== undefined) listedIn.set(market, inOrder(MARKET_CONDITIONS, details))
  }

  function update(): void {
    state = current()
    listeners.tell(state)
  }

  function set<C>(details: Details<C> | undefined, condition: C, detail: string): boolean {
    if (details === undefined || details.get(condition) === detail) return false
    details.set(condition, detail)
    return true
  }

  return {
    get state() {
      return state
    },
    missingIn: (market) => listedIn.get(market) ?? NOTHING_MISSING,
    met(condition) {
      if (missing.delete(condition)) update()
    },
    unmet(condition, detail) {
      if (set(missing, condition, detail)) update()
    },
    metIn(market, condition) {
      if (detailsIn.get(market)?.delete(condition) !== true) return
      list(market)
      update()
    },
    unmetIn(market, condition, detail) {
      if (!set(detailsIn.get(market), condition, detail)) return
      list(market)
      update()
    },
    connected(newer) {
      generation = newer
      hasDetour = false
      missing.delete('connection')
      update()
    },
    lost(detail, carriesExits = false) {
      // All at once, so that nobody is told of a world in which half of it is still true.
      const changes = [
        hasDetour !== carriesExits,
        set(missing, 'connection', detail),
        ...OF_A_CONNECTION.map((condition) => set(missing, condition, 'not connected')),
        ...[...detailsIn.values()].map((details) => set(details, 'prices', 'not connected')),
      ]
      for (const market of detailsIn.keys()) list(market)
      hasDetour = carriesExits
      if (changes.includes(true)) update()
    },
    onChange: listeners.add,
  }
}

function inOrder<C extends Condition | MarketCondition>(all: readonly C[], details: Details<C>): readonly Missing<C>[] {
  return all.flatMap((condition) => {
    const detail = details.get(condition)
    return detail === undefined ? [] : [{ condition, detail, remedy: REMEDIES[condition] }]
  })
}
