/** Draws one fault of any kind the simulated exchange has, with everything about it left to chance. */
import type { FaultRule, MessagePattern } from 'hip3-executor/testing'
import type { Dice } from './dice.js'

const ACTIONS = ['order', 'order', 'order', 'cancelByCloid', 'cancel', 'noop', 'batchModify'] as const
const QUESTIONS = [
  'orderStatus',
  'orderStatus',
  'userFills',
  'frontendOpenOrders',
  'clearinghouseState',
  'exchangeStatus',
] as const
const USER_FEEDS = ['orderUpdates', 'userFills'] as const

type Request = `request:${string}`
type Reply = `reply:${string}`

const asked = (dice: Dice): string =>
  dice.chance(0.6) ? `action:${dice.pick(ACTIONS)}` : dice.chance(0.8) ? `info:${dice.pick(QUESTIONS)}` : 'info'

const request = (dice: Dice): Request => (dice.chance(0.06) ? 'request:subscribe' : `request:${asked(dice)}`)
const reply = (dice: Dice): Reply => (dice.chance(0.06) ? 'reply:subscribe' : `reply:${asked(dice)}`)
const feed = (dice: Dice): `feed:${string}` =>
  dice.chance(0.85) ? `feed:${dice.pick(USER_FEEDS)}` : 'feed:activeAssetCtx'
const post = (dice: Dice): Request | Reply => (dice.chance(0.5) ? request(dice) : reply(dice))
const frame = (dice: Dice): Reply | `feed:${string}` => (dice.chance(0.5) ? reply(dice) : feed(dice))
const anything = (dice: Dice): MessagePattern => (dice.chance(0.4) ? request(dice) : frame(dice))

/** Seldom enough that trade goes on, or so often that nothing gets through for a while. */
const probability = (dice: Dice): number => dice.pick([0.02, 0.05, 0.1, 0.2, 0.5, 1])

/** The clocks have incidents of their own, since the venue's must never go back. */
type Kind = Exclude<FaultRule['fault'], 'clockSkew'>

const DRAWN: { readonly [K in Kind]: (dice: Dice, markets: readonly string[]) => FaultRule } = {
  lose: (dice) => ({ fault: 'lose', of: anything(dice), probability: probability(dice) }),
  delay: (dice) => ({
    fault: 'delay',
    of: anything(dice),
    probability: probability(dice),
    ms: dice.pick([dice.integer(1, 400), dice.integer(1, 6_000), dice.integer(4_000, 25_000)]),
  }),
  duplicate: (dice) => ({ fault: 'duplicate', of: anything(dice), probability: probability(dice) }),
  reorder: (dice) => ({
    fault: 'reorder',
    of: anything(dice),
    probability: probability(dice),
    ...(dice.chance(0.3) ? { until: anything(dice) } : {}),
  }),
  cut: (dice) => ({ fault: 'cut', of: anything(dice), probability: dice.pick([0.01, 0.05, 0.2]), times: 3 }),
  halfOpen: (dice) => ({ fault: 'halfOpen', of: anything(dice), probability: dice.pick([0.01, 0.05]), times: 1 }),
  malform: (dice) => ({
    fault: 'malform',
    of: frame(dice),
    as: dice.pick(['truncated', 'text', 'empty'] as const),
    probability: probability(dice),
  }),
  tooManyRequests: (dice) => ({ fault: 'tooManyRequests', of: request(dice), probability: probability(dice) }),
  serverError: (dice) => ({
    fault: 'serverError',
    of: post(dice),
    status: dice.pick([500, 502, 503, 504] as const),
    probability: probability(dice),
  }),
  markJump: (dice, markets) => ({
    fault: 'markJump',
    market: dice.pick(markets),
    byBps: dice.integer(-300, 300) || 50,
    probability: dice.pick([0.02, 0.1]),
  }),
  emptyBook: (dice, markets) => ({
    fault: 'emptyBook',
    market: dice.pick(markets),
    probability: dice.pick([0.05, 0.2]),
  }),
  makersMoveAway: (dice) => ({ fault: 'makersMoveAway', probability: dice.pick([0.1, 0.5]) }),
  partialFill: (dice) => ({
    fault: 'partialFill',
    percent: dice.integer(5, 95),
    counterparties: dice.integer(1, 6),
    probability: dice.pick([0.1, 0.5]),
  }),
  postOnlyMode: (dice) => ({ fault: 'postOnlyMode', ms: dice.integer(500, 10_000) }),
  oracleSilence: (dice, markets) => ({ fault: 'oracleSilence', market: dice.pick(markets) }),
  staleOrderStatus: (dice) => ({ fault: 'staleOrderStatus', ms: dice.integer(100, 8_000) }),
}

const KINDS = Object.keys(DRAWN) as readonly Kind[]
const SHARE_OF_KINDS = 0.6

/**
 * A weather: some of the kinds of faults, which then come often enough to meet each other.
 *
 * Where requests arrive twice none is refused unread: a refusal tells of one copy, and no venue turns one copy of a
 * frame away and executes the other.
 */
export function drawWeather(dice: Dice): (markets: readonly string[]) => FaultRule {
  const chosen = KINDS.filter(() => dice.chance(SHARE_OF_KINDS))
  const kinds = chosen.length === 0 ? KINDS : chosen
  const isTwice = dice.chance(0.5)
  return function draw(markets): FaultRule {
    const rule = DRAWN[dice.pick(kinds)](dice, markets)
    const isRequest = 'of' in rule && String(rule.of).startsWith('request:action')
    const isUnfit = isTwice ? rule.fault === 'tooManyRequests' : rule.fault === 'duplicate'
    return isRequest && isUnfit ? draw(markets) : rule
  }
}

/** Faults that are harmless one by one, and together leave a client with nothing but wrong ideas. */
const STORMS: readonly ((dice: Dice) => readonly FaultRule[])[] = [
  // Orders arrive after they were given up for lost.
  (dice) => [
    { fault: 'delay', of: 'request:action:order', probability: 0.6, ms: dice.integer(5_200, 17_000) },
    { fault: 'lose', of: 'request:action:noop', probability: dice.pick([0.5, 1]) },
  ],
  // Orders arrive, and nothing tells of them for a while.
  (dice) => [
    { fault: 'lose', of: 'reply:action:order', probability: 0.7 },
    { fault: 'lose', of: ['feed:orderUpdates', 'feed:userFills'], probability: 0.9 },
    { fault: 'staleOrderStatus', ms: dice.integer(5_500, 14_000) },
  ],
  // Cancels and replacements are executed, and what they met is told late or never.
  (dice) => [
    { fault: 'lose', of: ['reply:action:cancelByCloid', 'reply:action:batchModify'], probability: 0.7 },
    { fault: 'delay', of: ['feed:orderUpdates', 'feed:userFills'], probability: 0.7, ms: dice.integer(500, 9_000) },
  ],
  // Everything comes twice and in no order.
  () => [
    { fault: 'duplicate', of: ['reply', 'feed'], probability: 0.5 },
    { fault: 'reorder', of: ['reply', 'feed'], probability: 0.5 },
    { fault: 'delay', of: ['reply', 'feed'], probability: 0.3, ms: 150 },
  ],
  // One connection after the other, with requests on their way.
  (dice) => [
    { fault: 'cut', of: ['request:action', 'reply:action'], probability: 0.15, times: dice.integer(2, 6) },
    { fault: 'delay', of: 'request:action:order', probability: 0.5, ms: dice.integer(300, 4_000) },
  ],
]

export const drawStorm = (dice: Dice): readonly FaultRule[] => dice.pick(STORMS)(dice)
