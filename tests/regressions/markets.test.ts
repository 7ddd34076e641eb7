/**
 * What once went wrong with markets, readiness and the account: the wrong instrument, the wrong address, ready too early or
 * never. The numbers are those of the list of bugs (F) and weaknesses (W) of the system this one descends from.
 */
import { standardGates } from 'hip3-executor'
import { createUnverifiedSigner } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  LEAVE_ALL,
  NVDA,
  TSLA,
} from '../helpers/harness.js'
import { changeAnswers } from '../helpers/venue.js'

const SILVER = 'xyz:SILVER'
const RIVN = 'xyz:RIVN'
const VAULT = '0x1719884eb866cb12b2287399b15f7db5e7d775ea'

const requestsOf = ({ exchange }: Harness, type: string) =>
  exchange.record.requests
    .map(({ payload }) => payload as { readonly type?: string; readonly [key: string]: unknown })
    .filter((payload) => payload.type === type)

/** An immediate order that finds what it looks for, in any market. */
const taker = ({ exchange }: Harness, market: string) =>
  buy({ market, price: exchange.market(market).bestAsk() ?? '', size: market === 'BTC' ? '0.01' : '1' })

describe('F-22', () => {
  it('everything is asked and heard of the account, however the signer is called, and of no other address', async () => {
    const harness = await createStarted({ gates: standardGates({ maxAccountShare: '0.5', ...WIDE }) })
    await accepted(harness.executor.submit(buy())).outcome
    await harness.pass(60_000)
    const asked = harness.exchange.record.requests.map(({ payload }) => payload as { type?: string; user?: string })
    const others = asked.filter(({ user, type }) => user !== undefined && user !== ACCOUNT && type !== 'userRole')
    expect(others).toEqual([])
    // Who the agent is, is the one thing that is asked of the agent.
    expect(requestsOf(harness, 'userRole').map(({ user }) => user)).toEqual([AGENT])
  })
})

const WIDE = {
  maxNotionalPerMarket: '1000000',
  maxNotionalTotal: '10000000',
  maxConcurrentPositions: 50,
  singleEntry: false,
}

describe('F-23', () => {
  const isOfAFeed = (text: string): boolean => !text.includes('"channel":"post"') && !text.includes('"channel":"pong"')
  const orders: readonly [string, (held: readonly string[]) => readonly string[]][] = [
    ['as they came', (held) => held],
    ['backwards', (held) => [...held].reverse()],
    ['acknowledgements last', (held) => [...held].sort((a, b) => Number(isAck(a)) - Number(isAck(b)))],
    ['acknowledgements first', (held) => [...held].sort((a, b) => Number(isAck(b)) - Number(isAck(a)))],
  ]
  const isAck = (text: string): boolean => text.includes('subscriptionResponse')

  it.each(orders)('ready also when all acknowledgements and snapshots come in one burst, %s', async (_, inOrder) => {
    const harness = createHarness()
    const held: string[] = []
    harness.toExecutor = (text) => {
      if (!isOfAFeed(text)) return true
      held.push(text)
      return false
    }
    const started = harness.executor.start()
    await harness.settle()
    expect(held.some(isAck)).toBe(true)
    expect(harness.executor.readiness().ready).toBe(false)
    harness.toExecutor = () => true
    for (const text of inOrder(held)) harness.inject(text)
    await harness.settle()
    await started
    expect(harness.executor.readiness()).toMatchObject({ ready: true, markets: [{ ready: true }, { ready: true }] })
  })
})

describe('F-30', () => {
  it('an account without orders or fills is ready on the acknowledgements alone: its feeds stay silent', async () => {
    const harness = createHarness()
    const heard: string[] = []
    harness.toExecutor = (text) => {
      const isOfTheAccount = /"channel":"(orderUpdates|userFills)"/.test(text)
      if (isOfTheAccount) heard.push(text)
      return !isOfTheAccount
    }
    await harness.executor.start()
    expect(heard.length).toBeLessThanOrEqual(1)
    expect(harness.executor.readiness().ready).toBe(true)
  })
})

describe('F-31', () => {
  it('an order for xyz:SILVER goes to 110026 and fills in xyz:SILVER, not in its alphabetical neighbour', async () => {
    const harness = await createStarted({ markets: [SILVER, RIVN] })
    const order = accepted(harness.executor.submit(taker(harness, SILVER)))
    expect(await order.outcome).toMatchObject({ status: 'filled', market: SILVER })
    expect(harness.actions()).toMatchObject([{ type: 'order', orders: [{ a: 110_026 }] }])
    expect(harness.exchange.account(ACCOUNT).position(RIVN)).toBeUndefined()
    expect(harness.executor.positions().map(({ market }) => market)).toEqual([SILVER])
  })

  it('an order that turns up in another market all the same stops everything', async () => {
    const harness = await createStarted({ markets: [SILVER, RIVN], riskMonitor: false, ...LEAVE_ALL })
    harness.toExchange = (text) => {
      if (!text.includes('"a":110026')) return true
      harness.sockets.at(-1)?.send(text.replace('"a":110026', '"a":110027').replace(/"p":"[\d.]+"/, '"p":"17"'))
      return false
    }
    const order = accepted(harness.executor.submit(taker(harness, SILVER)))
    await harness.settle()
    expect(harness.executor.hardStop.state).toMatchObject({
      triggered: true,
      cause: 'fault',
      reason: `order ${order.clientOrderId} is in another market: it was sent to ${SILVER} and is in ${RIVN}`,
    })
    expect(harness.executor.submit(taker(harness, RIVN))).toMatchObject({ reason: 'HARD_STOP' })
    // It is real money all the same.
    expect(harness.executor.positions().map(({ market, size }) => [market, size.toFixed()])).toEqual([
      [RIVN, harness.exchange.account(ACCOUNT).position(RIVN)?.size],
    ])
  })
})

describe('F-37', () => {
  it('no order goes before every market that was named is known, and one that is not keeps all from starting', async () => {
    const harness = createHarness()
    expect(harness.executor.submit(buy())).toMatchObject({ reason: 'NOT_READY' })
    harness.toExecutor = (text) => !text.includes('"type":"meta"')
    const starting = harness.executor.start()
    await harness.pass(5_000)
    expect(harness.executor.submit(buy())).toMatchObject({ reason: 'NOT_READY', limit: 'markets loaded' })
    expect(harness.executor.readiness().missing).toContainEqual(expect.objectContaining({ condition: 'markets' }))
    harness.toExecutor = () => true
    await harness.pass(20_000)
    await starting
    expect(harness.executor.submit(buy()).status).toBe('accepted')

    const other = createHarness({ markets: [NVDA, 'xyz:NOPE'] })
    await expect(other.executor.start()).rejects.toMatchObject({ code: 'UNKNOWN_MARKET' })
    expect(other.executor.submit(buy())).toMatchObject({ reason: 'NOT_READY' })
    expect(other.actions()).toEqual([])
    await other.executor.close()
  })
})

describe('F-38', () => {
  const payloads = ({ written }: Harness) =>
    written.filter((text) => text.includes('"type":"action"')).map((text) => JSON.parse(text).request.payload)

  it('the key vaultAddress is absent where there is none, and the vault’s address where there is', async () => {
    const plain = await createStarted()
    await accepted(plain.executor.submit(buy())).outcome
    expect(payloads(plain)).toHaveLength(1)
    for (const payload of payloads(plain)) expect(payload).not.toHaveProperty('vaultAddress')

    const { clock, exchange } = createHarness()
    exchange.account(ACCOUNT).addVault(VAULT)
    exchange.account(VAULT).deposit('100000')
    const options: HarnessOptions = {
      account: VAULT,
      vaultAddress: VAULT.toUpperCase().replace('0X', '0x') as `0x${string}`,
    }
    const vault = createHarness(options, { clock, exchange })
    await vault.executor.start()
    await accepted(vault.executor.submit(buy())).outcome
    expect(payloads(vault)).toMatchObject([{ vaultAddress: VAULT }])
  })
})

describe('F-39', () => {
  it('a balance of which a part is missing is not known, which is not the same as nothing', async () => {
    const gates = standardGates({ maxAccountShare: '0.5', ...WIDE })
    const { clock, exchange } = createHarness()
    const account = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'
    exchange.account(account).setMode('disabled').deposit('1000', { dex: 'xyz' })
    const harness = createHarness({ account, gates, signer: createUnverifiedSigner(account) }, { clock, exchange })
    changeAnswers<{ readonly marginSummary: object }>(harness, 'clearinghouseState', (state) => {
      const { marginSummary: _, ...rest } = state
      return rest as typeof state
    })
    await harness.executor.start()
    expect(harness.executor.submit(buy({ price: '170' }))).toMatchObject({ reason: 'BALANCE_UNKNOWN' })
    harness.toExecutor = () => true
    await harness.pass(61_000)
    expect(harness.executor.submit(buy({ price: '170' })).status).toBe('accepted')
  })
})

describe('F-40', () => {
  it('what is asked of an account is asked of every dex by its name, and of the validator dex by none', async () => {
    const harness = await createStarted({ markets: [NVDA, 'flx:GOLD', 'BTC'] })
    for (const type of ['clearinghouseState', 'frontendOpenOrders']) {
      const dexes = new Set(requestsOf(harness, type).map(({ dex }) => dex))
      expect(dexes).toEqual(new Set(['xyz', 'flx', undefined]))
    }
    for (const market of [NVDA, 'BTC']) await accepted(harness.executor.submit(taker(harness, market))).outcome
    await harness.executor.close()
    harness.clock.advance(10)
    const next = createHarness({ markets: [NVDA, 'flx:GOLD', 'BTC'] }, harness)
    await next.executor.start()
    expect(next.executor.positions().map(({ market }) => market)).toEqual([NVDA, 'BTC'])
  })
})

describe('F-54', () => {
  it('a market is asked for by its exact name, and no other name, number or part of it is one', async () => {
    const { executor } = await createStarted()
    const names = ['NVDA', 'nvda', 'XYZ:NVDA', 'xyz:nvda', 'xyz:NVD', 'flx:NVDA', ' xyz:NVDA', 'dex_1:110002', '110002']
    for (const market of names) expect(executor.submit(buy({ market }))).toMatchObject({ reason: 'UNKNOWN_MARKET' })
    expect(executor.submit(buy({ market: NVDA })).status).toBe('accepted')
  })
})

describe('F-63', () => {
  it('what a feed tells of a market is what the gates look up for that market, on every dex', async () => {
    const markets = [NVDA, TSLA, 'xyz:GOLD', 'flx:GOLD', 'BTC']
    const harness = await createStarted({ markets })
    for (const [index, market] of markets.entries()) {
      const mark = String(1_000 * (index + 1))
      harness.exchange.market(market).setMark(mark)
      await harness.settle()
      // Outside of its band by far, and within that of any other.
      expect(harness.executor.submit(buy({ market, price: '100000', size: '1' }))).toMatchObject({
        reason: 'PRICE_OUT_OF_BAND',
        limit: `${Number(mark) * 0.2} to ${Number(mark) * 1.8}`,
      })
    }
  })
})
