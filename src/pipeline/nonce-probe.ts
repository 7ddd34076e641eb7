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
import type { Until } from './until.js'

/** `undecided` proves nothing: the noop was not signed, not written, not answered, or refused for another reason. */
export type NonceVerdict = 'unused' | 'used' | 'undecided'

export type NonceProbe = {
  /** Asks once, however many orders of the request want to know. Never rejects. @param by the nonce's signer */
  probe(nonce: number, by: Address): Promise<NonceVerdict>
}

export type NonceProbeParts = {
  readonly parts: Pick<Parts, 'clock' | 'limits'>
  readonly post: Post
  readonly sign: Pick<Sign, 'noop'>
  readonly until: Pick<Until, 'settles'>
}

export function createNonceProbe({ parts, post, sign, until }: NonceProbeParts): NonceProbe {
  const { clock, limits } = parts
  const running = new Map<string, Promise<NonceVerdict>>()

  async function ask(nonce: number, by: Address): Promise<NonceVerdict> {
    const payload = await sign.noop(nonce, by)
    if (payload === undefined) return 'undecided'
    const posted = post({ type: 'action', payload })
    if (!posted.written) return 'undecided'
    return verdictOf(await until.settles(posted.reply, clock.monotonic() + limits.replyTimeoutMs))
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

function verdictOf(reply: PostReply | undefined): NonceVerdict {
  if (reply?.status !== 'answered') return 'undecided'
  const answer = parseDefaultReply(reply.payload)
  if (answer.kind === 'ok') return 'unused'
  return answer.kind === 'error' && /duplicate nonce/i.test(answer.message) ? 'used' : 'undecided'
}
