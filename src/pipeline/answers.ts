/** What the answer to a request says of each order or cancel in it, and what it means that there is none. */
import type { Batch } from '../control/batch-queue.js'
import type { PostReply } from '../ports.js'
import { parseCancelReplies, parseOrderReplies } from '../wire/replies.js'
import type { Cancels } from './cancels.js'
import type { Evidence } from './evidence.js'
import type { Parts } from './parts.js'
import type { Replacements } from './replacements.js'
import type { Resolver } from './resolver.js'

export type Answers = {
  /** The answer to a request, or that none can come any more. One that was taken before is not taken again. */
  take(id: number, reply: PostReply): void
  /** The request was written, and nothing will say what became of it but evidence. */
  lose(batch: Batch): void
}

export type AnswersParts = {
  readonly parts: Pick<Parts, 'requests' | 'orders'>
  readonly evidence: Evidence
  readonly cancels: Cancels
  readonly replacements: Replacements
  readonly resolver: Resolver
}

export function createAnswers({ parts, evidence, cancels, replacements, resolver }: AnswersParts): Answers {
  const { requests, orders } = parts

  function lose(batch: Batch): void {
    if (batch.lane === 'cancel') {
      for (const cancel of batch.cancels) cancels.lose(cancel)
      return
    }
    for (const { request } of batch.orders) {
      replacements.lose(request)
      if (orders.get(request.clientOrderId)?.status !== 'inFlight') continue
      evidence.apply(request.clientOrderId, 'lost')
      resolver.watch(request.clientOrderId)
    }
  }

  return {
    lose,
    take(id, reply) {
      const batch = requests.settle(id)?.content
      if (batch === undefined) return
      if (reply.status === 'lost') {
        lose(batch)
        return
      }
      const payload = reply.status === 'answered' ? reply.payload : { status: 'err', response: reply.message }
      if (batch.lane === 'cancel') {
        const replies = parseCancelReplies(payload, batch.cancels.length)
        for (const [index, cancel] of batch.cancels.entries()) cancels.onReply(cancel, replies[index] ?? UNREADABLE)
        return
      }
      const replies = parseOrderReplies(payload, batch.orders.length)
      for (const [index, { request }] of batch.orders.entries()) {
        const entry = replies[index] ?? UNREADABLE
        evidence.orderReply(request, entry)
        resolver.watch(request.clientOrderId)
        replacements.onReply(request, entry)
      }
    },
  }
}

const UNREADABLE = { kind: 'unknown', raw: undefined } as const
