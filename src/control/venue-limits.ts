/**
 * What the venue allows: weight and frames per minute and unanswered posts of an IP address, actions and open orders of
 * an account.
 *
 * Counted when a request is written, and never below what the venue counts. New orders may use a part of each only, so
 * that whatever they do there is room for reduce-only orders, and after those for cancels.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
import type { Decimal } from '../model/decimal.js'
import { positiveMs, wholeNumber } from '../model/guards.js'
import { type ActionCount, BASE_ACTIONS, createActionAllowance } from './action-allowance.js'
import type { Lane, Room } from './batch-queue.js'
import { createListeners } from './listeners.js'
import type { OrderLedger } from './order-ledger.js'
import { createSlidingCount } from './sliding-count.js'

export type VenueLimitsOptions = {
  /** What this executor may spend; the venue gives an IP address 1200. Less where several clients share one. Default: 1200. */
  readonly weightPerMinute?: number | undefined
  /** Frames over WebSocket; the venue takes 2000 from an IP address. Default: 2000. */
  readonly messagesPerMinute?: number | undefined
  /** Posts without an answer; the venue takes 100 from an IP address. Default: 100. */
  readonly postsInFlight?: number | undefined
  /** The part of the three above up to which new orders may go. Default: 0.8. */
  readonly newOrderShare?: number | undefined
  /** The part up to which reduce-only orders may go; above it, up to 0.95, there are cancels only. Default: 0.9. */
  readonly reduceOnlyShare?: number | undefined
  /** Actions of the account that are kept for reduce-only orders; fewer than the 10000 every account has. Default: 500. */
  readonly reservedActions?: number | undefined
  /**
   * Open orders up to which there are new ones. Default: 950, because from 1000 on the venue refuses reduce-only orders,
   * even where volume has earned the account more.
   */
  readonly maxOpenOrders?: number | undefined
  /** How often the venue is asked how many actions are left, which weighs 20. Default: 60000. */
  readonly refreshMs?: number | undefined
}

/** Who wants to write: a lane of the queue, or a question. */
export type Traffic = Lane | 'info'

/** What a request costs. Questions are no actions. */
export type Cost = { readonly weight: number; readonly actions: number }

export type Usage = {
  readonly used: number
  readonly limit: number
  /** What of it is left for new orders. */
  readonly leftForNew: number
}

export type ExhaustedLimit = 'actions' | 'openOrders' | 'weight' | 'messages'

export type VenueLimitsState = {
  /** What is used up as far as new orders go. While anything is, only cancels and reduce-only orders leave. */
  readonly exhausted: readonly ExhaustedLimit[]
  /** Of the account, since it exists; those reserved for orders in the queue are counted. */
  readonly actions: Usage
  readonly openOrders: Usage
  /** Of the last minute, as `messages`. */
  readonly weight: Usage
  readonly messages: Usage
  /** Written and not answered, questions among them. */
  readonly posts: Usage
}

export type LimitReservation =
  | { readonly granted: true; release(): void }
  | { readonly granted: false; readonly limit: string; readonly value: string }

/** A request that was written. */
export type OpenPost = {
  answered(): void
  /** No answer can come any more, but the venue may still execute it. */
  lost(now: number): void
}

export type VenueLimits = {
  /** How many entries of each lane may leave. @param now monotonic ms */
  room(now: number): Room
  /** How long until such a request may be written, at the latest; infinite when time alone does not help. */
  waitMs(traffic: Traffic, cost: Cost, now: number): number
  /** The same for the next new order, whatever is in flight at the moment. */
  newOrderWaitMs(now: number): number
  /**
   * Keeps an action for a new order until it is written or given up.
   *
   * @param maxWaitMs how long the order would wait for weight or messages before it is refused instead
   */
  reserve(order: { readonly isReplacement: boolean }, now: number, maxWaitMs: number): LimitReservation
  /** Counts a request that was just written. */
  written(traffic: Traffic, cost: Cost, now: number): OpenPost
  /** Counts what an answer has shown to cost on top. */
  charge(traffic: Traffic, cost: Cost, now: number): void
  /** All frames written since the start, those that are no posts among them. */
  framesWritten(total: number, now: number): void
  /** The venue refused for lack of one of them: it counts more than we do. */
  refused(what: 'actions' | 'weight', now: number): void
  /** Call when the account is asked about, and what comes back with the answer: what is written in between is counted. */
  beginReading(now: number): (count: ActionCount & { readonly volume?: Decimal | undefined }, now: number) => void
  state(now: number): VenueLimitsState
  /** Looks whether time has changed what is exhausted. */
  review(now: number): void
  /** Called when what is exhausted changes. */
  onChange(listener: (state: VenueLimitsState) => void): () => void
  readonly refreshMs: number
}

export type VenueLimitsParts = {
  readonly orders: Pick<OrderLedger, 'openCount'>
  readonly onListenerError?: ((error: unknown) => void) | undefined
}

/** A minute, and a second for a frame that was longer on its way than those after it. */
const WINDOW_MS = 61_000
/** The rest is left to pings and subscriptions. */
const CANCEL_SHARE = 0.95
/** A post without an answer for so long is not being worked on, and the way out of a market must not wait for it. */
const FORGOTTEN_MS = 10_000
/** How long new orders and questions rest when the venue says that the IP address has sent too much. */
const REST_MS = 5_000
const BASE_OPEN_ORDERS = 1_000
const MAX_OPEN_ORDERS = 5_000
const VOLUME_PER_OPEN_ORDER = 5_000_000
/** A list of 2000 rows. */
const LARGEST_QUESTION = 120
const ONE: Cost = { weight: 1, actions: 1 }

/** @throws {RangeError} naming the field, when a limit is not above zero or the shares do not rise */
export function createVenueLimits(
  options: VenueLimitsOptions,
  { orders, onListenerError }: VenueLimitsParts,
): VenueLimits {
  const { newOrderShare = 0.8, reduceOnlyShare = 0.9 } = options
  between(reduceOnlyShare, 'reduceOnlyShare', 0, CANCEL_SHARE)
  between(newOrderShare, 'newOrderShare', 0, reduceOnlyShare)
  // Questions may go a little further than new orders, since it is they that settle orders in doubt.
  const infoShare = (newOrderShare + reduceOnlyShare) / 2
  const share = { new: newOrderShare, info: infoShare, reduceOnly: reduceOnlyShare, cancel: CANCEL_SHARE }
  const upTo = (limit: number, traffic: Traffic): number => Math.floor(limit * share[traffic])

  const whole = (name: keyof VenueLimitsOptions, usual: number, least = 1, most?: number): number =>
    wholeNumber(options[name] ?? usual, `venueLimits.${name}`, least, most)
  /** At least enough for the largest question and a new order. */
  const shared = (name: keyof VenueLimitsOptions, usual: number, leastForNew: number): number =>
    whole(name, usual, Math.ceil(leastForNew / newOrderShare))
  const weight = { ...createSlidingCount(WINDOW_MS), limit: shared('weightPerMinute', 1_200, LARGEST_QUESTION) }
  const messages = { ...createSlidingCount(WINDOW_MS), limit: shared('messagesPerMinute', 2_000, 1) }
  const postsInFlight = shared('postsInFlight', 100, 1)
  const maxOpenOrders = whole('maxOpenOrders', 950, 1, MAX_OPEN_ORDERS)
  const actions = createActionAllowance(whole('reservedActions', 500, 1, BASE_ACTIONS - 1))
  const refreshMs = positiveMs(options.refreshMs ?? 60_000, 'venueLimits.refreshMs')

  const listeners = createListeners<VenueLimitsState>(onListenerError)
  const posts = new Map<OpenPost, { readonly at: number; readonly actions: number }>()
  /** Actions of which the venue will never tell, and which its count may not contain yet. */
  const lost = createSlidingCount(FORGOTTEN_MS)
  let openOrderLimit = Math.min(maxOpenOrders, BASE_OPEN_ORDERS)
  let restUntil = Number.NEGATIVE_INFINITY
  let framesSeen = 0
  let told: readonly ExhaustedLimit[] = []

  function weightWaitMs(traffic: Traffic, amount: number, now: number): number {
    const restMs = traffic === 'new' || traffic === 'info' ? restUntil - now : 0
    return Math.max(restMs, weight.waitMs(amount, upTo(weight.limit, traffic), now))
  }

  const messageWaitMs = (traffic: Traffic, now: number): number =>
    messages.waitMs(1, upTo(messages.limit, traffic), now)

  function unanswered(now: number): number {
    for (const [post, { at }] of posts) {
      if (now - at < FORGOTTEN_MS) break
      posts.delete(post)
    }
    return posts.size
  }

  function waitMs(traffic: Traffic, cost: Cost, now: number): number {
    const actionWaitMs = traffic === 'info' ? 0 : actions.waitMs(traffic, cost.actions, now)
    const minuteWaitMs = Math.max(weightWaitMs(traffic, cost.weight, now), messageWaitMs(traffic, now))
    return Math.max(postWaitMs(traffic, now), minuteWaitMs, actionWaitMs)
  }

  /** Until an answer comes, or at the latest until the oldest post is forgotten. */
  function postWaitMs(traffic: Traffic, now: number): number {
    if (unanswered(now) < upTo(postsInFlight, traffic)) return 0
    const [oldest] = posts.values()
    return FORGOTTEN_MS - (now - (oldest?.at ?? now))
  }

  function exhausted(now: number): readonly ExhaustedLimit[] {
    const list: ExhaustedLimit[] = []
    if (actions.waitMs('new', 1, now) > 0) list.push('actions')
    if (orders.openCount() >= openOrderLimit) list.push('openOrders')
    if (weightWaitMs('new', 1, now) > 0) list.push('weight')
    if (messageWaitMs('new', now) > 0) list.push('messages')
    return list
  }

  function newOrderWaitMs(now: number): number {
    const isHopeless = actions.leftForNew <= 0 || orders.openCount() >= openOrderLimit
    return isHopeless ? Number.POSITIVE_INFINITY : Math.max(0, weightWaitMs('new', 1, now), messageWaitMs('new', now))
  }

  function state(now: number): VenueLimitsState {
    const part = (used: number, limit: number): Usage => usage(used, limit, upTo(limit, 'new') - used)
    const openOrders = orders.openCount()
    return {
      exhausted: exhausted(now),
      actions: usage(actions.used, actions.limit, actions.leftForNew),
      openOrders: usage(openOrders, openOrderLimit, openOrderLimit - openOrders),
      weight: part(weight.sum(now), weight.limit),
      messages: part(messages.sum(now), messages.limit),
      posts: part(unanswered(now), postsInFlight),
    }
  }

  function review(now: number): void {
    const list = exhausted(now)
    if (list.length === told.length && list.every((limit, index) => limit === told[index])) return
    told = list
    listeners.tell(state(now))
  }

  function charge(traffic: Traffic, cost: Cost, now: number): void {
    if (cost.weight > 0) weight.add(cost.weight, now)
    if (traffic !== 'info') actions.charge(traffic, cost.actions, now)
  }

  return {
    refreshMs,
    onChange: listeners.add,
    review,
    state,
    waitMs,
    newOrderWaitMs,
    room(now) {
      const waits = {
        cancel: waitMs('cancel', ONE, now),
        reduceOnly: waitMs('reduceOnly', ONE, now),
        new: waitMs('new', ONE, now),
      }
      const left = (lane: Lane): number => (waits[lane] > 0 ? 0 : actions.left(lane))
      return { cancel: left('cancel'), reduceOnly: left('reduceOnly'), new: left('new'), nextAt: nextAt(waits, now) }
    },
    reserve({ isReplacement }, now, maxWaitMs) {
      review(now)
      const open = orders.openCount() - (isReplacement ? 1 : 0)
      if (open >= openOrderLimit) return refusal(`${openOrderLimit} open orders`, open)
      const wait = Math.max(weightWaitMs('new', 1, now), messageWaitMs('new', now))
      if (wait > maxWaitMs) return refusal(`a wait of ${maxWaitMs} ms`, Math.ceil(wait))
      const release = actions.reserve()
      return release === undefined ? refusal(`${actions.limit} actions`, actions.used) : { granted: true, release }
    },
    written(traffic, cost, now) {
      const post: OpenPost = {
        answered: () => void posts.delete(post),
        lost(at) {
          posts.delete(post)
          lost.add(cost.actions, at)
        },
      }
      posts.set(post, { at: now, actions: cost.actions })
      charge(traffic, cost, now)
      review(now)
      return post
    },
    charge(traffic, cost, now) {
      charge(traffic, cost, now)
      review(now)
    },
    framesWritten(total, now) {
      if (total > framesSeen) messages.add(total - framesSeen, now)
      framesSeen = total
    },
    refused(what, now) {
      if (what === 'weight') restUntil = now + REST_MS
      else actions.refused(now)
      review(now)
    },
    beginReading(begunAt) {
      const open = [...posts.values()].reduce((sum, post) => sum + post.actions, lost.sum(begunAt))
      const finish = actions.beginReading(open)
      return ({ volume, ...count }, now) => {
        finish(count)
        if (volume !== undefined) {
          const earned = Number(volume.div(VOLUME_PER_OPEN_ORDER).round(0, 0).toFixed())
          openOrderLimit = Math.min(maxOpenOrders, BASE_OPEN_ORDERS + earned)
        }
        review(now)
      }
    },
  }
}

/** The first time at which a lane that has to wait need not any more. */
function nextAt(waits: Readonly<Record<Lane, number>>, now: number): number | undefined {
  if (waits.cancel === 0 && waits.reduceOnly === 0 && waits.new === 0) return undefined
  const soonest = Math.min(...Object.values(waits).filter((wait) => wait > 0))
  return Number.isFinite(soonest) ? now + soonest : undefined
}

const usage = (used: number, limit: number, left: number): Usage => ({ used, limit, leftForNew: Math.max(0, left) })

const refusal = (limit: string, value: number): LimitReservation => ({ granted: false, limit, value: String(value) })

/** @throws {RangeError} naming the field, when the share is not above `low` and not below `high` */
function between(share: number, name: string, low: number, high: number): void {
  if (share > low && share < high) return
  throw new RangeError(`venueLimits.${name}: expected more than ${low} and less than ${high}, got ${share}`)
}
