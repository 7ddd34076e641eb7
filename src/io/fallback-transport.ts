/**
 * A socket, and a second way for what may always leave: while the socket is down, cancels, reduce-only orders and
 * questions take HTTP.
 *
 * New orders never do, judged by what the action itself says: a price belongs to the connection it was seen on. A request
 * goes one way only. One that was written on the socket and lost is not sent again, here or anywhere.
 */
import type { NotWrittenReason, PostRequest, Transport, TransportState } from '../ports.js'
import { opensNothing } from '../wire/exits.js'

/** In these the socket has taken nothing, and may not for long. The venue's limits hold for either way. */
const SECOND_WAY: ReadonlySet<NotWrittenReason> = /* @__PURE__ */ new Set(['connecting', 'backpressure'] as const)

/**
 * @param socket carries everything while it is up, and all feeds
 * @param http the second way, such as `createHttpSender`
 * @throws {RangeError} when they lead to two networks
 */
export function createFallbackTransport(socket: Transport, http: Transport): Transport {
  const { network } = socket
  if (http.network !== network) {
    throw new RangeError(`network: the socket leads to ${network}, the second way to ${http.network}`)
  }

  const isUsed = ({ status }: TransportState): boolean => status === 'open' || status === 'connecting'
  const view = (state: TransportState): TransportState => ({
    ...state,
    carriesExits: isUsed(state) && http.state.status === 'open',
  })
  const mayGo = ({ type, payload }: PostRequest): boolean => type === 'info' || opensNothing(payload['action'])

  return {
    network,
    get state() {
      return view(socket.state)
    },
    get framesWritten() {
      return socket.framesWritten
    },
    async connect(options) {
      await http.connect(options)
      await socket.connect(options)
    },
    post(request) {
      const result = socket.post(request)
      const isForHttp = !result.written && SECOND_WAY.has(result.why) && isUsed(socket.state) && mayGo(request)
      return isForHttp ? http.post(request) : result
    },
    subscribe: socket.subscribe,
    onState: (listener) => socket.onState((state) => listener(view(state))),
    unref() {
      socket.unref?.()
      http.unref?.()
    },
    async close() {
      await Promise.all([socket.close(), http.close()])
    },
  }
}
