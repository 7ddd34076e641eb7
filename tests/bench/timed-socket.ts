/** A socket that notes when a frame has been handed to the system, and makes sure that it was. */
import WebSocket from 'ws'
import type { WebSocketLike } from '../../dist/index.js'

/** @param note told the time in ms after each frame */
export function timedSocket(url: string, note: (at: number) => void): WebSocketLike {
  const socket = new WebSocket(url)
  const send = socket.send.bind(socket)
  socket.send = (text: string) => {
    send(text)
    note(performance.now())
  }
  return socket as unknown as WebSocketLike
}
