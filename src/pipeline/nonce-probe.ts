/**
 * A question that only the chain can answer: was this nonce used?
 *
 * A nonce is good for one action. A noop signed with the nonce of an unanswered request either takes it, and then the
 * request can never execute, or is refused as a duplicate, and then the request was processed and can be looked up.
 * Asking again is harmless: of all copies the chain takes one.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { Address } from '../model/account.js'
import type { PostReply } from '../ports.js'
import { parseDefaultReply } from '../wire/replies.js'
import type { Post } from './meter.js'
import type { Parts } from './parts.js'
import type { Sign } from './sign.js'

/** `undecided` proves nothing: the noop was not signed, not written, not answered, or refused for another reason. */
export type NonceVerdict = 'unused' | 'used' | 'undecided'

export type NonceProbe = {
  /** Asks once, however many orders of the request want to know. Never rejects. @param by the nonce's signer */
  probe(nonce: number, by: Address): Promise<NonceVerdict>
}

export function createNonceProbe(
  { clock, limits }: Pick<Parts, 'clock' | 'limits'>,
  post: Post,
  sign: Pick<Sign, 'noop'>,
): NonceProbe {
  const running = new Map<string, Promise<NonceVerdict>>()

  async function ask(nonce: number, by: Address): Promise<NonceVerdict> {
    const payload = await sign.noop(nonce, by)
    if (payload === undefined) return 'undecided'
    const result = post({ type: 'action', payload })
    return result.written ? verdictOf(await inTime(result.reply)) : 'undecided'
  }

  function inTime(reply: Promise<PostReply>): Promise<PostReply> {
    return new Promise((resolve) => {
      const cancel = clock.schedule(() => resolve({ status: 'lost', why: 'no answer in time' }), limits.replyTimeoutMs)
      reply.then(resolve).finally(cancel)
    })
  }

  return {
    probe(nonce, by) {
      const key = `${by} ${nonce}`
      const known = running.get(key)
      if (known !== undefined) return known
      const asked = ask(nonce, by)
        .catch((): NonceVerdict => 'undecided')
        .finally(() => running.delete(key))
      running.set(key, asked)
      return asked
    },
  }
}

function verdictOf(reply: PostReply): NonceVerdict {
  if (reply.status !== 'answered') return 'undecided'
  const answer = parseDefaultReply(reply.payload)
  if (answer.kind === 'ok') return 'unused'
  return answer.kind === 'error' && /duplicate nonce/i.test(answer.message) ? 'used' : 'undecided'
}
