/**
 * Who listens to what, and what they are told after each block.
 *
 * Updates of orders and fills are events and carry what has happened; the others carry the state as it is now. A
 * state is not repeated while it is the same, but for the asset contexts, which come with every oracle update.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions
 */
import type { Clock } from '../../ports.js'
import { mergedFills } from './merged-fills.js'
import type { Changes } from './notices.js'
import type { SimAccount, Venue } from './state.js'
import { type FeedType, feeds, type Normalised } from './subscriptions.js'
import { fillView, fundingView, type Json, orderHistoryView, orderUpdateView, tradeView } from './views.js'

export type Frame = { readonly channel: string; readonly data: Json }
type Listener = {
  readonly subscription: Normalised
  /** Sends a frame of this subscription. */
  readonly deliver: (frame: Frame) => void
}

export type FeedHub = {
  /** Adds a listener and sends the snapshot, where the feed has one. Returns what ends it. */
  add(listener: Listener): () => void
  publish(changes: Changes): void
}

/** How often a deployer's oracle speaks. */
const ORACLE_INTERVAL_MS = 3_000
const BOOK_INTERVAL_MS = 5_000
const FAST_BOOK_INTERVAL_MS = 500

/** The feeds that say again how an account stands when something of it has changed. */
const ACCOUNT_STATES = [
  'clearinghouseState',
  'openOrders',
  'allDexsClearinghouseState',
  'spotState',
  'activeAssetData',
  'webData3',
] as const

/** What changes with every look at a state. */
const TIMES: ReadonlySet<string> = new Set(['time', 'serverTime'])

type Entry = Listener & {
  /** The last state sent, without its time, so that the same is not said twice. */
  last: string | undefined
  sentAt: number
  pending: (() => void) | undefined
}

export function createFeedHub(venue: Venue, clock: Pick<Clock, 'monotonic' | 'schedule'>): FeedHub {
  const entries = new Map<string, Set<Entry>>()
  let contextListeners = 0
  let stopOracle: (() => void) | undefined

  const listening = (type: FeedType, subject: string): Iterable<Entry> => entries.get(`${type} ${subject}`) ?? []

  function send(entry: Entry, data: Json): void {
    entry.sentAt = clock.monotonic()
    entry.deliver({ channel: feeds[entry.subscription.type].channel, data })
  }

  function sendState(entry: Entry, always = false): void {
    const state = feeds[entry.subscription.type].state?.(venue, entry.subscription)
    if (state === undefined) return
    const said = JSON.stringify(state, (key, value: unknown) => (TIMES.has(key) ? undefined : value))
    if (said === entry.last && !always) return
    entry.last = said
    send(entry, state)
  }

  /** Books are sent no oftener than their interval; a change in between waits for its end. */
  function sendBook(entry: Entry): void {
    const interval = entry.subscription['fast'] === true ? FAST_BOOK_INTERVAL_MS : BOOK_INTERVAL_MS
    const waitMs = entry.sentAt + interval - clock.monotonic()
    if (waitMs <= 0) {
      sendState(entry)
      return
    }
    entry.pending ??= clock.schedule(
      () => {
        entry.pending = undefined
        sendState(entry)
      },
      waitMs,
      { background: true },
    )
  }

  function everyOracleUpdate(): void {
    stopOracle = clock.schedule(everyOracleUpdate, ORACLE_INTERVAL_MS, { background: true })
    for (const [name, market] of venue.marketsByName) {
      if (venue.conditions.silentOracles.has(market)) continue
      for (const entry of listening('activeAssetCtx', name)) sendState(entry, true)
    }
  }

  function countContext(change: 1 | -1): void {
    contextListeners += change
    if (contextListeners === 0) {
      stopOracle?.()
      stopOracle = undefined
    } else if (stopOracle === undefined) {
      stopOracle = clock.schedule(everyOracleUpdate, ORACLE_INTERVAL_MS, { background: true })
    }
  }

  function publishEvents({ orders, fills, trades, fundings }: Changes): void {
    for (const [account, lines] of grouped(orders, (line) => line.order.account)) {
      const user = account.address
      for (const entry of listening('orderUpdates', user)) send(entry, lines.map(orderUpdateView))
      for (const entry of listening('userHistoricalOrders', user)) {
        send(entry, { user, orderHistory: lines.map(orderHistoryView) })
      }
    }
    for (const [account, lines] of grouped(fills, (fill) => fill.account)) {
      const user = account.address
      for (const entry of listening('userFills', user)) {
        const isMerged = entry.subscription['aggregateByTime'] === true
        send(entry, { user, fills: (isMerged ? mergedFills(lines) : lines).map(fillView) })
      }
      for (const entry of listening('userEvents', user)) send(entry, { fills: lines.map(fillView) })
    }
    for (const funding of fundings) {
      const user = funding.account.address
      const payment = fundingView(funding)
      for (const entry of listening('userFundings', user)) send(entry, { user, fundings: [payment] })
      for (const entry of listening('userEvents', user)) send(entry, { funding: payment })
    }
    for (const [market, lines] of grouped(trades, (trade) => trade.market)) {
      for (const entry of listening('trades', market.name)) send(entry, lines.map(tradeView))
    }
  }

  function publishAccount(account: SimAccount): void {
    for (const type of ACCOUNT_STATES) for (const entry of listening(type, account.address)) sendState(entry)
  }

  return {
    add(listener) {
      const { subscription } = listener
      const isContext = subscription.type === 'activeAssetCtx'
      const key = `${subscription.type} ${subjectOf(subscription)}`
      const group = entries.get(key) ?? new Set()
      const entry: Entry = { ...listener, last: undefined, sentAt: Number.NEGATIVE_INFINITY, pending: undefined }
      entries.set(key, group.add(entry))
      if (isContext) countContext(1)
      sendState(entry)
      return () => {
        group.delete(entry)
        if (group.size === 0) entries.delete(key)
        entry.pending?.()
        if (isContext) countContext(-1)
      }
    },
    publish(changes) {
      if (entries.size === 0) return
      publishEvents(changes)
      for (const account of changes.accounts) publishAccount(account)
      for (const market of changes.books) {
        for (const entry of listening('bbo', market.name)) sendState(entry)
        for (const entry of listening('l2Book', market.name)) sendBook(entry)
      }
      const touched = new Set([...changes.books, ...changes.markets])
      for (const market of touched) for (const entry of listening('activeAssetCtx', market.name)) sendState(entry)
      if (touched.size > 0) for (const entry of listening('allDexsAssetCtxs', EVERYTHING)) sendState(entry)
      for (const dex of new Set([...touched].map((market) => market.dex))) {
        for (const entry of listening('allMids', dex)) sendState(entry)
      }
    },
  }
}

const EVERYTHING = '*'

/** What a subscription is about: the user, the coin, the dex, or all there is. */
function subjectOf(subscription: Normalised): string {
  return String(subscription['user'] ?? subscription['coin'] ?? subscription['dex'] ?? EVERYTHING)
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
