/**
 * One WebSocket connection, without the socket: frames in, frames out.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket
 */
import type { Clock } from '../../ports.js'
import { type Fields, fields, integer, oneOf, Undecodable } from './decode.js'
import type { Faults } from './faults/index.js'
import { field, kindOfFrame, type Message, runAll } from './faults/message.js'
import type { FeedHub, Frame } from './feeds.js'
import type { Gateway, Reply } from './gateway.js'
import type { IpLimits } from './ip-limits.js'
import type { Recorder } from './record.js'
import type { Venue } from './state.js'
import { feeds, feedType, type Normalised } from './subscriptions.js'
import { transportErrors } from './words.js'

/** What carries the frames. */
export type Link = {
  send(text: string): void
  /** The venue hangs up. */
  close(): void
  /** The connection breaks, without a farewell. Where there is none, `close` does it. */
  cut?(): void
  /** Nothing is read from now on. */
  pause?(): void
}

export type SimConnection = {
  /** `ws-1`, `ws-2`, … as in the record. */
  readonly id: string
  /** A text frame from the client. */
  receive(text: string): void
  /** The client has gone. Ends its subscriptions; answers still to come are dropped. */
  closed(): void
}

type ConnectionOptions = {
  readonly id: string
  readonly link: Link
  readonly venue: Venue
  readonly gateway: Gateway
  readonly hub: FeedHub
  readonly recorder: Recorder
  readonly faults: Faults
  readonly ipLimits: IpLimits
  readonly clock: Pick<Clock, 'monotonic' | 'schedule'>
}

/** What the client wanted, of a reply: see faults/message.ts. */
type Asked = ReturnType<typeof kindOfFrame> & {
  /** What faults want to happen right before it is executed. */
  readonly before?: () => void
}

/** A connection to which the venue has sent nothing for so long is closed. */
const IDLE_LIMIT_MS = 60_000
const GREETING = 'Websocket connection established.'

export function createConnection(options: ConnectionOptions): SimConnection {
  const { id, link, venue, gateway, hub, recorder, faults, ipLimits, clock } = options
  const subscriptions = new Map<string, () => void>()
  let isOpen = true
  let sentAt = clock.monotonic()
  let stopIdleTimer = watchIdle(IDLE_LIMIT_MS)

  /** Every frame to this client leaves here, past the faults. */
  function deliver(text: string, kind: string, about: Pick<Message, 'payload' | 'reply' | 'answer'>): void {
    if (!isOpen) return
    sentAt = clock.monotonic()
    const { payload, reply, answer } = about
    faults.send({ connection: id, kind, text, payload, reply, answer, pass: transmit, cut, silence })
  }

  function transmit(text: string): void {
    if (isOpen) link.send(text)
  }

  function cut(): void {
    closed()
    if (link.cut === undefined) link.close()
    else link.cut()
  }

  /** Half open: this side has forgotten the connection, and the other cannot know. */
  function silence(): void {
    closed()
    link.pause?.()
  }

  /** Answers a frame on a channel. */
  const say = (asked: Asked, channel: string, data: unknown): void =>
    deliver(JSON.stringify({ channel, data }), `reply:${asked.kind}`, asked)

  function watchIdle(ms: number): () => void {
    return clock.schedule(
      () => {
        const leftMs = sentAt + IDLE_LIMIT_MS - clock.monotonic()
        if (leftMs > 0) {
          stopIdleTimer = watchIdle(leftMs)
        } else {
          closed()
          link.close()
        }
      },
      ms,
      { background: true },
    )
  }

  function closed(): void {
    if (!isOpen) return
    isOpen = false
    ipLimits.disconnected()
    stopIdleTimer()
    for (const end of subscriptions.values()) end()
    subscriptions.clear()
    faults.ended(id)
  }

  /** @throws {Undecodable} when it is no request at all */
  function handle(message: Fields, asked: Asked): void {
    const method = oneOf(message['method'], ['ping', 'subscribe', 'unsubscribe', 'post'], 'method')
    if (method === 'ping') deliver('{"channel":"pong"}', 'reply:ping', asked)
    else if (method === 'post') post(message, asked)
    else if (method === 'subscribe') subscribe(fields(message['subscription'], 'subscription'), asked)
    else unsubscribe(fields(message['subscription'], 'subscription'), asked)
  }

  function post(message: Fields, asked: Asked): void {
    const postId = integer(message['id'], 'id')
    const request = fields(message['request'], 'request')
    const type = oneOf(request['type'], ['action', 'info'], 'request.type')
    const payload = fields(request['payload'], 'request.payload')
    if (!ipLimits.post()) {
      say(asked, 'error', transportErrors.tooManyPosts(postId))
      return
    }
    const respond = (reply: Reply): void => {
      ipLimits.answered()
      deliver(posted(postId, type, payload, reply), `reply:${asked.kind}`, {
        payload,
        reply,
        answer: (other) => transmit(posted(postId, type, payload, other)),
      })
    }
    if (type === 'action') {
      gateway.action(payload, id, respond, { before: asked.before })
    } else {
      asked.before?.()
      respond(gateway.info(payload, id))
    }
  }

  function subscribe(request: Fields, asked: Asked): void {
    if (!isOpen) return
    recorder.request(id, 'subscribe', request)
    const subscription = normalise(request, asked)
    if (subscription === undefined) return
    const key = JSON.stringify(subscription)
    if (subscriptions.has(key)) {
      say(asked, 'error', transportErrors.subscribed(key))
    } else {
      const user = userOf(subscription)
      const full = ipLimits.subscribe(user)
      if (full !== undefined) {
        say(asked, 'error', transportErrors.tooMany(full, venue.limits[full]))
        return
      }
      say(asked, 'subscriptionResponse', { method: 'subscribe', subscription })
      const kind = `feed:${subscription.type}`
      const listener = {
        subscription,
        deliver: (frame: Frame) => deliver(JSON.stringify(frame), kind, { payload: frame.data }),
      }
      const end = hub.add(listener)
      const finish = (): void => {
        end()
        ipLimits.unsubscribe(user)
      }
      if (isOpen) subscriptions.set(key, finish)
      // A fault has cut the connection at this very answer, or at the snapshot behind it.
      else finish()
    }
  }

  function unsubscribe(request: Fields, asked: Asked): void {
    recorder.request(id, 'unsubscribe', request)
    const subscription = normalise(request, asked)
    if (subscription === undefined) return
    const key = JSON.stringify(subscription)
    const end = subscriptions.get(key)
    if (end === undefined) {
      say(asked, 'error', transportErrors.unsubscribed(key))
    } else {
      end()
      subscriptions.delete(key)
      say(asked, 'subscriptionResponse', { method: 'unsubscribe', subscription })
    }
  }

  /** The venue's spelling of a subscription; says so on the error channel when it makes no sense. */
  function normalise(request: Fields, asked: Asked): Normalised | undefined {
    const type = feedType(request)
    try {
      return { type, ...feeds[type].normalise(venue, request) }
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error
      say(asked, 'error', transportErrors.badSubscription(JSON.stringify(scalars(request))))
      return undefined
    }
  }

  /** @param text as it came, to be sent back when it makes no sense */
  function execute(text: string, frame: unknown, asked: Asked): void {
    try {
      handle(fields(frame, 'request'), asked)
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error
      refuse(text)
    }
  }

  /** How a post can be answered without being executed. */
  function answerTo(frame: unknown, { kind, payload }: Asked): Message['answer'] {
    const postId = field(frame, 'id')
    const type = kind.startsWith('action:') ? 'action' : kind.startsWith('info:') ? 'info' : undefined
    if (type === undefined || typeof postId !== 'number') return undefined
    return (reply) => deliver(posted(postId, type, payload, reply), `reply:${kind}`, { payload, reply })
  }

  function refuse(text: string): void {
    recorder.request(id, 'malformed', text)
    say({ kind: 'malformed', payload: text }, 'error', transportErrors.badFrame(text))
  }

  ipLimits.connected()
  deliver(GREETING, 'reply:connect', { payload: undefined })
  return {
    id,
    closed,
    receive(text) {
      if (!isOpen) return
      if (!ipLimits.message()) {
        // What becomes of the frame too many is not published. To hang up is the worst for whoever waits for an answer.
        closed()
        link.close()
        return
      }
      const frame = parsed(text)
      if (frame === undefined) {
        refuse(text)
        return
      }
      const before: (() => void)[] = []
      const asked: Asked = { ...kindOfFrame(frame), before: () => runAll(before) }
      faults.send({
        connection: id,
        kind: `request:${asked.kind}`,
        payload: asked.payload,
        text,
        before,
        pass: () => execute(text, frame, asked),
        answer: answerTo(frame, asked),
        cut,
        silence,
      })
    },
  }
}

function userOf({ user }: Normalised): string | undefined {
  return typeof user === 'string' ? user : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function posted(id: number, type: 'action' | 'info', payload: unknown, reply: Reply): string {
  return JSON.stringify({ channel: 'post', data: { id, response: wrapped(type, payload, reply) } })
}

/** Info answers are wrapped twice, actions once, and what would be an HTTP error is its status and description. */
function wrapped(type: 'action' | 'info', payload: unknown, reply: Reply): unknown {
  if ('text' in reply) return { type: 'error', payload: `${reply.httpStatus} ${reply.text}` }
  return type === 'action'
    ? { type, payload: reply.body }
    : { type, payload: { type: field(payload, 'type'), data: reply.body } }
}

/** What of a subscription can be echoed: a nest of a million brackets cannot. */
function scalars(request: Fields): Fields {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => typeof value !== 'object' || value === null))
}
