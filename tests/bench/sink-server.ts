/**
 * The other end for whoever wants to know how fast it can write: a simulated exchange in a process of its own that answers
 * questions, while every action is answered at once, and unread, as a batch of immediate orders that found no counterparty.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { privateKeyToAddress } from 'viem/accounts'
import { WebSocketServer } from 'ws'
import { createSimExchange } from '../../dist/testing/index.js'
import { keyOf } from './sim-venue.js'

const BATCH = Number(process.argv[2])
const statuses = Array.from({ length: BATCH }, () => ({
  error: 'Order could not immediately match against any resting orders. asset=110002',
}))
const ANSWER = JSON.stringify({
  type: 'action',
  payload: { status: 'ok', response: { type: 'order', data: { statuses } } },
})
const ACTION = /^\{"method":"post","id":(\d+),"request":\{"type":"action"/

const exchange = createSimExchange({ limits: 'none' })
exchange.account(privateKeyToAddress(keyOf(0))).deposit('1000000')
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('connection', (socket) => {
  const connection = exchange.connect({ send: (text) => socket.send(text), close: () => socket.close() })
  socket.on('message', (data) => {
    const text = String(data)
    const id = ACTION.exec(text)?.[1]
    if (id === undefined) connection.receive(text)
    else socket.send(`{"channel":"post","data":{"id":${id},"response":${ANSWER}}}`)
  })
  socket.on('close', connection.closed)
})
await once(server, 'listening')
process.on('disconnect', () => process.exit())
process.send?.({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` })
