import { describe, expect, it } from 'vitest'
import { COIN, createFaultBench } from './fault-helpers.js'
import { NVDA, USER } from './helpers.js'

/** A day's work on two connections with everything going wrong, as one text. */
function play(seed: number): string {
  const { exchange, clock, client } = createFaultBench({ seed })
  const clients = [client(), client()]
  exchange.fault({ fault: 'lose', of: 'request:action', probability: 0.1 })
  exchange.fault({ fault: 'lose', of: 'reply:action', probability: 0.1 })
  exchange.fault({ fault: 'duplicate', of: ['request:action', 'feed:userFills'], probability: 0.1 })
  exchange.fault({ fault: 'delay', of: 'request:action:order', ms: 700, probability: 0.2 })
  exchange.fault({ fault: 'reorder', of: 'reply', probability: 0.2 })
  exchange.fault({ fault: 'reorder', of: 'feed:orderUpdates', until: 'reply:action', probability: 0.3 })
  exchange.fault({ fault: 'malform', of: 'feed', probability: 0.05 })
  exchange.fault({ fault: 'serverError', of: 'reply:action', every: 7 })
  exchange.fault({ fault: 'tooManyRequests', of: 'request:info', every: 3 })
  exchange.fault({ fault: 'partialFill', probability: 0.3 })
  exchange.fault({ fault: 'makersMoveAway', nth: 9 })
  exchange.fault({ fault: 'markJump', market: COIN, byBps: 30, every: 5 })
  exchange.fault({ fault: 'staleOrderStatus', ms: 2_000, probability: 0.5 })
  exchange.fault({ fault: 'oracleSilence' })
  exchange.fault({ fault: 'postOnlyMode', ms: 1_500 })
  exchange.fault({ fault: 'clockSkew', ms: -400 })
  exchange.fault({ fault: 'halfOpen', of: 'reply', connection: 'ws-2', nth: 20 })
  exchange.fault({ fault: 'cut', of: 'request:action', connection: 'ws-1', nth: 25 })

  for (const one of clients) {
    for (const type of ['userFills', 'orderUpdates']) one.subscribe(type, { user: USER })
    for (const type of ['bbo', 'l2Book', 'activeAssetCtx']) one.subscribe(type, { coin: COIN })
  }
  for (let round = 0; round < 15; round++) {
    for (const one of clients) {
      one.order({ b: round % 2 === 0, p: round % 2 === 0 ? '176.3' : '175.7', s: '0.4', tif: 'Ioc' })
      one.order({ p: '170', s: '1', tif: 'Alo' })
      const oid = exchange.account(USER).openOrders()[0]?.oid
      if (oid !== undefined && round % 3 === 0) one.act({ type: 'cancel', cancels: [{ a: NVDA, o: oid }] })
      one.ask({ type: 'orderStatus', user: USER, oid: oid ?? 1 })
    }
    clock.advance(450)
  }
  return JSON.stringify([exchange.record, clients.map((one) => one.taken())])
}

describe('the same script', () => {
  it('under the same seed leaves the same record and sends the same frames, byte for byte, a hundred times', () => {
    const first = play(11)
    const record = (JSON.parse(first) as [{ faults: { fault: string }[]; fills: unknown[] }])[0]
    expect(new Set(record.faults.map(({ fault }) => fault)).size).toBe(16)
    expect(record.fills.length).toBeGreaterThan(5)
    for (let run = 0; run < 100; run++) expect(play(11) === first).toBe(true)
  }, 60_000)

  it('under another seed goes another way', () => {
    expect(play(12)).not.toBe(play(11))
  })
})
