/**
 * A `Transport` on top of anything that carries one request and brings back its answer. It has no feeds.
 *
 * A request is handed over in the call or refused in the call. Once it is handed over, only its answer says what became
 * of it: whatever else happens is `lost`, because nobody can tell how far it came.
 */
import { ExecutorError } from '../errors.js'
import type { Network } from '../model/account.js'
import type { Clock, PostReply, PostRequest, PostResult, Transport, TransportState } from '../ports.js'

export type Endpoint = 'exchange' | 'info'

export type RequestTransportOptions = {
  readonly network: Network
  readonly clock: Pick<Clock, 'schedule'>
  readonly timeoutMs: number
  /** Hands the request over in the call. May reject: then it is lost. */
  readonly carry: (endpoint: Endpoint, payload: PostRequest['payload'], signal: AbortSignal) => Promise<PostReply>
  /** Whether a request would leave in the call. */
  readonly isWritable: () => boolean
}

/** Questions leave room for actions: a cancel must never wait for one. */
const MAX_IN_FLIGHT = { action: 100, info: 80 }

export function createRequestTransport(options: RequestTransportOptions): Transport {
  const { network, clock, timeoutMs, carry, isWritable } = options
  const listeners = new Set<(state: TransportState) => void>()
  /** What ends each request that is not answered. */
  const waiting = new Set<(why: string) => void>()
  let state: TransportState = { status: 'idle', generation: 0, isSubscribed: false }

  function become(next: TransportState): void {
    state = next
    for (const listener of [...listeners]) listener(next)
  }

  function send({ type, payload }: PostRequest): Promise<PostReply> {
    const controller = new AbortController()
    return new Promise((resolve) => {
      const finish = (reply: PostReply): void => {
        cancelTimer()
        waiting.delete(lose)
        resolve(reply)
      }
      const lose = (why: string): void => {
        finish({ status: 'lost', why })
        controller.abort()
      }
      const cancelTimer = clock.schedule(() => lose(`no answer within ${timeoutMs} ms`), timeoutMs)
      waiting.add(lose)
      carry(type === 'action' ? 'exchange' : 'info', payload, controller.signal).then(finish, (error: unknown) =>
        finish({ status: 'lost', why: error instanceof Error ? error.message : String(error) }),
      )
    })
  }

  return {
    network,
    get state() {
      return state
    },
    async connect({ signal } = {}) {
      if (state.status === 'closed') throw new ExecutorError('CLOSED', 'the transport is closed')
      if (signal?.aborted) throw new ExecutorError('ABORTED', 'aborted', { cause: signal.reason })
      if (state.status === 'idle') become({ status: 'open', generation: 1, isSubscribed: true })
    },
    post(request): PostResult {
      if (state.status === 'closed') return { written: false, why: 'closed' }
      if (state.status !== 'open' || !isWritable()) return { written: false, why: 'connecting' }
      if (waiting.size >= MAX_IN_FLIGHT[request.type]) return { written: false, why: 'throttled' }
      return { written: true, reply: send(request) }
    },
    subscribe() {
      throw new TypeError('subscribe: this transport has no feeds; give createFallbackTransport a WsSender beside it')
    },
    onState(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      if (state.status === 'closed') return
      become({ ...state, status: 'closed', isSubscribed: false })
      for (const lose of [...waiting]) lose('the transport was closed')
    },
  }
}
