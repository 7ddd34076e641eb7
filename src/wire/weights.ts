/**
 * What a request costs: its weight against the minute of the IP address, and how many actions of the account it is.
 *
 * The venue does not say whether posts over a WebSocket weigh like HTTP requests; who counts them is right either way.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
import { isObject } from './json.js'

const ENTRIES_PER_WEIGHT = 40

export const actionWeight = (entries: number): number => 1 + Math.floor(entries / ENTRIES_PER_WEIGHT)

/** The most entries a request may have for this weight. */
export const entriesWithin = (weight: number): number => Math.max(0, weight * ENTRIES_PER_WEIGHT - 1)

/** How many actions a request counts as: one, or one for each entry of its batch. */
export function entriesOf(action: unknown): number {
  if (!isObject(action)) return 1
  const list = action['orders'] ?? action['cancels'] ?? action['modifies']
  return Array.isArray(list) ? Math.max(1, list.length) : 1
}

const USUAL_WEIGHT = 20
const LIGHT: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...['l2Book', 'allMids', 'clearinghouseState', 'orderStatus', 'spotClearinghouseState', 'exchangeStatus'],
])

export const infoWeight = (type: string): number => (LIGHT.has(type) ? 2 : type === 'userRole' ? 60 : USUAL_WEIGHT)

const ROWS_PER_WEIGHT = 20
const MAX_ROWS = 2_000
const WEIGHED_BY_ROWS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...['recentTrades', 'historicalOrders', 'userFills', 'userFillsByTime', 'fundingHistory', 'userFunding'],
  ...['nonUserFundingUpdates', 'twapHistory', 'userTwapSliceFills', 'userTwapSliceFillsByTime'],
  ...['delegatorHistory', 'delegatorRewards', 'validatorStats'],
])

/** What an answer weighs on top of its question. */
export function rowsWeight(type: string, answer: unknown): number {
  return WEIGHED_BY_ROWS.has(type) && Array.isArray(answer) ? Math.floor(answer.length / ROWS_PER_WEIGHT) : 0
}

/** The most that an answer can weigh on top of its question. */
export const maxRowsWeight = (type: string): number => (WEIGHED_BY_ROWS.has(type) ? MAX_ROWS / ROWS_PER_WEIGHT : 0)
