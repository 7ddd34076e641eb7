/**
 * Sockets of `ws` in Node and of the browser elsewhere, and whether they keep the process alive: in Node an open one does,
 * until it is told not to.
 */
import IsomorphicWebSocket from 'isomorphic-ws'
import type { WebSocketLike } from './ws-link.js'

export type Sockets = {
  open(url: string): WebSocketLike
  /** From here on none of them keeps the process alive once it is open. */
  unref(): void
}

/** What `ws` tells of when the connection stands. */
type Upgrade = { readonly socket: { unref?(): void } }

export function createSockets(): Sockets {
  let isUnref = false
  let letGo = (): void => {}
  return {
    open(url) {
      const socket = new IsomorphicWebSocket(url) as unknown as WebSocketLike & {
        on?(event: 'upgrade', listener: (response: Upgrade) => void): void
      }
      socket.on?.('upgrade', (response) => {
        letGo = () => response.socket.unref?.()
        if (isUnref) letGo()
      })
      return socket
    },
    unref() {
      isUnref = true
      letGo()
    },
  }
}
