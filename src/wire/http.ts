/**
 * What an HTTP answer of the venue says about the request: answered, not executed, or nothing.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { PostReply } from '../ports.js'

/**
 * Statuses with which a server turns a request down before it does anything with it. The others of their kind are not
 * here on purpose: a 408 or a 499 may come from something in between that has passed the request on.
 */
const NOT_EXECUTED: ReadonlySet<number> = /* @__PURE__ */ new Set([400, 401, 403, 404, 405, 413, 415, 422, 429])
const MAX_QUOTED = 200

export function httpReply(status: number, body: string): PostReply {
  if (status === 200) {
    try {
      return { status: 'answered', payload: JSON.parse(body) }
    } catch {
      return { status: 'lost', why: 'an answer that is no JSON' }
    }
  }
  return httpFailure(status, body)
}

/** For a status that is no success. */
export function httpFailure(status: number, body = ''): PostReply {
  // The venue's own words for it, which what is in between may have replaced.
  const words = status === 429 ? 'Too Many Requests' : body.slice(0, MAX_QUOTED)
  const message = `${status} ${words}`.trim()
  return NOT_EXECUTED.has(status) ? { status: 'refused', message } : { status: 'lost', why: message }
}
