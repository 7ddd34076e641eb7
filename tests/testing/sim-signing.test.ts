import { encode } from '@msgpack/msgpack'
import { concatHex, keccak256, numberToHex, toHex } from 'viem/utils'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, createSimExchange, type ManualClock, type SimExchange } from '../../src/testing/index.js'
import {
  AGENT,
  AGENT_KEY,
  CLOID,
  OTHER_KEY,
  orderAction,
  orderWire,
  post,
  signed,
  signedHash,
  statusesOf,
  USER,
} from './helpers.js'

let clock: ManualClock
let exchange: SimExchange
let url: string
let nonce: number
const order = orderAction({ p: '105', s: '1', c: CLOID })

beforeAll(async () => {
  clock = createManualClock()
  exchange = createSimExchange({ clock })
  exchange.account(USER).deposit('10000').approveAgent(AGENT, { name: 'bot' })
  url = `${(await exchange.start()).httpUrl}/exchange`
  nonce = clock.now()
})
beforeEach(() => {
  nonce++
})
afterAll(() => exchange.stop())

const refusal = async (request: unknown): Promise<unknown> =>
  ((await post(url, request)).body as { response: unknown }).response

const STRANGER = /^User or API Wallet 0x[0-9a-f]{40} does not exist\.$/

describe('a signature', () => {
  it('by the account or by its agent trades for the account', async () => {
    for (const key of [undefined, AGENT_KEY] as const) {
      const { status, body } = await post(url, await signed(order, { nonce, ...(key ? { key } : {}) }))
      expect(status).toBe(200)
      expect(statusesOf(body)).toMatchObject([{ resting: { cloid: CLOID } }])
    }
    expect(exchange.record.orders.every(({ account }) => account === USER)).toBe(true)
  })

  it('made with another msgpack encoder over an action with a 64-bit order id is the same signature', async () => {
    const { body } = await post(url, await signed(order, { nonce }))
    const [{ resting }] = statusesOf(body) as [{ resting: { oid: number } }]
    const cancel = { type: 'cancel', cancels: [{ a: 110_002, o: resting.oid }] }
    const bytes = encode(cancel)
    const hash = keccak256(concatHex([toHex(bytes), numberToHex(nonce + 1, { size: 8 }), '0x00']))
    nonce++
    expect(statusesOf((await post(url, await signedHash(cancel, hash, { nonce }))).body)).toEqual(['success'])
  })

  it('with leading zeros cut from r or s is still one', async () => {
    let request = await signed(order, { nonce })
    const isShort = ({ r, s }: { r: string; s: string }): boolean => r.startsWith('0x0') || s.startsWith('0x0')
    while (!isShort(request['signature'] as { r: string; s: string })) request = await signed(order, { nonce: ++nonce })
    const { r, s, v } = request['signature'] as { r: string; s: string; v: number }
    const cut = (hex: string): string => hex.replace(/^0x0+/, '0x')
    const { body } = await post(url, { ...request, signature: { r: cut(r), s: cut(s), v } })
    expect(body).toMatchObject({ status: 'ok' })
  })

  it.each([
    ['by a key nobody knows', async () => signed(order, { nonce, key: OTHER_KEY })],
    ['for the other network', async () => signed(order, { nonce, network: 'mainnet' })],
    ['of another nonce', async () => ({ ...(await signed(order, { nonce })), nonce: nonce + 1 })],
    [
      'without the expiry that is sent',
      async () => ({ ...(await signed(order, { nonce })), expiresAfter: clock.now() + 10_000 }),
    ],
    [
      'of keys in another order',
      async () => signed({ type: 'order', grouping: 'na', orders: order['orders'] }, { nonce }),
    ],
    ['of a trailing zero', async () => signed(orderAction({ p: '105.00', s: '1' }), { nonce })],
    [
      'of an absent option as null',
      async () =>
        signed({ type: 'order', orders: [{ ...orderWire({ p: '105', s: '1' }), c: null }], grouping: 'na' }, { nonce }),
    ],
    ['of a flag that is false', async () => signed({ type: 'cancel', cancels: [{ a: 0, o: 1 }], f: false }, { nonce })],
    [
      'of an upper-case client order id',
      async () => signed(orderAction({ p: '105', s: '1', c: CLOID.replace('c0de', 'C0DE') }), { nonce }),
    ],
    ['of a field the venue does not know', async () => signed({ ...order, note: 'hello' }, { nonce })],
  ])('%s recovers to a stranger', async (_what, request) => {
    expect(await refusal(await request())).toMatch(STRANGER)
  })

  it('that no key can have made is nobody’s', async () => {
    const request = await signed(order, { nonce })
    const signature = { r: `0x${'f'.repeat(64)}`, s: `0x${'1'.padStart(64, '0')}`, v: 27 }
    expect(await refusal({ ...request, signature })).toMatch(STRANGER)
  })

  it('by an agent that has expired or been replaced is a stranger’s', async () => {
    const gone = await signed(order, { nonce, key: OTHER_KEY })
    exchange
      .account(USER)
      .approveAgent('0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc', { name: 'old', validUntil: clock.now() })
    expect(await refusal(gone)).toBe('User or API Wallet 0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc does not exist.')
    exchange.account(USER).approveAgent('0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc', { name: 'old' })
    expect(await post(url, gone)).toMatchObject({ body: { status: 'ok' } })
    exchange.account(USER).approveAgent('0x90f79bf6eb2c4f870365e785982e1f101e93b906', { name: 'old' })
    expect(await refusal(await signed(order, { nonce: nonce + 1, key: OTHER_KEY }))).toMatch(STRANGER)
  })

  it('of an account without funds is refused', async () => {
    const poor = createSimExchange({ clock })
    poor.account(USER).approveAgent(AGENT)
    const { httpUrl } = await poor.start()
    const { body } = await post(`${httpUrl}/exchange`, await signed(order, { nonce }))
    expect(body).toEqual({ status: 'err', response: `Must deposit before performing actions. User: ${USER}` })
    await poor.stop()
  })

  it('for a vault nobody registered is refused', async () => {
    const vaultAddress = '0x1719884eb866cb12b2287399b15f7db5e7d775ea'
    expect(await refusal(await signed(order, { nonce, vaultAddress }))).toBe(`Vault not registered: ${vaultAddress}`)
  })

  it('is checked on mainnet with mainnet’s letter', async () => {
    const mainnet = createSimExchange({ clock, network: 'mainnet' })
    mainnet.account(USER).deposit('1000')
    const { httpUrl } = await mainnet.start()
    const { body } = await post(`${httpUrl}/exchange`, await signed(order, { nonce, network: 'mainnet' }))
    expect(body).toMatchObject({ status: 'ok' })
    await mainnet.stop()
  })
})

describe('a body that is no request', () => {
  it.each([
    ['v as a string', { signature: { r: '0x1', s: '0x1', v: '27' } }],
    ['v as a recovery bit', { signature: { r: '0x1', s: '0x1', v: 0 } }],
    ['a nonce as a string', { nonce: '1' }],
    [
      'a price as a number',
      { action: { type: 'order', orders: [{ ...orderWire({ p: '1', s: '1' }), p: 1 }], grouping: 'na' } },
    ],
    ['a client order id of the wrong length', { action: orderAction({ p: '1', s: '1', c: '0x01' }) }],
    ['an action nobody knows', { action: { type: '__proto__' } }],
    ['no action', { action: null }],
    ['a list', []],
  ])('with %s gets a 422', async (_what, part) => {
    const request = Array.isArray(part) ? part : { ...(await signed(order, { nonce })), ...part }
    const { status, body } = await post(url, request)
    expect(status).toBe(422)
    expect(body).toContain('Failed to deserialize the JSON body into the target type')
  })

  it('because it is not JSON gets a 400', async () => {
    expect(await post(url, '{"action":')).toMatchObject({ status: 400 })
  })

  it('for another path or method, another type, or far too long is told so', async () => {
    expect((await post(url.replace('exchange', 'nothing'), {})).status).toBe(404)
    expect((await fetch(url)).status).toBe(405)
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(415)
    expect((await post(url, 'x'.repeat(1_100_000))).status).toBe(413)
  })
})
