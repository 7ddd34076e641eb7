/**
 * The other leg of a modify: what the answer to a replacement means for the order it replaces.
 *
 * The venue cancels the old order and places the new one in one step, yet tells of each on its own, late, or of one only.
 * So both hold their claim until their own end is proven; a refused or unanswered modify proves nothing about the old
 * order, which is then looked up.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { OrderRequest } from '../model/order.js'
import type { OrderReply } from '../wire/replies.js'
import type { Evidence } from './evidence.js'
import type { Resolver } from './resolver.js'

export type Replacements = {
  onWritten(request: OrderRequest): void
  onReply(request: OrderRequest, reply: OrderReply): void
  /** Written, and no answer can come any more. */
  lose(request: OrderRequest): void
}

export function createReplacements(evidence: Evidence, resolver: Resolver): Replacements {
  return {
    onWritten({ replaces }) {
      if (replaces !== undefined) evidence.apply(replaces, 'cancelSent')
    },
    onReply({ replaces }, { kind }) {
      if (replaces === undefined) return
      if (kind === 'error' || kind === 'unknown') resolver.check(replaces)
      else evidence.apply(replaces, 'canceled')
    },
    lose({ replaces }) {
      if (replaces !== undefined) resolver.check(replaces)
    },
  }
}
