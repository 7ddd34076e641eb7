import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBench, orderAction, USER } from './helpers.js'

const good = JSON.stringify({
  method: 'post',
  id: 1,
  request: {
    type: 'action',
    payload: {
      action: orderAction({ p: '175', s: '1' }),
      nonce: 1,
      signature: { r: '0x1', s: '0x1', v: 27 },
      vaultAddress: null,
    },
  },
})
const subscription = JSON.stringify({
  method: 'subscribe',
  subscription: { type: 'l2Book', coin: 'xyz:NVDA', fast: true },
})

/** A frame of the protocol with some of it missing or wrong. */
const damaged = fc
  .tuple(fc.constantFrom(good, subscription), fc.nat(400), fc.nat(40), fc.string({ maxLength: 12 }))
  .map(([text, start, length, instead]) => text.slice(0, start) + instead + text.slice(start + length))

/** The right shape with any JSON in any place. */
const mistyped = fc
  .tuple(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), fc.constantFrom('action', 'info'))
  .map(([a, b, c, type]) =>
    JSON.stringify({
      method: 'post',
      id: 1,
      request: {
        type,
        payload: {
          type: a,
          user: b,
          coin: c,
          dex: a,
          action: { type: 'order', orders: [a, b], grouping: c },
          nonce: b,
          signature: c,
        },
      },
    }),
  )

describe('bad input', () => {
  it('gets an answer on the error channel or a refusal, never a crash', () => {
    const { exchange, info } = createBench()
    const frames: string[] = []
    const connection = exchange.connect({ send: (text) => frames.push(text), close: () => undefined })
    fc.assert(
      fc.property(fc.oneof(damaged, mistyped, fc.string(), fc.json()), (text) => {
        const before = frames.length
        connection.receive(text)
        return frames.length > before
      }),
      { numRuns: 5_000 },
    )
    expect(info({ type: 'openOrders', user: USER, dex: 'xyz' })).toEqual([])
  })

  it('nested a hundred thousand levels deep is refused like any other', () => {
    const { exchange } = createBench()
    const frames: string[] = []
    const connection = exchange.connect({ send: (text) => frames.push(text.slice(0, 60)), close: () => undefined })
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    connection.receive(deep)
    connection.receive(`{"method":"subscribe","subscription":{"type":"bbo","coin":${deep}}}`)
    connection.receive(`{"method":"post","id":1,"request":{"type":"info","payload":{"type":${deep}}}}`)
    expect(frames.slice(1)).toEqual([
      expect.stringContaining('Error parsing JSON'),
      expect.stringContaining('Invalid subscription'),
      expect.stringContaining('"channel":"post"'),
    ])
  })

  it('of the test itself throws and names what is wrong', () => {
    const { exchange } = createBench()
    expect(() => exchange.account('0x1')).toThrow(RangeError)
    expect(() => exchange.market('xyz:nvda')).toThrow('xyz:nvda')
    expect(() => exchange.account(USER).deposit(10 as unknown as string)).toThrow(TypeError)
    expect(() => exchange.account(USER).setMode('disabled')).toThrow(RangeError)
    const market = exchange.market('xyz:NVDA')
    expect(() => market.setMark('0')).toThrow(RangeError)
    expect(() => market.setBook({ bids: [['176.123', '1']], asks: [] })).toThrow('legal price')
    expect(() => market.setBook({ bids: [['176', '0.0001']], asks: [] })).toThrow('legal size')
    expect(() => market.setBook({ bids: [['176', '1']], asks: [['176', '1']] })).toThrow('crosses')
    expect(() => market.halt().setBook({ bids: [], asks: [] })).toThrow('does not trade')
    expect(() => createBench({ universe: [] })).toThrow('validator dex')
    expect(() => createBench({ recordLimit: 0 })).toThrow('recordLimit')
  })
})
