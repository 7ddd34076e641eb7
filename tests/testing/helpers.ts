/** Signing, asking and listening, as a client would, with well-known keys that nobody should ever fund. */
import { privateKeyToAddress, sign } from 'viem/accounts'
import { WebSocket } from 'ws'
import {
  createManualClock,
  createSimExchange,
  createUnverifiedSigner,
  type ManualClock,
  type Reply,
  type SimExchange,
  type SimExchangeOptions,
} from '../../src/testing/index.js'
import { l1ActionHash, l1Digest } from '../../src/wire/l1-hash.js'
import type { Encodable } from '../../src/wire/msgpack.js'

export const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
export const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
export const OTHER_KEY = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a'
export const USER: string = privateKeyToAddress(KEY).toLowerCase()
export const AGENT: string = privateKeyToAddress(AGENT_KEY).toLowerCase()
export const OTHER: string = privateKeyToAddress(OTHER_KEY).toLowerCase()

export const NVDA = 110_002
export const CLOID = '0x0000000000000000000000000000c0de'

type Json = { readonly [key: string]: unknown }
export type Action = { readonly [key: string]: Encodable | undefined }

export type OrderFields = {
  a?: number
  b?: boolean
  p: string
  s: string
  r?: boolean
  tif?: 'Alo' | 'Ioc' | 'Gtc' | 'FrontendMarket'
  c?: string
}

export function orderWire({ a = NVDA, b = true, p, s, r = false, tif = 'Gtc', c }: OrderFields): Action {
  return { a, b, p, s, r, t: { limit: { tif } }, ...(c === undefined ? {} : { c }) }
}

export function orderAction(...orders: OrderFields[]): Action {
  return { type: 'order', orders: orders.map(orderWire), grouping: 'na' }
}

export type SignOptions = {
  readonly key?: `0x${string}`
  readonly nonce: number
  readonly network?: 'mainnet' | 'testnet'
  readonly expiresAfter?: number
  readonly vaultAddress?: `0x${string}`
}

/** A request signed with this library's own encoder. */
export async function signed(action: Action, options: SignOptions): Promise<Json> {
  const { nonce, expiresAfter, vaultAddress } = options
  return signedHash(action, l1ActionHash(action, { nonce, expiresAfter, vaultAddress }), options)
}

export async function signedHash(action: Action, actionHash: `0x${string}`, options: SignOptions): Promise<Json> {
  const { key = KEY, nonce, network = 'testnet', expiresAfter, vaultAddress } = options
  const { r, s, v } = await sign({ hash: l1Digest(actionHash, network), privateKey: key })
  const signature = { r, s, v: Number(v) }
  return {
    action,
    nonce,
    signature,
    ...(expiresAfter === undefined ? {} : { expiresAfter }),
    ...(vaultAddress === undefined ? {} : { vaultAddress }),
  }
}

export async function post(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return { status: response.status, body: isJson ? JSON.parse(text) : text }
}

export type TestSocket = {
  /** Raw frames so far. */
  readonly frames: readonly string[]
  send(message: unknown): void
  /** The next frame of a channel that fits, also one that has already come. Each frame is handed out once. */
  next(channel: string, fits?: (data: Json) => boolean): Promise<Json>
  readonly closed: Promise<number>
  close(): void
}

export async function openSocket(url: string): Promise<TestSocket> {
  const socket = new WebSocket(url)
  const frames: string[] = []
  const unread: { channel: string; data: Json }[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data) => {
    const text = String(data)
    frames.push(text)
    if (text.startsWith('{')) unread.push(JSON.parse(text) as { channel: string; data: Json })
    for (const look of waiting) look()
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  return {
    frames,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: (channel, fits = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const index = unread.findIndex((frame) => frame.channel === channel && fits(frame.data))
          const [found] = index === -1 ? [] : unread.splice(index, 1)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found.data)
        }
        waiting.add(look)
        look()
      }),
    close: () => socket.close(),
  }
}

/** An exchange in this process, under a manual clock, on which everything happens in the call. */
export type Bench = {
  readonly clock: ManualClock
  readonly exchange: SimExchange
  /** Sends an action as an account and returns the body of the answer. */
  act(
    action: Action,
    options?: { readonly as?: string; readonly nonce?: number; readonly expiresAfter?: number },
  ): unknown
  /** Places orders and returns the statuses. */
  order(...orders: OrderFields[]): unknown[]
  orderAs(user: string, ...orders: OrderFields[]): unknown[]
  info(request: Json): unknown
}

export function createBench(options: SimExchangeOptions = {}): Bench {
  const clock = createManualClock()
  const exchange = createSimExchange({ clock, verifySignatures: false, ...options })
  let lastNonce = 0
  const bench: Bench = {
    clock,
    exchange,
    act(action, { as = USER, nonce, expiresAfter } = {}) {
      lastNonce = nonce ?? Math.max(lastNonce + 1, clock.now())
      let reply: Reply | undefined
      const signature = createUnverifiedSigner(as).sign('0x', { network: 'testnet', connectionId: '0x' })
      const payload = { action, nonce: lastNonce, signature, ...(expiresAfter === undefined ? {} : { expiresAfter }) }
      exchange.handleExchange(payload, (answer) => {
        reply = answer
      })
      return reply === undefined ? undefined : 'body' in reply ? reply.body : reply.text
    },
    order: (...orders) => bench.orderAs(USER, ...orders),
    orderAs(user, ...orders) {
      const answer = bench.act(orderAction(...orders), { as: user })
      return statusesOf(answer)
    },
    info(request) {
      const reply = exchange.handleInfo(request)
      return 'body' in reply ? reply.body : reply.text
    },
  }
  exchange.account(USER).deposit('100000')
  exchange.account(OTHER).deposit('100000')
  return bench
}

export function statusesOf(answer: unknown): unknown[] {
  const response = (answer as { response?: { data?: { statuses?: unknown[] } } }).response
  return response?.data?.statuses ?? [answer]
}

/** The same, but every action is signed, and verified. */
export type SignedBench = {
  readonly clock: ManualClock
  readonly exchange: SimExchange
  act(action: Action, options?: Partial<SignOptions>): Promise<unknown>
}

export function createSignedBench(options: SimExchangeOptions = {}): SignedBench {
  const clock = createManualClock()
  const exchange = createSimExchange({ clock, ...options })
  exchange.account(USER).deposit('100000')
  let lastNonce = 0
  return {
    clock,
    exchange,
    async act(action, signing = {}) {
      lastNonce = Math.max(lastNonce + 1, clock.now())
      const request = await signed(action, { nonce: lastNonce, ...signing })
      let reply: Reply | undefined
      exchange.handleExchange(request, (answer) => {
        reply = answer
      })
      return reply === undefined ? undefined : 'body' in reply ? reply.body : reply.text
    },
  }
}
