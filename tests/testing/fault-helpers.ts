/** A client with its frames in plain sight, and an exchange on which things go wrong. */

import { createUnverifiedSigner } from 'hip3-executor/testing'
import type { SimConnection, SimExchangeOptions, Universe } from '../../src/testing/index.js'
import { MAINNET_UNIVERSE } from '../../src/testing/index.js'
import { type Action, type Bench, createBench, type OrderFields, orderAction, USER } from './helpers.js'

export const COIN = 'xyz:NVDA'

/** Only what is traded here, so that a new exchange costs next to nothing. */
export const SMALL: Universe = MAINNET_UNIVERSE.slice(0, 2).map((dex) => ({
  ...dex,
  markets: dex.name === '' ? [] : dex.markets.slice(0, 3),
}))

export type Frame = { readonly channel: string; readonly data: unknown }

export type Client = {
  readonly connection: SimConnection
  /** What has come since the last look: a short word for each frame. */
  heard(): string[]
  /** The raw frames since the last look. */
  taken(): string[]
  readonly hungUp: boolean
  send(frame: unknown): void
  /** Posts an action, or the same again when a nonce is given. Returns its post id. */
  act(action: Action, nonce?: number): number
  order(...orders: OrderFields[]): number
  ask(payload: object): number
  subscribe(type: string, more?: object): void
}

export type FaultBench = Bench & { client(): Client }

export function createFaultBench(options: SimExchangeOptions = {}): FaultBench {
  const bench = createBench({ universe: SMALL, ...options })
  bench.exchange
    .market(COIN)
    .setMark('176')
    .setBook({
      bids: [
        ['175.9', '5'],
        ['175.8', '50'],
      ],
      asks: [
        ['176.1', '5'],
        ['176.2', '50'],
      ],
    })
  let lastNonce = bench.clock.now()
  let lastPost = 0

  function client(): Client {
    let frames: string[] = []
    let hungUp = false
    const connection = bench.exchange.connect({
      send: (text) => frames.push(text),
      close: () => {
        hungUp = true
      },
    })
    frames = []
    const self: Client = {
      connection,
      heard: () => self.taken().map(summary),
      taken: () => frames.splice(0),
      get hungUp() {
        return hungUp
      },
      send: (frame) => connection.receive(typeof frame === 'string' ? frame : JSON.stringify(frame)),
      act(action, nonce = ++lastNonce) {
        const signature = createUnverifiedSigner(USER).sign('0x', { network: 'testnet', connectionId: '0x' })
        return post('action', { action, nonce, signature })
      },
      order: (...orders) => self.act(orderAction(...orders)),
      ask: (payload) => post('info', payload),
      subscribe: (type, more = {}) => self.send({ method: 'subscribe', subscription: { type, ...more } }),
    }
    function post(type: string, payload: object): number {
      const id = ++lastPost
      self.send({ method: 'post', id, request: { type, payload } })
      return id
    }
    return self
  }
  return { ...bench, client }
}

/** `post 1 resting`, `userFills`, `orderUpdates canceled`, or the text itself when it is no JSON. */
function summary(text: string): string {
  let frame: Frame
  try {
    frame = JSON.parse(text) as Frame
  } catch {
    return `unreadable ${text.slice(0, 20)}`
  }
  if (frame.channel === 'post') {
    const { id, response } = frame.data as { id: number; response: { type: string; payload: unknown } }
    return `post ${id} ${answerOf(response)}`
  }
  if (frame.channel === 'orderUpdates') {
    return `orderUpdates ${(frame.data as { status: string }[]).map(({ status }) => status).join(' ')}`
  }
  return frame.channel
}

function answerOf({ type, payload }: { type: string; payload: unknown }): string {
  if (type === 'error') return String(payload)
  if (type === 'info') return JSON.stringify((payload as { data: unknown }).data)
  const { status, response } = payload as {
    status: string
    response: string | { type: string; data?: { statuses: unknown[] } }
  }
  if (typeof response === 'string') return `${status} ${response}`
  return (response.data?.statuses ?? [response.type])
    .map((one) => (typeof one === 'string' ? one : (Object.keys(one as object)[0] ?? '')))
    .join(' ')
}
