/**
 * The one door: every request, over whatever carries it, comes in here and its answer goes out here.
 *
 * Actions are executed strictly in the order in which they arrived, although checking a signature takes a moment.
 * With signatures switched off everything happens in the call.
 */
import type { Address } from '../../model/account.js'
import type { Logger } from '../../ports.js'
import { Undecodable } from './decode.js'
import { claimedSigner, decodeEnvelope, type Envelope, recoverSigner } from './envelope.js'
import { type ActionAnswer, execute } from './execute.js'
import type { FeedHub } from './feeds.js'
import { answerInfo } from './info.js'
import type { Recorder } from './record.js'
import type { Venue } from './state.js'
import type { Json } from './views.js'
import { transportErrors } from './words.js'

/** An HTTP answer. The socket wraps the same in an envelope of its own. */
export type Reply =
  | { readonly httpStatus: 200; readonly body: Json | ActionAnswer }
  | { readonly httpStatus: 400 | 404 | 405 | 413 | 415 | 422 | 429 | 500 | 502 | 503 | 504; readonly text: string }

export type Gateway = {
  info(payload: unknown, connection: string): Reply
  /** @param before runs right before the action is executed, when those that came earlier are done */
  action(payload: unknown, connection: string, respond: (reply: Reply) => void, before?: () => void): void
  /** Tells the feeds what has changed since they were last told. */
  publish(): void
  /** Settles when every action that has arrived so far is answered. */
  idle(): Promise<void>
}

type GatewayOptions = {
  readonly venue: Venue
  readonly hub: FeedHub
  readonly recorder: Recorder
  readonly verifySignatures: boolean
  readonly log: Logger | undefined
}

export function createGateway(options: GatewayOptions): Gateway {
  const { venue, hub, recorder, verifySignatures, log } = options
  let tail: Promise<void> = Promise.resolve()

  function publish(): void {
    const changes = venue.notices.take()
    if (changes !== undefined) hub.publish(changes)
  }

  return {
    publish,
    idle: () => tail,
    info(payload, connection) {
      const note = recorder.request(connection, 'info', payload)
      const reply = decoded<Reply>(() => ({ httpStatus: 200, body: answerInfo(venue, payload).data }))
      note('body' in reply ? reply.body : reply.text)
      return reply
    },
    action(payload, connection, respond, before) {
      const note = recorder.request(connection, 'action', payload)
      const answer = (reply: Reply, signer?: Address): void => {
        note('body' in reply ? reply.body : reply.text, signer)
        respond(reply)
        publish()
      }
      const run = (envelope: Envelope, signer: Address | undefined): void => {
        before?.()
        answer(
          decoded<Reply>(() => ({ httpStatus: 200, body: execute(venue, envelope, signer) })),
          signer,
        )
      }

      const envelope = decoded(() => decodeEnvelope(payload))
      if ('httpStatus' in envelope) {
        answer(envelope)
      } else if (verifySignatures) {
        const signer = recoverSigner(envelope, venue.network)
        tail = tail.then(async () => run(envelope, await signer))
      } else {
        run(envelope, claimedSigner(envelope))
      }
    },
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
