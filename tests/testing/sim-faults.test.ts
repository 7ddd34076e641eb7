import { beforeEach, describe, expect, it } from 'vitest'
import type { FaultRule } from '../../src/testing/index.js'
import { type Client, COIN, createFaultBench, type FaultBench } from './fault-helpers.js'
import { NVDA, USER } from './helpers.js'

let bench: FaultBench
let client: Client

beforeEach(() => {
  bench = createFaultBench()
  client = bench.client()
})

const quote = { p: '170', s: '1', tif: 'Gtc' } as const
const take = { p: '176.1', s: '1', tif: 'Ioc' } as const
const openOrders = (): number => bench.exchange.account(USER).openOrders().length

describe('a lost request', () => {
  it('is answered by nothing and leaves no trace but in the list of faults', () => {
    const fault = bench.exchange.fault({ fault: 'lose', of: 'request:action:order', nth: 1 })
    const lost = client.order(quote)
    expect(client.heard()).toEqual([])
    expect(openOrders()).toBe(0)
    expect(bench.exchange.record.requests).toEqual([])
    expect(bench.exchange.record.faults).toEqual([
      { at: bench.clock.now(), fault: 'lose', connection: 'ws-1', message: 'request:action:order' },
    ])
    const next = client.order(quote)
    expect(next).toBeGreaterThan(lost)
    expect(client.heard()).toEqual([`post ${next} resting`])
    expect(fault.hits).toBe(1)
  })
})

describe('a lost reply', () => {
  it('leaves an order that the client has heard nothing of', () => {
    bench.exchange.fault({ fault: 'lose', of: 'reply:action:order', nth: 1 })
    client.order(quote)
    expect(client.heard()).toEqual([])
    expect(openOrders()).toBe(1)
  })

  it('may be told by a feed all the same', () => {
    client.subscribe('orderUpdates', { user: USER })
    client.taken()
    bench.exchange.fault({ fault: 'lose', of: 'reply' })
    client.order(quote)
    expect(client.heard()).toEqual(['orderUpdates open'])
  })
})

describe('a delay', () => {
  it('of a request executes it later', () => {
    bench.exchange.fault({ fault: 'delay', of: 'request:action', ms: 300 })
    const id = client.order(quote)
    bench.clock.advance(299)
    expect([client.heard(), openOrders()]).toEqual([[], 0])
    bench.clock.advance(1)
    expect([client.heard(), openOrders()]).toEqual([[`post ${id} resting`], 1])
  })

  it('of a request outlives the connection it came on', () => {
    bench.exchange.fault({ fault: 'delay', of: 'request:action', ms: 300 })
    client.order(quote)
    client.connection.closed()
    bench.clock.advance(300)
    expect([client.heard(), openOrders()]).toEqual([[], 1])
  })

  it('of a reply lets others overtake it', () => {
    bench.exchange.fault({ fault: 'delay', of: 'reply:action', ms: 300, nth: 1 })
    const first = client.order(quote)
    const second = client.order(quote)
    bench.clock.advance(300)
    expect(client.heard()).toEqual([`post ${second} resting`, `post ${first} resting`])
  })

  it('that is ended delivers at once, and leaves no timer', () => {
    const timers = bench.clock.pendingTimers
    const fault = bench.exchange.fault({ fault: 'delay', of: 'request:action', ms: 60_000 })
    const id = client.order(quote)
    fault.stop()
    expect(client.heard()).toEqual([`post ${id} resting`])
    expect(bench.clock.pendingTimers).toBe(timers)
  })
})

describe('a duplicate', () => {
  it('of a request is executed once, and its second answer says that the nonce is used', () => {
    bench.exchange.fault({ fault: 'duplicate', of: 'request:action' })
    const id = client.order(quote)
    const [first, second] = client.heard()
    expect(first).toBe(`post ${id} resting`)
    expect(second).toContain(`post ${id} err Invalid nonce: duplicate nonce`)
    expect(openOrders()).toBe(1)
  })

  it('of a reply comes twice for one execution', () => {
    bench.exchange.fault({ fault: 'duplicate', of: 'reply:action:order' })
    const id = client.order(quote)
    expect(client.heard()).toEqual([`post ${id} resting`, `post ${id} resting`])
    expect(bench.exchange.record.requests).toHaveLength(1)
  })

  it('of a fill carries the same trade id', () => {
    client.subscribe('userFills', { user: USER })
    client.taken()
    bench.exchange.fault({ fault: 'duplicate', of: 'feed:userFills' })
    client.order(take)
    const fills = client.taken().filter((text) => text.includes('"userFills"'))
    expect(fills).toHaveLength(2)
    expect(fills[0]).toBe(fills[1])
  })
})

describe('a reorder', () => {
  it('of requests executes the later nonce first', () => {
    bench.exchange.fault({ fault: 'reorder', of: 'request:action:order', nth: 1 })
    const first = client.order(quote)
    const second = client.order({ ...quote, p: '171' })
    expect(client.heard()).toEqual([`post ${second} resting`, `post ${first} resting`])
    expect(bench.exchange.record.orders.map(({ price }) => price)).toEqual(['171', '170'])
  })

  it('of replies answers the later request first', () => {
    bench.exchange.fault({ fault: 'reorder', of: 'reply:action', every: 1 })
    const ids = [1, 2, 3, 4].map(() => client.order(quote))
    expect(client.heard()).toEqual([ids[1], ids[0], ids[3], ids[2]].map((id) => `post ${id} resting`))
  })

  it('until something else has passed tells of the reply after the fills', () => {
    client.subscribe('userFills', { user: USER })
    client.taken()
    bench.exchange.fault({ fault: 'reorder', of: 'reply:action:order', until: 'feed:userFills' })
    const id = client.order(take)
    expect(client.heard()).toEqual(['userFills', `post ${id} filled`])
  })

  it('tells of a fill after the cancel has been confirmed', () => {
    for (const type of ['userFills', 'orderUpdates']) client.subscribe(type, { user: USER })
    const id = client.order({ ...quote, p: '176', s: '2' })
    const oid = bench.exchange.account(USER).openOrders()[0]?.oid ?? 0
    client.taken()
    bench.exchange.fault({
      fault: 'reorder',
      of: ['feed:userFills', 'feed:orderUpdates'],
      until: 'reply:action:cancel',
      times: 2,
    })
    bench.exchange.market(COIN).take('sell', '176', '0.5')
    expect(client.heard()).toEqual([])
    const cancel = client.act({ type: 'cancel', cancels: [{ a: NVDA, o: oid }] })
    expect(cancel).toBeGreaterThan(id)
    expect(client.heard()).toEqual([
      `post ${cancel} success`,
      'orderUpdates open',
      'userFills',
      'orderUpdates canceled',
    ])
    expect(bench.exchange.record.position(USER, COIN)?.size).toBe('0.5')
  })

  it('gives back what it holds when it is ended, and drops it with the connection', () => {
    const other = bench.client()
    const fault = bench.exchange.fault({ fault: 'reorder', of: 'reply:action' })
    const id = client.order(quote)
    other.order(quote)
    other.connection.closed()
    fault.stop()
    expect(client.heard()).toEqual([`post ${id} resting`])
    expect(other.heard()).toEqual([])
  })
})

describe('a cut connection', () => {
  it('before executing leaves no order', () => {
    bench.exchange.fault({ fault: 'cut', of: 'request:action:order' })
    client.order(quote)
    expect([client.hungUp, client.heard(), openOrders()]).toEqual([true, [], 0])
  })

  it('after executing leaves an order that nobody was told of', () => {
    bench.exchange.fault({ fault: 'cut', of: 'reply:action:order' })
    client.order(quote)
    expect([client.hungUp, client.heard(), openOrders()]).toEqual([true, [], 1])
  })

  it('takes its timers and listeners with it', () => {
    const timers = bench.clock.pendingTimers
    for (const type of ['bbo', 'l2Book', 'activeAssetCtx']) client.subscribe(type, { coin: COIN })
    bench.exchange.fault({ fault: 'cut', of: 'request:ping' })
    client.send({ method: 'ping' })
    expect(client.hungUp).toBe(true)
    expect(bench.clock.pendingTimers).toBe(timers - 1)
  })
})

describe('a half-open connection', () => {
  it('takes bytes and answers nothing, neither requests nor pings nor feeds, and is never hung up', () => {
    client.subscribe('bbo', { coin: COIN })
    client.taken()
    bench.exchange.fault({ fault: 'halfOpen', of: ['request', 'feed'], nth: 1 })
    bench.exchange.market(COIN).clearBook()
    client.send({ method: 'ping' })
    client.order(quote)
    bench.clock.advance(120_000)
    expect([client.heard(), client.hungUp, openOrders()]).toEqual([[], false, 0])
    expect(bench.client().order(quote)).toBeGreaterThan(0)
    expect(openOrders()).toBe(1)
  })
})

describe('a stopped feed', () => {
  it('says nothing while the rest of the connection works', () => {
    for (const type of ['bbo', 'l2Book']) client.subscribe(type, { coin: COIN, fast: true })
    client.taken()
    const fault = bench.exchange.fault({ fault: 'lose', of: 'feed:bbo' })
    bench.exchange.market(COIN).clearBook()
    bench.clock.advance(1_000)
    client.send({ method: 'ping' })
    expect(client.heard()).toEqual(['l2Book', 'pong'])
    fault.stop()
    bench.exchange.market(COIN).seedBook()
    expect(client.heard()).toContain('bbo')
  })
})

describe('a failing server', () => {
  it('refuses with 429 what it has not executed', () => {
    bench.exchange.fault({ fault: 'tooManyRequests', of: 'request', times: 2 })
    const order = client.order(quote)
    const question = client.ask({ type: 'meta', dex: 'xyz' })
    client.send({ method: 'ping' })
    expect(client.heard()).toEqual([
      `post ${order} 429 Too Many Requests`,
      `post ${question} 429 Too Many Requests`,
      'pong',
    ])
    expect(openOrders()).toBe(0)
  })

  it('fails before executing, or after it, with the same words', () => {
    bench.exchange.fault({ fault: 'serverError', of: 'request:action', times: 1 })
    const before = client.order(quote)
    expect([client.heard(), openOrders()]).toEqual([[`post ${before} 502 Bad Gateway`], 0])
    bench.exchange.fault({ fault: 'serverError', of: 'reply:action', status: 504 })
    const after = client.order(quote)
    expect([client.heard(), openOrders()]).toEqual([[`post ${after} 504 Gateway Timeout`], 1])
  })
})

describe('a malformed frame', () => {
  it('is half a frame, no JSON, or JSON with nothing in it', () => {
    for (const as of ['truncated', 'text', 'empty'] as const) {
      bench.exchange.fault({ fault: 'malform', of: 'reply:action', as, times: 1 })
      client.order(quote)
    }
    const [half, text, empty] = client.taken()
    expect(half).toMatch(/^\{"channel":"post"/)
    expect(() => JSON.parse(half ?? '')).toThrow(SyntaxError)
    expect(text).toMatch(/^<html>/)
    expect(empty).toBe('{}')
    expect(openOrders()).toBe(3)
  })
})

describe('a rule', () => {
  /** Which of ten orders get no answer. */
  const lost = (match: object, connection: Client = client): number[] => {
    const fault = bench.exchange.fault({ fault: 'lose', of: 'reply:action:order', ...match } as FaultRule)
    const struck = Array.from({ length: 10 }, (_, index) => {
      connection.order(quote)
      return connection.heard().length === 0 ? index + 1 : 0
    }).filter(Boolean)
    expect(fault.hits).toBe(struck.length)
    fault.stop()
    return struck
  }

  it('strikes all matches, the n-th, every n-th, or so many', () => {
    expect(lost({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(lost({ nth: 4 })).toEqual([4])
    expect(lost({ every: 3 })).toEqual([1, 4, 7, 10])
    expect(lost({ nth: 2, every: 4 })).toEqual([2, 6, 10])
    expect(lost({ times: 2 })).toEqual([1, 2])
    expect(lost({ nth: 3, times: 3 })).toEqual([3, 4, 5])
  })

  it('strikes by chance the same matches under the same seed, whatever the exchange draws meanwhile', () => {
    const played = (seed: number): number[] => {
      bench = createFaultBench({ seed })
      return lost({ probability: 0.5 }, bench.client())
    }
    expect(played(7)).toEqual(played(7))
    expect(new Set([1, 2, 3, 4].map((seed) => played(seed).join())).size).toBeGreaterThan(1)
    expect(lost({ probability: 0 }, bench.client())).toEqual([])
    expect(lost({ probability: 1 }, bench.client())).toHaveLength(10)
  })

  it('strikes one connection only', () => {
    const other = bench.client()
    bench.exchange.fault({ fault: 'lose', of: 'request', connection: 'ws-2' })
    const id = client.order(quote)
    other.order(quote)
    expect([client.heard(), other.heard()]).toEqual([[`post ${id} resting`], []])
  })

  it('strikes what it is shown to be meant', () => {
    bench.exchange.fault({
      fault: 'lose',
      of: 'request:info',
      where: ({ payload }) => (payload as { dex?: string }).dex === 'xyz',
    })
    client.ask({ type: 'openOrders', user: USER, dex: 'xyz' })
    const asked = client.ask({ type: 'openOrders', user: USER })
    expect(client.heard()).toEqual([`post ${asked} []`])
  })

  it('acts with others in the order in which they were made', () => {
    bench.exchange.fault({ fault: 'duplicate', of: 'reply:action' })
    bench.exchange.fault({ fault: 'delay', of: 'reply:action', ms: 100, nth: 2 })
    const id = client.order(quote)
    expect(client.heard()).toEqual([`post ${id} resting`])
    bench.clock.advance(100)
    expect(client.heard()).toEqual([`post ${id} resting`])
  })

  it('that makes no sense is refused by name', () => {
    const order = (rule: object) => () => bench.exchange.fault(rule as FaultRule)
    expect(order({ fault: 'loose', of: 'request' })).toThrow('"loose"')
    expect(order({ fault: 'lose', of: 'order' })).toThrow(TypeError)
    expect(order({ fault: 'reorder', of: 'reply', until: 'cancel' })).toThrow('until')
    expect(order({ fault: 'lose', of: 'request', nth: 0 })).toThrow('nth')
    expect(order({ fault: 'lose', of: 'request', probability: 2 })).toThrow('probability')
    expect(order({ fault: 'delay', of: 'request', ms: -1 })).toThrow('ms')
    expect(order({ fault: 'clockSkew', ms: Number.NaN })).toThrow('ms')
    expect(order({ fault: 'emptyBook', market: 'xyz:nvda' })).toThrow('xyz:nvda')
    expect(order({ fault: 'markJump', market: COIN, byBps: -10_000 })).toThrow('byBps')
    expect(order({ fault: 'partialFill', percent: 100 })).toThrow('percent')
    expect(order({ fault: 'partialFill', counterparties: 0 })).toThrow('counterparties')
    expect(order({ fault: 'oracleSilence', market: 'NVDA' })).toThrow('NVDA')
  })
})
