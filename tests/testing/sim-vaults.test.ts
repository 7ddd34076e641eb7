import { beforeEach, describe, expect, it } from 'vitest'
import {
  AGENT,
  AGENT_KEY,
  createSignedBench,
  KEY,
  OTHER,
  OTHER_KEY,
  orderAction,
  type SignedBench,
  statusesOf,
  USER,
} from './helpers.js'

const SUB = '0x00000000000000000000000000000000000005ab'
const VAULT = '0x1719884eb866cb12b2287399b15f7db5e7d775ea'
const OK = { status: 'ok', response: { type: 'default' } }
const noop = { type: 'noop' }
const order = orderAction({ p: '105', s: '1' })

let bench: SignedBench
let nonce: number

beforeEach(() => {
  bench = createSignedBench()
  nonce = bench.clock.now()
  bench.exchange.account(USER).addSubAccount(SUB, { name: 'second' }).addVault(VAULT).approveAgent(AGENT)
  for (const address of [SUB, VAULT, OTHER]) bench.exchange.account(address).deposit('1000')
})

const info = (request: object): unknown => {
  const reply = bench.exchange.handleInfo(request)
  return 'body' in reply ? reply.body : reply.text
}

describe('an action for another account', () => {
  it.each([
    ['a sub-account', SUB],
    ['a vault', VAULT],
  ] as const)('signed by its leader or the leader’s agent trades for %s', async (_what, vaultAddress) => {
    for (const key of [KEY, AGENT_KEY] as const) {
      expect(statusesOf(await bench.act(order, { key, vaultAddress, nonce: ++nonce }))).toMatchObject([{ resting: {} }])
    }
    expect(bench.exchange.account(vaultAddress).openOrders()).toHaveLength(2)
    expect(bench.exchange.account(USER).openOrders()).toHaveLength(0)
  })

  it('of somebody else is refused: "Vault not registered: 0x…"', async () => {
    const refused = { status: 'err', response: `Vault not registered: ${SUB}` }
    expect(await bench.act(order, { key: OTHER_KEY, vaultAddress: SUB, nonce: ++nonce })).toEqual(refused)
    expect(await bench.act(order, { vaultAddress: OTHER as `0x${string}`, nonce: ++nonce })).toEqual({
      status: 'err',
      response: `Vault not registered: ${OTHER}`,
    })
  })

  it('signed over no vault, or another one, recovers to a stranger', async () => {
    const { signed } = await import('./helpers.js')
    for (const vaultAddress of [undefined, VAULT] as const) {
      const request = await signed(noop, { nonce: ++nonce, ...(vaultAddress ? { vaultAddress } : {}) })
      let answer: unknown
      bench.exchange.handleExchange({ ...request, vaultAddress: SUB }, (reply) => {
        answer = reply
      })
      expect(answer).toMatchObject({
        body: { response: expect.stringMatching(/^User or API Wallet 0x.* does not exist\.$/) },
      })
    }
  })

  it('needs money of that account', async () => {
    bench.exchange.account(USER).addSubAccount('0x00000000000000000000000000000000000000b0')
    expect(
      await bench.act(order, { vaultAddress: '0x00000000000000000000000000000000000000b0', nonce: ++nonce }),
    ).toEqual({
      status: 'err',
      response: 'Must deposit before performing actions. User: 0x00000000000000000000000000000000000000b0',
    })
  })

  it('takes its nonce from the signer, whichever account it is for', async () => {
    expect(await bench.act(noop, { vaultAddress: SUB, nonce: ++nonce })).toEqual(OK)
    expect(await bench.act(noop, { nonce })).toEqual({
      status: 'err',
      response: `Invalid nonce: duplicate nonce ${nonce}`,
    })
    expect(await bench.act(noop, { nonce, vaultAddress: VAULT })).toMatchObject({ status: 'err' })
    expect(await bench.act(noop, { nonce, key: AGENT_KEY, vaultAddress: VAULT })).toEqual(OK)
  })

  it('counts against the requests of that account', async () => {
    await bench.act(noop, { vaultAddress: SUB, nonce: ++nonce })
    expect(info({ type: 'userRateLimit', user: SUB })).toMatchObject({ nRequestsUsed: 1 })
    expect(info({ type: 'userRateLimit', user: USER })).toMatchObject({ nRequestsUsed: 0 })
  })
})

describe('the role of an address', () => {
  it('is user, agent, subAccount, vault or missing', () => {
    expect(info({ type: 'userRole', user: USER })).toEqual({ role: 'user' })
    expect(info({ type: 'userRole', user: AGENT })).toEqual({ role: 'agent', data: { user: USER } })
    expect(info({ type: 'userRole', user: SUB })).toEqual({ role: 'subAccount', data: { master: USER } })
    expect(info({ type: 'userRole', user: VAULT })).toEqual({ role: 'vault' })
    expect(info({ type: 'userRole', user: '0x0000000000000000000000000000000000000999' })).toEqual({ role: 'missing' })
  })
})

describe('a vault', () => {
  it('tells who leads it, and nothing is told of what is no vault', () => {
    const ask = (vaultAddress: string) => info({ type: 'vaultDetails', vaultAddress })
    expect(ask(VAULT)).toMatchObject({ vaultAddress: VAULT, leader: USER })
    for (const address of [SUB, USER, '0x0000000000000000000000000000000000000999']) expect(ask(address)).toBeNull()
  })
})

describe('sub-accounts', () => {
  it('are listed with their state', () => {
    expect(info({ type: 'subAccounts', user: USER })).toMatchObject([
      { name: 'second', subAccountUser: SUB, master: USER, spotState: { balances: [{ total: '1000.0' }] } },
    ])
    expect(info({ type: 'subAccounts', user: OTHER })).toBeNull()
  })

  it('are created by an action that answers with the address', async () => {
    const answer = await bench.act({ type: 'createSubAccount', name: 'third' }, { nonce: ++nonce })
    const { data } = (answer as { response: { data: string } }).response
    expect(answer).toEqual({
      status: 'ok',
      response: { type: 'createSubAccount', data: expect.stringMatching(/^0x[0-9a-f]{40}$/) },
    })
    expect(info({ type: 'userRole', user: data })).toEqual({ role: 'subAccount', data: { master: USER } })
  })

  it('have no sub-accounts or vaults, and one leader', () => {
    expect(() => bench.exchange.account(SUB).addSubAccount(OTHER)).toThrow(RangeError)
    expect(() => bench.exchange.account(OTHER).addVault(SUB)).toThrow(RangeError)
    expect(() => bench.exchange.account(USER).addVault(USER)).toThrow(RangeError)
  })
})
