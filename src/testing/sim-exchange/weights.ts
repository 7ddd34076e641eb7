/**
 * What a request weighs against the minute of an IP address. Posts over WebSocket weigh the same: the venue does not
 * say, and a client that counts them is right either way.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/rate-limits-and-user-limits
 */
import { field } from './faults/message.js'

const ENTRIES_PER_WEIGHT = 40
const LISTS = ['orders', 'cancels', 'modifies'] as const

/** One, and one more for each forty entries of a batch. */
export function actionWeight(payload: unknown): number {
  const action = field(payload, 'action')
  const list = LISTS.map((key) => field(action, key)).find(Array.isArray)
  return 1 + Math.floor((list?.length ?? 0) / ENTRIES_PER_WEIGHT)
}

const USUAL_WEIGHT = 20
const WEIGHTS: ReadonlyMap<unknown, number> = new Map([
  ...['l2Book', 'allMids', 'clearinghouseState', 'orderStatus', 'spotClearinghouseState', 'exchangeStatus'].map(
    (type): [string, number] => [type, 2],
  ),
  ['userRole', 60],
])

export const infoWeight = (payload: unknown): number => WEIGHTS.get(field(payload, 'type')) ?? USUAL_WEIGHT

/** How many rows of an answer weigh one. */
const ROWS_PER_WEIGHT: ReadonlyMap<unknown, number> = new Map([
  ...['recentTrades', 'historicalOrders', 'userFills', 'userFillsByTime', 'fundingHistory', 'userFunding'].map(
    (type): [string, number] => [type, 20],
  ),
  ['candleSnapshot', 60],
])

/** What an answer weighs on top of its question. */
export function answerWeight(payload: unknown, answer: unknown): number {
  const rows = ROWS_PER_WEIGHT.get(field(payload, 'type'))
  return rows !== undefined && Array.isArray(answer) ? Math.floor(answer.length / rows) : 0
}
