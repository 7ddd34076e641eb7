import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSimExchange } from '../../src/testing/index.js'
import { COIN, createFaultBench, SMALL } from './fault-helpers.js'
import { createFrameSource } from './fuzz-frames.js'
import { KEY, openSocket, orderAction, post, signed, USER } from './helpers.js'

const RUNS = 40
const FRAMES_PER_RUN = 2_500
const FRAMES_PER_CONNECTION = 1_000

/** One run: what went wrong, if anything did. */
function fuzz(seed: number): string | undefined {
  const bench = createFaultBench({ recordLimit: 1_000 })
  const { exchange, clock } = bench
  const idleTimers = clock.pendingTimers
  const source = createFrameSource(seed)
  for (let sent = 0; sent < FRAMES_PER_RUN; ) {
    let heard: string[] = []
    let hungUp = false
    const connection = exchange.connect({
      send: (text) => heard.push(text),
      close: () => {
        hungUp = true
      },
    })
    for (let left = FRAMES_PER_CONNECTION; left > 0 && sent < FRAMES_PER_RUN && !hungUp; left--, sent++) {
      const frame = source.next()
      heard = []
      connection.receive(frame)
      const [answer] = heard
      if (answer === undefined && !hungUp) return `no answer to ${frame.slice(0, 500)}`
      if (answer !== undefined && typeof JSON.parse(answer).channel !== 'string') return `answered with ${answer}`
      if (heard.some((text) => text.includes('"500 Internal'))) return `failed of itself at ${frame.slice(0, 500)}`
      if (left % 50 === 0) clock.advance(400)
    }
    connection.closed()
  }
  // What the accounts have asked for themselves: a scheduled cancel each, at most.
  if (clock.pendingTimers > idleTimers + 2) return `${clock.pendingTimers - idleTimers} timers left`
  exchange.market(COIN).clearBook().seedBook('176')
  const ask = exchange.market(COIN).bestAsk() ?? ''
  const answer = JSON.stringify(bench.orderAs(`0x${'7'.repeat(40)}`, { p: ask, s: '1', tif: 'Ioc' }))
  return answer.includes('does not exist') ? undefined : `no longer in its right mind: ${answer}`
}

describe('a hundred thousand frames of nonsense and near sense', () => {
  it('are each answered, crash nothing, and leave no timer behind', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const wrong = fuzz(seed)
        if (wrong !== undefined) throw new Error(wrong)
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
  }, 120_000)
})

describe('over real sockets', () => {
  it('nonsense is answered or hung up on, frames too big end their connection only, and trading goes on', async () => {
    const exchange = createSimExchange({ universe: SMALL })
    exchange.account(USER).deposit('100000')
    const { wsUrl, httpUrl } = await exchange.start()
    const trader = await openSocket(wsUrl)

    const source = createFrameSource(1)
    const noisy = new WebSocket(wsUrl)
    await once(noisy, 'open')
    let answers = 0
    noisy.on('message', () => answers++)
    for (let i = 0; i < 2_000; i++) noisy.send(i % 10 === 0 ? Buffer.from(source.next(), 'utf16le') : source.next())
    noisy.send(Buffer.alloc(2_000_000, '{'))
    const [code] = (await once(noisy, 'close')) as [number]
    expect(code).toBe(1009)
    expect(answers).toBeGreaterThan(1_000)

    const binary = new WebSocket(wsUrl)
    await once(binary, 'open')
    binary.send(Buffer.from([0xff, 0xfe, 0x00, 0x80]))
    await once(binary, 'message')
    binary.terminate()

    const statuses = new Set<number>()
    for (let i = 0; i < 200; i++)
      statuses.add((await post(`${httpUrl}/${i % 2 ? 'info' : 'exchange'}`, source.next())).status)
    expect([...statuses].every((status) => [200, 400, 422].includes(status))).toBe(true)
    expect((await post(`${httpUrl}/info`, 'x'.repeat(2_000_000))).status).toBe(413)

    const payload = await signed(orderAction({ p: '170', s: '1' }), { key: KEY, nonce: Date.now() })
    trader.send({ method: 'post', id: 1, request: { type: 'action', payload } })
    expect(JSON.stringify(await trader.next('post'))).toContain('resting')
    await exchange.stop()
    await trader.closed
  }, 60_000)
})
