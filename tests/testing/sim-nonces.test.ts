import { describe, expect, it } from 'vitest'
import { AGENT, createBench, orderAction, USER } from './helpers.js'

const noop = { type: 'noop' }
const OK = { status: 'ok', response: { type: 'default' } }
const DAY_MS = 86_400_000

describe('a nonce', () => {
  it('is good once', () => {
    const { act, clock } = createBench()
    const nonce = clock.now()
    expect(act(noop, { nonce })).toEqual(OK)
    expect(act(noop, { nonce })).toEqual({ status: 'err', response: `Invalid nonce: duplicate nonce ${nonce}` })
  })

  it('may come out of order among the hundred highest, and not below them', () => {
    const { act, clock } = createBench()
    const base = clock.now()
    for (let i = 1; i <= 100; i++) expect(act(noop, { nonce: base + 2 * i })).toEqual(OK)
    expect(act(noop, { nonce: base + 101 })).toEqual(OK)
    expect(act(noop, { nonce: base + 3 })).toEqual({
      status: 'err',
      response: `Invalid nonce: nonce too low ${base + 3} < ${base + 4}`,
    })
    expect(act(noop, { nonce: base + 2 })).toMatchObject({ status: 'err' })
    expect(act(noop, { nonce: base + 5 })).toEqual(OK)
  })

  it('lies less than two days back and less than one day ahead', () => {
    const { act, clock } = createBench()
    const low = clock.now() - 2 * DAY_MS
    const high = clock.now() + DAY_MS
    expect(act(noop, { nonce: low })).toMatchObject({ response: `Invalid nonce: nonce too low ${low} < ${low}` })
    expect(act(noop, { nonce: low + 1 })).toEqual(OK)
    expect(act(noop, { nonce: high })).toMatchObject({ response: `Invalid nonce: nonce too high ${high} > ${high}` })
    expect(act(noop, { nonce: high - 1 })).toEqual(OK)
  })

  it('belongs to the signer, not to the account', () => {
    const { act, clock, exchange } = createBench()
    exchange.account(USER).approveAgent(AGENT)
    const nonce = clock.now()
    expect(act(noop, { nonce })).toEqual(OK)
    expect(act(noop, { nonce, as: AGENT })).toEqual(OK)
  })

  it('is used up by an action whose orders are refused, and by one that comes too late', () => {
    const { act, clock } = createBench()
    const nonce = clock.now()
    expect(act(orderAction({ p: '176', s: '0.001' }), { nonce })).toMatchObject({ status: 'ok' })
    expect(act(noop, { nonce })).toMatchObject({ response: `Invalid nonce: duplicate nonce ${nonce}` })
    expect(act(noop, { nonce: nonce + 1, expiresAfter: nonce - 1 })).toMatchObject({
      response: 'Action already expired',
    })
    expect(act(noop, { nonce: nonce + 1 })).toMatchObject({ status: 'err' })
  })

  it('is not used up by a stranger', () => {
    const { act, clock, exchange } = createBench()
    const nonce = clock.now()
    expect(act(noop, { nonce, as: AGENT })).toMatchObject({ response: `User or API Wallet ${AGENT} does not exist.` })
    exchange.account(USER).approveAgent(AGENT)
    expect(act(noop, { nonce, as: AGENT })).toEqual(OK)
  })

  it('taken by a noop keeps the order that carried it from ever landing', () => {
    const { act, clock, exchange } = createBench()
    const nonce = clock.now()
    expect(act(noop, { nonce })).toEqual(OK)
    expect(act(orderAction({ p: '175', s: '1' }), { nonce })).toMatchObject({ status: 'err' })
    expect(exchange.record.orders).toEqual([])
  })
})

describe('an expiry', () => {
  it('lets an action through at its very time, refuses it later, and charges five requests for that', () => {
    const { act, clock, info } = createBench()
    const used = (): unknown =>
      (info({ type: 'userRateLimit', user: USER }) as { nRequestsUsed: unknown }).nRequestsUsed
    const at = clock.now() + 1_000
    clock.advance(1_000)
    expect(act(orderAction({ p: '175', s: '1' }), { expiresAfter: at })).toMatchObject({ status: 'ok' })
    expect(used()).toBe(1)
    clock.advance(1)
    expect(act(orderAction({ p: '175', s: '1' }), { expiresAfter: at })).toEqual({
      status: 'err',
      response: 'Action already expired',
    })
    expect(used()).toBe(6)
  })
})
