/**
 * The info endpoint: one question, one answer, nothing changed.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import { fields, text, Undecodable } from './decode.js'
import { historyInfo } from './info-history.js'
import { marketInfo } from './info-markets.js'
import { unlistedInfo } from './info-unlisted.js'
import { userInfo } from './info-users.js'
import type { Venue } from './state.js'
import type { Json } from './views.js'

const handlers = { ...marketInfo, ...historyInfo, ...unlistedInfo, ...userInfo }

/** @throws {Undecodable} when the question is malformed, or one this exchange has no answer to */
export function answerInfo(venue: Venue, payload: unknown): { readonly type: string; readonly data: Json } {
  const request = fields(payload, 'request')
  const type = text(request['type'], 'type')
  const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined
  if (handler === undefined) {
    throw new Undecodable(
      `type: unknown variant \`${type.slice(0, 64)}\` (this simulated exchange has no such request)`,
    )
  }
  return { type, data: handler(venue, request) }
}
