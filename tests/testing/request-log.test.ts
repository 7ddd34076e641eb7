import { describe, expect, it } from 'vitest'
import { describeRequest } from '../../src/testing/request-log.js'
import { SMALL } from './fault-helpers.js'
import { createBench, NVDA, OTHER, orderAction, USER } from './helpers.js'

describe('a request', () => {
  const lines: string[] = []
  const name = (assetId: unknown): string => (assetId === NVDA ? 'xyz:NVDA' : String(assetId))
  const bench = createBench({
    universe: SMALL,
    onRequest: (request, tookMs) => lines.push(describeRequest(request, tookMs, name)),
  })
  bench.exchange.market('xyz:NVDA').setBook({ bids: [], asks: [['176', '9']] })
  const logged = (act: () => void): string[] => {
    lines.length = 0
    act()
    return lines.map((line) => line.replace(/^00:00:00\.000 \S+ +/, ''))
  }
  const connection = bench.exchange.connect({ send: () => undefined, close: () => undefined })

  it('to trade is one line: who, what, and what came of it', () => {
    expect(logged(() => bench.order({ p: '176', s: '1', tif: 'Ioc' }))).toEqual([
      '0xf39f…2266 order buy 1 xyz:NVDA @ 176 Ioc → filled 1.0 @ 176.0 (0.0 ms)',
    ])
    expect(logged(() => bench.order({ p: '170', s: '0.1', r: true }, { b: false, p: '176.001', s: '1' }))).toEqual([
      '0xf39f…2266 order buy 0.1 xyz:NVDA @ 170 Gtc reduce-only, sell 1 xyz:NVDA @ 176.001 Gtc → ' +
        'Reduce only order would increase position. asset=110002, Price must be divisible by tick size. asset=110002 (0.0 ms)',
    ])
    expect(logged(() => bench.act({ type: 'cancel', cancels: [{ a: NVDA, o: 7 }] }))).toEqual([
      '0xf39f…2266 cancel 7 → Order was never placed, already canceled, or filled. asset=110002 (0.0 ms)',
    ])
    expect(logged(() => bench.act({ type: 'noop' }, { as: `0x${'9'.repeat(40)}` }))[0]).toContain(
      '0x9999…9999 noop → User or API Wallet 0x9999',
    )
  })

  it('with many entries is still one short line', () => {
    const many = Array.from({ length: 50 }, () => ({ p: '170', s: '1' }))
    const [line = ''] = logged(() => bench.act(orderAction(...many), { as: OTHER }))
    expect(line).toContain('and 47 more →')
    expect(line.length).toBeLessThan(500)
  })

  it('for information, a subscription and a broken frame say what they were', () => {
    expect(logged(() => bench.info({ type: 'openOrders', user: USER, dex: 'xyz' }))).toEqual([
      '0xf39f…2266 info openOrders xyz → 0 entries (0.0 ms)',
    ])
    expect(
      logged(() => connection.receive('{"method":"subscribe","subscription":{"type":"bbo","coin":"xyz:NVDA"}}')),
    ).toEqual(['-           subscribe bbo xyz:NVDA'])
    expect(logged(() => connection.receive('{"a":\n\u001b[31m1'))).toEqual(['-           malformed {"a":  [31m1'])
  })
})
