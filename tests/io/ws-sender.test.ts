import fc from 'fast-check'
import {
  createConnectionLimits,
  createWsSender,
  type TransportState,
  type WebSocketLike,
  type WsSenderOptions,
} from 'hip3-executor'
import { createManualClock } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { QUIET } from '../helpers/harness.js'

/** The far end of a socket, in the hands of the test. */
type FakeSocket = WebSocketLike & {
  state: number
  buffered: number
  readonly sent: string[]
  say(message: unknown): void
  hangUp(): void
}

function createFakeSocket(): FakeSocket {
  const socket: FakeSocket = {
    state: 0,
    buffered: 0,
    sent: [],
    get readyState() {
      return socket.state
    },
    get bufferedAmount() {
      return socket.buffered
    },
    onopen: null,
    onclose: null,
    onerror: null,
    onmessage: null,
    send: (text) => void socket.sent.push(text),
    close() {
      socket.state = 3
      socket.onclose?.()
    },
    say: (message) => socket.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) }),
    hangUp() {
      socket.state = 3
      socket.onclose?.()
    },
  }
  return socket
}

function createBench(options: Partial<WsSenderOptions> = {}) {
  const clock = createManualClock()
  const sockets: FakeSocket[] = []
  const transport = createWsSender({
    network: 'testnet',
    clock,
    random: () => 1,
    logger: QUIET,
    webSocket: () => {
      const socket = createFakeSocket()
      sockets.push(socket)
      return socket
    },
    ...options,
  })
  const last = (): FakeSocket => {
    const socket = sockets.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }
  const accept = (): void => {
    last().state = 1
    last().onopen?.()
  }
  const openUp = (): Promise<void> => {
    const connected = transport.connect()
    accept()
    return connected
  }
  return { clock, sockets, transport, last, accept, openUp }
}

const INFO = { type: 'info', payload: { type: 'exchangeStatus' } } as const
const ACTION = { type: 'action', payload: { action: { type: 'noop' } } } as const
const idOf = (frame: string | undefined): number => (JSON.parse(frame ?? '{}') as { id: number }).id

describe('a post', () => {
  it('is written in the call or refused in the call, and nothing is ever buffered', async () => {
    const { transport, last, openUp, sockets } = createBench()
    expect(transport.post(INFO)).toEqual({ written: false, why: 'connecting' })
    const opening = openUp()
    await opening
    expect(last().sent).toEqual([])
    expect(transport.post(INFO).written).toBe(true)
    expect(last().sent).toHaveLength(1)
    last().state = 2
    expect(transport.post(INFO)).toEqual({ written: false, why: 'connecting' })
    await transport.close()
    expect(transport.post(INFO)).toEqual({ written: false, why: 'closed' })
    expect(sockets).toHaveLength(1)
  })

  it('is answered by its own id, whatever the order of the answers (F-05)', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    const [first, second] = [transport.post(INFO), transport.post(INFO)]
    const [a, b] = last().sent.map(idOf)
    last().say({ channel: 'post', data: { id: b, response: { type: 'info', payload: { type: 'x', data: 'two' } } } })
    last().say({ channel: 'post', data: { id: a, response: { type: 'info', payload: { type: 'x', data: 'one' } } } })
    last().say({ channel: 'post', data: { id: a, response: { type: 'info', payload: { type: 'x', data: 'again' } } } })
    expect(first.written && (await first.reply)).toEqual({ status: 'answered', payload: 'one' })
    expect(second.written && (await second.reply)).toEqual({ status: 'answered', payload: 'two' })
  })

  it('tells a request the venue refused from one it may have executed', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    const results = [0, 1, 2, 3].map(() => transport.post({ type: 'action', payload: { n: 1 } }))
    const [limited, broken, unread, tooMany] = last().sent.map(idOf)
    last().say({
      channel: 'post',
      data: { id: limited, response: { type: 'error', payload: '429 Too Many Requests' } },
    })
    last().say({ channel: 'post', data: { id: broken, response: { type: 'error', payload: '502 Bad Gateway' } } })
    last().say({
      channel: 'error',
      data: `Error parsing JSON into valid websocket request: {"method":"post","id":${unread}}`,
    })
    last().say({ channel: 'error', data: `too many pending post requests id=${tooMany}` })
    const replies = await Promise.all(results.map((result) => (result.written ? result.reply : undefined)))
    expect(replies.map((reply) => reply?.status)).toEqual(['refused', 'lost', 'refused', 'refused'])
  })

  it('is lost the moment its connection is, and its id is never used again', async () => {
    const { transport, last, openUp, accept, clock } = createBench()
    await openUp()
    const result = transport.post(INFO)
    const before = idOf(last().sent[0])
    last().hangUp()
    expect(result.written && (await result.reply)).toMatchObject({ status: 'lost' })
    clock.advance(500)
    accept()
    transport.post(INFO)
    expect(idOf(last().sent[0])).toBeGreaterThan(before)
  })

  it('is refused beyond a hundred unanswered ones, a question sooner, and while the network takes nothing', async () => {
    const { transport, last, openUp } = createBench({ maxBufferedBytes: 1_000 })
    await openUp()
    for (let n = 0; n < 80; n++) expect(transport.post(INFO).written).toBe(true)
    expect(transport.post(INFO)).toEqual({ written: false, why: 'throttled' })
    for (let n = 0; n < 20; n++) expect(transport.post(ACTION).written).toBe(true)
    expect(transport.post(ACTION)).toEqual({ written: false, why: 'throttled' })
    for (const frame of last().sent.slice(0, 20)) {
      last().say({ channel: 'post', data: { id: idOf(frame), response: { type: 'info', payload: {} } } })
    }
    last().say({
      channel: 'post',
      data: { id: idOf(last().sent[20]), response: { type: 'info', payload: { data: 1 } } },
    })
    last().buffered = 1_001
    expect(transport.post(INFO)).toEqual({ written: false, why: 'backpressure' })
    last().buffered = 0
    expect(transport.post(INFO).written).toBe(true)
  })

  it('that stays unanswered stands in nobody’s way after ten seconds, and is answered all the same when its answer comes', async () => {
    const { transport, last, openUp, clock } = createBench({ pongTimeoutMs: 60_000 })
    await openUp()
    const [first] = Array.from({ length: 80 }, () => transport.post(INFO))
    const id = idOf(last().sent[0])
    clock.advance(9_999)
    expect(transport.post(INFO)).toEqual({ written: false, why: 'throttled' })
    clock.advance(1)
    expect(transport.post(INFO).written).toBe(true)
    last().say({ channel: 'post', data: { id, response: { type: 'info', payload: { data: 'late' } } } })
    expect(first?.written && (await first.reply)).toEqual({ status: 'answered', payload: 'late' })
  })

  it('is counted as a frame, and so are pings and subscriptions, but nothing that was not written', async () => {
    const { transport, openUp, clock } = createBench()
    transport.subscribe({ type: 'bbo', coin: 'xyz:NVDA' }, () => {})
    expect([transport.post(INFO).written, transport.framesWritten]).toEqual([false, 0])
    await openUp()
    expect(transport.framesWritten).toBe(1)
    transport.post(INFO)
    transport.subscribe({ type: 'bbo', coin: 'xyz:TSLA' }, () => {}).unsubscribe()
    expect(transport.framesWritten).toBe(4)
    clock.advance(10_000)
    expect(transport.framesWritten).toBeGreaterThan(4)
  })
})

describe('a feed that speaks by itself', () => {
  const CONTEXTS = ['xyz:NVDA', 'xyz:TSLA'].map((coin) => ({ type: 'activeAssetCtx', coin }))
  const context = (coin: string) => ({ channel: 'activeAssetCtx', data: { coin } })
  const confirm = (subscription: object) => ({
    channel: 'subscriptionResponse',
    data: { method: 'subscribe', subscription },
  })
  const subscribed = async (options?: Partial<WsSenderOptions>) => {
    const bench = createBench(options)
    for (const feed of CONTEXTS) bench.transport.subscribe(feed, () => {})
    await bench.openUp()
    const confirmAll = (): void => {
      for (const feed of CONTEXTS) bench.last().say(confirm(feed))
    }
    confirmAll()
    /** A second at a time; the venue answers pings and tells of these markets. */
    const pass = (seconds: number, ...coins: string[]): void => {
      for (let n = 0; n < seconds; n++) {
        bench.clock.advance(1_000)
        bench.last().say({ channel: 'pong' })
        for (const coin of coins) bench.last().say(context(coin))
      }
    }
    return { ...bench, confirmAll, pass }
  }
  const asked = (sent: readonly string[]): readonly string[] =>
    sent.filter((frame) => frame.includes('scribe"')).map((frame) => (JSON.parse(frame) as { method: string }).method)

  it('is subscribed anew when it alone falls silent, and less and less often while that is of no use', async () => {
    const { transport, last, pass } = await subscribed()
    last().sent.length = 0
    pass(14, 'xyz:TSLA')
    expect(asked(last().sent)).toEqual([])
    pass(1, 'xyz:TSLA')
    expect(asked(last().sent)).toEqual(['unsubscribe', 'subscribe'])
    expect(last().sent.join()).not.toContain('xyz:TSLA')
    pass(29, 'xyz:TSLA')
    expect(asked(last().sent)).toHaveLength(2)
    pass(1, 'xyz:TSLA')
    expect(asked(last().sent)).toHaveLength(4)
    pass(3_600, 'xyz:TSLA')
    expect(asked(last().sent).length).toBeLessThan(40)
    expect(transport.state).toMatchObject({ status: 'open', generation: 1 })
  })

  it('ends the connection when all of them fall silent: the socket lives, and is of no use', async () => {
    const { transport, pass } = await subscribed()
    pass(10, 'xyz:NVDA', 'xyz:TSLA')
    pass(14)
    expect(transport.state.status).toBe('open')
    pass(1)
    expect(transport.state).toMatchObject({ status: 'connecting', heardUntil: 10_000 })
    expect(transport.state.why).toContain('no feed has spoken for 15000 ms')
  })

  it('does not end one connection after another while the venue has nothing to say, until it says something again', async () => {
    const { sockets, accept, confirmAll, pass } = await subscribed()
    const live = (seconds: number, ...coins: string[]): void => {
      for (let n = 0; n < seconds; n++) {
        const before = sockets.length
        pass(1, ...coins)
        if (sockets.length === before) continue
        accept()
        confirmAll()
      }
    }
    live(3_600)
    expect(sockets.length).toBeGreaterThan(5)
    expect(sockets.length).toBeLessThan(22)
    live(300, 'xyz:NVDA', 'xyz:TSLA')
    const before = sockets.length
    live(20)
    expect(sockets).toHaveLength(before + 1)
  })

  it('may be silent for ever where that is what one wants', async () => {
    const { transport, pass } = await subscribed({ feedTimeoutMs: Number.POSITIVE_INFINITY })
    pass(600)
    expect(transport.state).toMatchObject({ status: 'open', generation: 1 })
  })
})

describe('frames that make no sense', () => {
  const FRAGMENTS = [
    ...['post', 'error', 'subscriptionResponse', 'pong', 'orderUpdates', 'activeAssetCtx', '__proto__', 'constructor'],
    ...['Already subscribed: {', 'Invalid subscription {}', 'Cannot track more than 15 total users.'],
    ...['too many pending post requests id=1', '429', '502 Bad Gateway', 'action', 'info', 'subscribe'],
  ]
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...FRAGMENTS),
      fc.constantFrom(null, true, 0, -1, 1.5, 1e308, ''),
      fc.integer({ min: 1, max: 3 }),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          'channel',
          'data',
          'id',
          'response',
          'type',
          'payload',
          'subscription',
          'method',
          'coin',
          'user',
        ),
        tie('any'),
      ),
    ),
  })).any
  const frame = fc.oneof(
    fc.string(),
    value.map((any) => JSON.stringify(any)),
    fc.record({ channel: fc.constantFrom(...FRAGMENTS), data: value }).map((any) => JSON.stringify(any)),
    fc
      .record({ id: fc.integer({ min: 1, max: 3 }), response: value })
      .map((data) => JSON.stringify({ channel: 'post', data })),
  )

  it('leave the connection, its feeds and its other requests as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 20 }), async (frames) => {
        const { transport, last, openUp } = createBench()
        const heard: unknown[] = []
        await openUp()
        const { confirmed } = transport.subscribe({ type: 'userFills', user: '0x1' }, (data) => heard.push(data))
        last().say({
          channel: 'subscriptionResponse',
          data: { method: 'subscribe', subscription: { type: 'userFills', user: '0x1' } },
        })
        await confirmed
        for (let n = 0; n < 3; n++) transport.post(INFO)
        const fourth = transport.post(INFO)
        for (const text of frames) last().say(text)
        expect(transport.state).toMatchObject({ status: 'open', isSubscribed: true, generation: 1 })
        heard.length = 0
        last().say({ channel: 'userFills', data: { user: '0x1', fills: [] } })
        expect(heard).toEqual([{ user: '0x1', fills: [] }])
        last().say({ channel: 'post', data: { id: 4, response: { type: 'info', payload: { data: 'mine' } } } })
        expect(fourth.written && (await fourth.reply)).toEqual({ status: 'answered', payload: 'mine' })
      }),
      { numRuns: 500 },
    )
  })

  it('may be nested as deep as they like', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    transport.post(INFO)
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    last().say(`{"channel":"post","data":{"id":1,"response":{"type":"error","payload":${deep}}}}`)
    expect(transport.state.status).toBe('open')
  })

  it('do no harm', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    for (const frame of [
      'Websocket connection established.',
      '',
      '{',
      'null',
      '[]',
      '42',
      '{"channel":5}',
      '{"channel":"post","data":{}}',
    ]) {
      last().say(frame)
    }
    last().onmessage?.({ data: new Uint8Array([1, 2, 3]) })
    expect(transport.state.status).toBe('open')
  })
})

describe('a subscription', () => {
  const FILLS = { type: 'userFills', user: '0xABCDEF0000000000000000000000000000000001' }
  const CONTEXT = { type: 'activeAssetCtx', coin: 'xyz:NVDA' }
  const confirm = (subscription: object) => ({
    channel: 'subscriptionResponse',
    data: { method: 'subscribe', subscription },
  })

  it('is confirmed by what the venue makes of it: lower case, defaults added', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    const { confirmed } = transport.subscribe(FILLS, () => {})
    expect(transport.state.isSubscribed).toBe(false)
    last().say(confirm({ ...FILLS, user: FILLS.user.toLowerCase(), aggregateByTime: false }))
    await confirmed
    expect(transport.state.isSubscribed).toBe(true)
  })

  it('hears its own feed only, and survives a listener that throws', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    const heard: unknown[] = []
    transport.subscribe(CONTEXT, () => {
      throw new Error('a bug of the host')
    })
    transport.subscribe(CONTEXT, (data) => heard.push(data))
    last().say({ channel: 'activeAssetCtx', data: { coin: 'xyz:NVDA', ctx: 1 } })
    last().say({ channel: 'activeAssetCtx', data: { coin: 'flx:NVDA', ctx: 2 } })
    last().say({ channel: 'userFills', data: { user: FILLS.user, fills: [] } })
    expect(heard).toEqual([{ coin: 'xyz:NVDA', ctx: 1 }])
  })

  it('comes back on the next connection, user feeds first, and is not counted as confirmed before it is', async () => {
    const { transport, last, openUp, accept, clock } = createBench()
    await openUp()
    transport.subscribe(CONTEXT, () => {})
    const fills = transport.subscribe(FILLS, () => {})
    last().say(confirm(CONTEXT))
    last().say(confirm(FILLS))
    const states: TransportState[] = []
    transport.onState((state) => states.push(state))
    last().hangUp()
    expect(transport.state).toMatchObject({ status: 'connecting', isSubscribed: false })
    clock.advance(500)
    accept()
    expect(
      last().sent.map((frame) => (JSON.parse(frame) as { subscription: { type: string } }).subscription.type),
    ).toEqual(['userFills', 'activeAssetCtx'])
    expect(transport.state).toMatchObject({ status: 'open', generation: 2, isSubscribed: false })
    last().say(confirm(FILLS))
    expect(fills.generation).toBe(2)
    expect(transport.state.isSubscribed).toBe(false)
    last().say(confirm(CONTEXT))
    expect(transport.state.isSubscribed).toBe(true)
    expect(states.map(({ status }) => status)).toContain('connecting')
  })

  it('is asked for again when its confirmation does not come', async () => {
    const { transport, last, openUp, clock } = createBench()
    transport.subscribe(FILLS, () => {})
    await openUp()
    clock.advance(5_000)
    expect(last().sent.filter((frame) => frame.includes('"subscribe"'))).toHaveLength(2)
    last().say({ channel: 'error', data: `Already subscribed: ${JSON.stringify(FILLS)}` })
    expect(transport.state.isSubscribed).toBe(true)
  })

  it('that the venue refuses is reported to who waits for it', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    const { confirmed } = transport.subscribe(FILLS, () => {})
    last().say({ channel: 'error', data: 'Cannot track more than 15 total users.' })
    await expect(confirmed).rejects.toMatchObject({
      code: 'VENUE_REFUSED',
      message: 'Cannot track more than 15 total users.',
    })
  })

  it('that was confirmed before and is refused on a later connection is kept, told, and asked for until it is back', async () => {
    const { transport, last, openUp, accept, clock } = createBench()
    const heard: unknown[] = []
    transport.subscribe(FILLS, (data) => heard.push(data))
    await openUp()
    last().say(confirm(FILLS))
    last().hangUp()
    clock.advance(500)
    accept()
    const refusal = `Invalid subscription ${JSON.stringify(FILLS)}`
    last().say({ channel: 'error', data: refusal })
    expect(transport.state).toMatchObject({ status: 'open', isSubscribed: false, why: refusal })
    for (let n = 0; n < 3; n++) {
      const before = last().sent.length
      clock.advance(5_000)
      last().say({ channel: 'pong' })
      expect(last().sent.slice(before).join()).toContain('"subscribe"')
    }
    last().say(confirm(FILLS))
    expect(transport.state).toMatchObject({ isSubscribed: true, why: undefined })
    last().say({ channel: 'userFills', data: { user: FILLS.user, fills: [] } })
    expect(heard).toHaveLength(1)
  })

  it('that is given up while the others are confirmed leaves nothing to be waited for', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    const { unsubscribe } = transport.subscribe(CONTEXT, () => {})
    transport.subscribe(FILLS, () => {})
    last().say(confirm(FILLS))
    expect(transport.state.isSubscribed).toBe(false)
    unsubscribe()
    expect(transport.state.isSubscribed).toBe(true)
  })

  it('ends when nobody listens any more', async () => {
    const { transport, last, openUp } = createBench()
    await openUp()
    const one = transport.subscribe(CONTEXT, () => {})
    const two = transport.subscribe(CONTEXT, () => {})
    one.unsubscribe()
    one.unsubscribe()
    expect(last().sent.join()).not.toContain('unsubscribe')
    two.unsubscribe()
    expect(last().sent.at(-1)).toContain('unsubscribe')
  })
})

describe('a connection', () => {
  it('on which nothing comes any more is found out within 15 s of the last byte, and replaced', async () => {
    const { transport, last, openUp, clock, sockets } = createBench()
    await openUp()
    clock.advance(10_000)
    expect(last().sent).toEqual(['{"method":"ping"}'])
    last().say({ channel: 'pong' })
    clock.advance(14_999)
    expect(transport.state.status).toBe('open')
    clock.advance(1)
    expect(transport.state).toMatchObject({ status: 'connecting', why: 'nothing was heard any more' })
    expect(transport.state.heardUntil).toBe(10_000)
    clock.advance(500)
    expect(sockets).toHaveLength(2)
  })

  it('on which feeds still come but nothing of ours arrives is found out within 20 s', async () => {
    const { transport, last, openUp, clock } = createBench()
    await openUp()
    for (let n = 0; n < 20; n++) {
      expect(transport.state.status).toBe('open')
      clock.advance(1_000)
      if (n < 19) last().say({ channel: 'activeAssetCtx', data: { coin: 'xyz:NVDA' } })
    }
    expect(transport.state).toMatchObject({ status: 'connecting', why: 'no ping was answered any more' })
  })

  it('on which a late pong answers an old ping is not believed to have answered the new one', async () => {
    const { transport, last, openUp, clock } = createBench({ pongTimeoutMs: 15_000 })
    await openUp()
    clock.advance(10_000)
    clock.advance(4_999)
    last().say({ channel: 'bbo', data: {} })
    clock.advance(5_001)
    last().say({ channel: 'pong' })
    clock.advance(10_000)
    last().say({ channel: 'bbo', data: {} })
    clock.advance(4_999)
    expect(transport.state.status).toBe('open')
    clock.advance(1)
    expect(transport.state.why).toBe('no ping was answered any more')
  })

  it('is not given up by a process that stood still and has not read what came meanwhile', async () => {
    const clock = createManualClock()
    let frozenMs = 0
    const { transport, openUp, last } = createBench({
      clock: { ...clock, monotonic: () => clock.monotonic() + frozenMs },
    })
    await openUp()
    clock.advance(14_999)
    frozenMs = 60_000
    clock.advance(1)
    expect(transport.state.status).toBe('open')
    expect(last().sent.filter((frame) => frame.includes('ping'))).toHaveLength(2)
    clock.advance(4_999)
    expect(transport.state.status).toBe('open')
    clock.advance(1)
    expect(transport.state.status).toBe('connecting')
  })

  it('that cannot even be dialled is tried again', async () => {
    let isBroken = true
    const sockets: FakeSocket[] = []
    const { transport, clock } = createBench({
      webSocket: () => {
        if (isBroken) throw new Error('no more file descriptors')
        sockets.push(createFakeSocket())
        return sockets[0] as FakeSocket
      },
    })
    void transport.connect()
    expect(transport.state).toMatchObject({
      status: 'connecting',
      why: 'no socket could be made: no more file descriptors',
    })
    isBroken = false
    clock.advance(500)
    expect(sockets).toHaveLength(1)
  })

  it('is dialled no more than 30 times a minute, and no more than 10 are open at once', async () => {
    const connectionLimits = createConnectionLimits()
    const clock = createManualClock()
    let dialled = 0
    const senders = Array.from({ length: 12 }, () => {
      const bench = createBench({ clock, connectionLimits, connectTimeoutMs: 600_000 })
      bench.transport.connect().catch(() => {})
      return bench
    })
    const count = (): number => senders.reduce((sum, { sockets }) => sum + sockets.length, 0)
    expect(count()).toBe(10)
    clock.advance(5_000)
    expect(count()).toBe(10)
    await senders[0]?.transport.close()
    clock.advance(1_000)
    expect(count()).toBe(11)
    for (let second = 0; second < 54; second++) {
      for (const { sockets } of senders) if (sockets.at(-1)?.state === 0) sockets.at(-1)?.hangUp()
      clock.advance(1_000)
      dialled = Math.max(dialled, count())
    }
    expect(dialled).toBe(30)
    clock.advance(61_000)
    expect(count()).toBeGreaterThan(30)
  })

  it('is tried again with growing waits that start over after a good one', async () => {
    const { transport, last, openUp, accept, clock, sockets } = createBench()
    await openUp()
    const waits: number[] = []
    for (const _ of [1, 2, 3]) {
      last().hangUp()
      const count = sockets.length
      let waited = 0
      while (sockets.length === count) {
        clock.advance(100)
        waited += 100
      }
      waits.push(waited)
      accept()
    }
    expect(waits).toEqual([500, 1_000, 2_000])
    clock.advance(10_000)
    last().say({ channel: 'pong' })
    clock.advance(5_000)
    last().hangUp()
    clock.advance(500)
    expect(sockets).toHaveLength(5)
    expect(transport.state.generation).toBe(4)
  })

  it('waits no longer than the largest wait, however long the venue is away', () => {
    const { transport, last, clock, sockets } = createBench({ maxReconnectDelayMs: 4_000 })
    void transport.connect()
    for (let n = 0; n < 200; n++) {
      last().hangUp()
      clock.advance(4_000)
    }
    expect(sockets).toHaveLength(201)
  })

  it('can be given up by whoever waits for it', async () => {
    const { transport } = createBench()
    const patience = new AbortController()
    const connecting = transport.connect({ signal: patience.signal })
    patience.abort()
    await expect(connecting).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(transport.connect({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('when closed settles who waits, sends nothing more and leaves no timer', async () => {
    const { transport, clock, last, openUp, sockets } = createBench()
    await openUp()
    const { confirmed } = transport.subscribe({ type: 'userFills', user: '0x1' }, () => {})
    await transport.close()
    await transport.close()
    await expect(confirmed).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(transport.connect()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(last().state).toBe(3)
    expect(clock.pendingTimers).toBe(0)
    clock.advance(60_000)
    expect(sockets).toHaveLength(1)
  })

  it('when closed on a socket that does not answer is over within half a second (F-21)', async () => {
    const { transport, clock, last, openUp } = createBench()
    await openUp()
    last().close = () => {}
    let isOver = false
    const closing = transport.close().then(() => {
      isOver = true
    })
    await clock.pass(499)
    expect(isOver).toBe(false)
    await clock.pass(1)
    await closing
    expect(clock.pendingTimers).toBe(0)
  })

  it('tells every listener, whatever another one throws', async () => {
    const { transport, openUp } = createBench()
    const heard: string[] = []
    transport.onState(() => {
      throw new Error('a bug of the host')
    })
    transport.onState(({ status }) => heard.push(status))
    await openUp()
    expect(heard).toContain('open')
  })

  it('refuses options that cannot work', () => {
    expect(() => createWsSender({ network: 'testnet', url: 'https://api.hyperliquid.xyz/ws' })).toThrow(/^url/)
    expect(() => createWsSender({ network: 'testnet', feedTimeoutMs: 0 })).toThrow(/^feedTimeoutMs/)
    expect(() => createConnectionLimits({ maxOpen: 0 })).toThrow(/^maxOpen/)
    expect(() => createWsSender({ network: 'main' as never })).toThrow(/^network: expected "mainnet" or "testnet"/)
    expect(() => createWsSender({ network: 'testnet', pingIntervalMs: 0 })).toThrow(/^pingIntervalMs/)
  })
})
