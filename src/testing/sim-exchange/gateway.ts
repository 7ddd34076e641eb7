/**
 * The one door: every request, over whatever carries it, comes in here and its answer goes out here.
 *
 * Everything happens in the call, so actions are executed strictly in the order in which they arrive, unless there are
 * blocks: then it is the order of the block.
 */
import type { Address } from '../../model/account.js'
import type { Clock, Logger } from '../../ports.js'
import { createBlocks } from './blocks.js'
import { Undecodable } from './decode.js'
import { claimedSigner, decodeEnvelope, envelopeDigest } from './envelope.js'
import { type ActionAnswer, execute } from './execute.js'
import type { FeedHub } from './feeds.js'
import { answerInfo } from './info.js'
import type { IpLimits } from './ip-limits.js'
import type { Recorder } from './record.js'
import { createSigners } from './signers.js'
import type { Venue } from './state.js'
import type { Json } from './views.js'
import { actionWeight, answerWeight, infoWeight } from './weights.js'
import { transportErrors } from './words.js'

/** An HTTP answer. The socket wraps the same in an envelope of its own. */
export type Reply =
  | { readonly httpStatus: 200; readonly body: Json | ActionAnswer }
  | { readonly httpStatus: 400 | 404 | 405 | 413 | 415 | 422 | 429 | 500 | 502 | 503 | 504; readonly text: string }

type ActionOptions = {
  /** Who is at the other end, when the name of the connection does not say it. */
  readonly peer?: string | undefined
  /** Runs right before the action is executed. */
  readonly before?: (() => void) | undefined
}

export type Gateway = {
  info(payload: unknown, connection: string): Reply
  action(payload: unknown, connection: string, respond: (reply: Reply) => void, options?: ActionOptions): void
  /** Tells the feeds what has changed since they were last told. */
  publish(): void
  /** Settles when every action that has arrived so far is answered. */
  idle(): Promise<void>
}

/** The connection of what does not come over one. */
export const DIRECT = 'direct'
const TOO_MANY: Reply = { httpStatus: 429, text: 'Too Many Requests' }

type GatewayOptions = {
  readonly venue: Venue
  readonly hub: FeedHub
  readonly recorder: Recorder
  readonly ipLimits: IpLimits
  readonly verifySignatures: boolean
  readonly clock: Pick<Clock, 'monotonic' | 'schedule'>
  readonly blockMs: number
  readonly log: Logger | undefined
}

export function createGateway(options: GatewayOptions): Gateway {
  const { venue, hub, recorder, ipLimits, verifySignatures, log } = options
  const signers = createSigners()
  const blocks = createBlocks({ clock: options.clock, blockMs: options.blockMs, onEnd: publish })

  function publish(): void {
    const changes = venue.notices.take()
    if (changes !== undefined) hub.publish(changes)
  }

  return {
    publish,
    idle: blocks.idle,
    info(payload, connection) {
      const note = recorder.request(connection, 'info', payload)
      const reply = paid(connection, infoWeight(payload))
        ? decoded<Reply>(() => ({ httpStatus: 200, body: answerInfo(venue, payload).data }))
        : TOO_MANY
      if ('body' in reply && connection !== DIRECT) ipLimits.charge(answerWeight(payload, reply.body))
      note('body' in reply ? reply.body : reply.text)
      return reply
    },
    action(payload, connection, respond, { peer = connection, before } = {}) {
      const note = recorder.request(connection, 'action', payload)
      const answer = (reply: Reply, signer?: Address): void => {
        note('body' in reply ? reply.body : reply.text, signer)
        respond(reply)
      }
      if (!paid(connection, actionWeight(payload))) {
        answer(TOO_MANY)
        return
      }
      const read = decoded(() => {
        const envelope = decodeEnvelope(payload)
        const signer = verifySignatures
          ? signers.signerOf(envelopeDigest(envelope, venue.network), envelope.signature, peer)
          : claimedSigner(envelope)
        return { envelope, signer }
      })
      if ('httpStatus' in read) {
        answer(read)
        return
      }
      const { envelope, signer } = read
      blocks.add(envelope.action, () => {
        before?.()
        const reply = decoded<Reply>(() => ({ httpStatus: 200, body: execute(venue, envelope, signer) }))
        return () => answer(reply, signer)
      })
    },
  }

  /** What the test asks without a connection comes from nowhere and weighs nothing. */
  function paid(connection: string, weight: number): boolean {
    return connection === DIRECT || ipLimits.spend(weight)
  }

  /** Turns a body that is no request into the answer that says so. A fault of our own must not end the exchange. */
  function decoded<T>(read: () => T): T | Reply {
    try {
      return read()
    } catch (error) {
      if (error instanceof Undecodable) return { httpStatus: 422, text: transportErrors.undecodable(error.message) }
      log?.error('simulated exchange: a request failed for a reason of its own', { error })
      return { httpStatus: 500, text: 'Internal Server Error' }
    }
  }
}
