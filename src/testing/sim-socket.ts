/**
 * A WebSocket to a simulated exchange without a network: for tests that run under a manual clock and must take no time.
 *
 * Frames are carried in microtasks, in order, as a socket would carry them in turns of the event loop.
 */
import type { SimConnection } from './sim-exchange/connection.js'
import type { SimExchange } from './sim-exchange/index.js'

/** The part of a WebSocket that clients use. */
export type SimSocket = {
  readonly readyState: number
  readonly bufferedAmount: number
  onopen: (() => void) | null
  onclose: (() => void) | null
  onerror: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  send(text: string): void
  close(): void
  terminate(): void
}

const CONNECTING = 0
const OPEN = 1
const CLOSED = 3

/** Opens a connection to the exchange. Give it to `createWsSender` as its `webSocket`. */
export function createSimSocket(exchange: Pick<SimExchange, 'connect'>): SimSocket {
  let readyState = CONNECTING
  let connection: SimConnection | undefined

  const later = (fn: () => void): void => void Promise.resolve().then(fn)

  function end(): void {
    if (readyState === CLOSED) return
    readyState = CLOSED
    connection?.closed()
    later(() => socket.onclose?.())
  }

  const socket: SimSocket = {
    get readyState() {
      return readyState
    },
    bufferedAmount: 0,
    onopen: null,
    onclose: null,
    onerror: null,
    onmessage: null,
    send(text) {
      if (readyState === OPEN) later(() => connection?.receive(text))
    },
    close: end,
    terminate: end,
  }
  later(() => {
    if (readyState === CLOSED) return
    readyState = OPEN
    socket.onopen?.()
    connection = exchange.connect({
      send: (text) => later(() => socket.onmessage?.({ data: text })),
      close: end,
    })
  })
  return socket
}
