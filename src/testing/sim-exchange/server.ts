/**
 * The sockets: HTTP and WebSocket on one loopback port. A thin shell around the gateway.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { Link, SimConnection } from './connection.js'
import type { Faults } from './faults/index.js'
import { kindOfPost, runAll } from './faults/message.js'
import type { Gateway, Reply } from './gateway.js'
import { transportErrors } from './words.js'

export type SimServer = {
  readonly httpUrl: string
  readonly wsUrl: string
  close(): Promise<void>
}

type ServerOptions = {
  readonly port: number
  readonly gateway: Gateway
  readonly faults: Faults
  readonly connect: (link: Link) => SimConnection
  /** Whether another WebSocket connection would be let in now. */
  readonly mayConnect: () => boolean
}

const HOST = '127.0.0.1'
const MAX_BYTES = 1_048_576

/** @throws when the port cannot be had */
export async function startServer({ port, gateway, faults, connect, mayConnect }: ServerOptions): Promise<SimServer> {
  const http = createServer((request, response) => {
    readBody(request, (body) => route(gateway, faults, request, response, body))
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES, autoPong: false })
  sockets.on('connection', (socket, request: IncomingMessage) => {
    let isPaused = false
    const gather = gatherWrites(request.socket)
    const connection = connect({
      send(text) {
        gather()
        socket.send(text)
      },
      close: () => socket.close(),
      cut: () => socket.terminate(),
      pause() {
        isPaused = true
        socket.pause()
      },
    })
    // Answered here and not by the library, which goes on answering what it read before it was paused.
    socket.on('ping', (data) => {
      if (!isPaused) socket.pong(data)
    })
    socket.on('message', (data) => connection.receive(String(data)))
    socket.on('close', () => connection.closed())
    // A frame too big or broken: the library closes the socket itself.
    socket.on('error', () => connection.closed())
  })
  http.on('upgrade', (request, socket, head) => {
    if (pathOf(request) === '/ws' && !mayConnect()) {
      socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    } else if (pathOf(request) === '/ws') {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
    } else {
      socket.destroy()
    }
  })
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, HOST, resolve)
  })
  const { port: bound } = http.address() as AddressInfo
  return {
    httpUrl: `http://${HOST}:${bound}`,
    wsUrl: `ws://${HOST}:${bound}/ws`,
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.terminate()
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}

/** What is written in one turn leaves in one system call: an action has several frames, and each call costs more than a frame. */
function gatherWrites(stream: Socket): () => void {
  let isGathering = false
  return () => {
    if (isGathering) return
    isGathering = true
    stream.cork()
    queueMicrotask(() => {
      isGathering = false
      stream.uncork()
    })
  }
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? ''

/** Hands over the body, or nothing when it is too big. */
function readBody(request: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= MAX_BYTES) chunks.push(chunk)
  })
  request.on('end', () => done(length <= MAX_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined))
  request.on('error', () => request.destroy())
}

/** A body on its way to the gateway, and the answer on its way back, each past the faults. */
function route(
  gateway: Gateway,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
  body: string | undefined,
): void {
  const read = refusal(request, body) ?? parsed(body ?? '')
  if ('httpStatus' in read) {
    write(response, read)
    return
  }
  const { payload } = read
  const type = pathOf(request) === '/info' ? 'info' : 'action'
  const before: (() => void)[] = []
  const kind = kindOfPost(type, payload)
  const way = {
    connection: 'http',
    payload,
    cut: () => void request.socket.destroy(),
    // To a client that waits for one answer, no answer is all there is to a dead connection.
    silence: () => undefined,
  }
  const respond = (reply: Reply): void =>
    faults.send({
      ...way,
      kind: `reply:${kind}`,
      text: textOf(reply),
      reply,
      pass: (text) => write(response, reply, text),
      answer: (other) => write(response, other),
    })
  faults.send({
    ...way,
    kind: `request:${kind}`,
    text: '',
    before,
    pass() {
      const peer = `http ${request.socket.remotePort}`
      if (type === 'action') {
        gateway.action(payload, 'http', respond, { peer, before: () => runAll(before) })
      } else {
        runAll(before)
        respond(gateway.info(payload, 'http'))
      }
    },
    answer: respond,
  })
}

function parsed(body: string): { readonly payload: unknown } | Reply {
  try {
    return { payload: JSON.parse(body) }
  } catch {
    return { httpStatus: 400, text: transportErrors.notJson }
  }
}

function refusal(request: IncomingMessage, body: string | undefined): Reply | undefined {
  const path = pathOf(request)
  if (path !== '/info' && path !== '/exchange') return { httpStatus: 404, text: 'Not Found' }
  if (request.method !== 'POST') return { httpStatus: 405, text: 'Method Not Allowed' }
  if (body === undefined) return { httpStatus: 413, text: 'Payload Too Large' }
  if (request.headers['content-type']?.startsWith('application/json') !== true) {
    return { httpStatus: 415, text: 'Expected request with `Content-Type: application/json`' }
  }
  return undefined
}

const textOf = (reply: Reply): string => ('text' in reply ? reply.text : JSON.stringify(reply.body))

/** Of an answer that comes twice, HTTP carries the first. */
function write(response: ServerResponse, reply: Reply, body: string = textOf(reply)): void {
  if (response.writableEnded) return
  const isText = 'text' in reply
  response.writeHead(reply.httpStatus, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' })
  response.end(body)
}
