import fc from 'fast-check'
import {
  createFallbackTransport,
  createHttpSender,
  type PostRequest,
  type PostResult,
  type Transport,
  type TransportState,
} from 'hip3-executor'
import { createManualClock } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'

type Side = Transport & { readonly posted: PostRequest[]; become(status: TransportState['status']): void }

/** A transport that answers as it is told and remembers what it was given. */
function createSide(answer: PostResult, status: TransportState['status'] = 'open'): Side {
  let state: TransportState = { status, generation: 3, isSubscribed: true }
  const listeners = new Set<(state: TransportState) => void>()
  const posted: PostRequest[] = []
  return {
    network: 'testnet',
    posted,
    get state() {
      return state
    },
    connect: async () => {},
    post(request) {
      posted.push(request)
      return answer
    },
    subscribe: () => ({ confirmed: Promise.resolve(), generation: 3, unsubscribe() {} }),
    onState(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {},
    become(next) {
      state = { ...state, status: next }
      for (const listener of listeners) listener(state)
    },
  }
}

const WRITTEN: PostResult = { written: true, reply: new Promise(() => {}) }
const no = (why: 'closed' | 'connecting' | 'throttled' | 'backpressure'): PostResult => ({ written: false, why })
const order = (...reduceOnly: readonly unknown[]): object => ({
  type: 'order',
  orders: reduceOnly.map((r) => ({ a: 1, b: true, p: '1', s: '1', r, t: { limit: { tif: 'Gtc' } } })),
  grouping: 'na',
})
const request = (action: unknown): PostRequest => ({ type: 'action', payload: { action, nonce: 1 } })

const EXITS = [
  { type: 'cancel', cancels: [] },
  { type: 'cancelByCloid', cancels: [] },
  { type: 'noop' },
  { type: 'scheduleCancel', time: 1 },
  order(true),
  order(true, true),
]
const OTHERS = [
  order(false),
  order(true, false),
  order(undefined),
  order('true'),
  order(),
  { type: 'order' },
  { type: 'batchModify', modifies: [] },
  { type: 'modify', order: { r: true } },
  { type: 'updateLeverage' },
  { type: 'somethingNew' },
  undefined,
  null,
  'cancel',
]

describe('a request with two ways', () => {
  it.each(EXITS)('%j takes the second while the first takes nothing', (action) => {
    for (const why of ['connecting', 'backpressure'] as const) {
      const [socket, http] = [createSide(no(why), 'connecting'), createSide(WRITTEN)]
      expect(createFallbackTransport(socket, http).post(request(action))).toBe(WRITTEN)
      expect(http.posted).toEqual([request(action)])
    }
  })

  it.each(OTHERS)('%j never takes the second', (action) => {
    const [socket, http] = [createSide(no('connecting'), 'connecting'), createSide(WRITTEN)]
    expect(createFallbackTransport(socket, http).post(request(action))).toEqual(no('connecting'))
    expect(http.posted).toEqual([])
  })

  it('takes one of them, whatever the other would say', () => {
    const answer = fc.constantFrom<PostResult>(
      WRITTEN,
      no('closed'),
      no('connecting'),
      no('throttled'),
      no('backpressure'),
    )
    const status = fc.constantFrom<TransportState['status']>('idle', 'connecting', 'open', 'closed')
    const what = fc.oneof(
      fc.constantFrom(...EXITS, ...OTHERS).map(request),
      fc.constant<PostRequest>({ type: 'info', payload: { type: 'meta' } }),
    )
    fc.assert(
      fc.property(answer, status, answer, status, what, (first, firstStatus, second, secondStatus, asked) => {
        const [socket, http] = [createSide(first, firstStatus), createSide(second, secondStatus)]
        const result = createFallbackTransport(socket, http).post(asked)
        expect(socket.posted).toHaveLength(1)
        expect(http.posted.length === 0 || !first.written).toBe(true)
        expect(result).toBe(http.posted.length === 0 ? first : second)
      }),
    )
  })
})

describe('a transport with two ways', () => {
  it('carries exits while the socket is down and the second way is there, and says so in every state', () => {
    const [socket, http] = [createSide(WRITTEN), createSide(WRITTEN)]
    const transport = createFallbackTransport(socket, http)
    const told: unknown[] = []
    transport.onState(({ status, carriesExits }) => told.push([status, carriesExits]))
    for (const status of ['connecting', 'open', 'closed'] as const) socket.become(status)
    http.become('closed')
    socket.become('connecting')
    expect(told).toEqual([
      ['connecting', true],
      ['open', true],
      ['closed', false],
      ['connecting', false],
    ])
    expect(transport.state).toMatchObject({ status: 'connecting', generation: 3, carriesExits: false })
  })

  it('leads to one network', () => {
    const http = createHttpSender({ network: 'mainnet', clock: createManualClock() })
    expect(() => createFallbackTransport(createSide(WRITTEN), http)).toThrow(/^network: the socket leads to testnet/)
  })
})
