import type { AccountReport, ExecutorError, ExecutorOptions } from 'hip3-executor'
import { createManualClock, createSimExchange, createUnverifiedSigner, type SimExchange } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  outcomeNow,
} from '../helpers/harness.js'
import { changeAnswers } from '../helpers/venue.js'

const OTHER = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'
const SUB = '0x00000000000000000000000000000000000005ab'
const VAULT = '0x1719884eb866cb12b2287399b15f7db5e7d775ea'
const NOBODY = '0x0000000000000000000000000000000000000999'
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

type Venue = Pick<Harness, 'clock' | 'exchange'>

/** A venue on which the account has money, an agent, a sub-account and a vault, and somebody else has an account too. */
function createVenue(): Venue {
  const clock = createManualClock()
  const exchange = createSimExchange({ clock, verifySignatures: false })
  exchange.account(ACCOUNT).deposit('1000').addSubAccount(SUB).addVault(VAULT).approveAgent(AGENT, { name: 'bot' })
  for (const address of [OTHER, SUB, VAULT]) exchange.account(address).deposit('1000')
  return { clock, exchange }
}

async function startOn(venue: Venue, options: Partial<ExecutorOptions> = {}) {
  const harness = createHarness(options, venue)
  const result = await harness.executor.start().then(
    ({ account }): AccountReport | ExecutorError => account,
    (error: ExecutorError) => error,
  )
  return { harness, result }
}

const signedBy = (address: string) => ({ signer: createUnverifiedSigner(address as `0x${string}`) })
const linesOf = ({ executor }: Harness) => executor.readiness().missing.map(({ condition }) => condition)

describe('bad input is one clear error at the start, before any order:', () => {
  it.each<[string, Partial<ExecutorOptions>, (exchange: SimExchange) => void, string, RegExp]>([
    [
      'an agent that was never approved, or one of the other network',
      signedBy(NOBODY),
      () => {},
      'UNKNOWN_SIGNER',
      /the signer 0x0+999 is not known on testnet; .*other network: approve it as an agent of 0xf39.* on testnet/,
    ],
    [
      'an agent that was replaced',
      {},
      (exchange) => exchange.account(ACCOUNT).approveAgent(OTHER.replace('3c', '4c'), { name: 'bot' }),
      'UNKNOWN_SIGNER',
      /its approval has ended or was replaced/,
    ],
    [
      'an account that the network does not know, as on the wrong one',
      { account: NOBODY },
      () => {},
      'UNKNOWN_ACCOUNT',
      /account: there is no 0x0+999; testnet does not know it: .*: check the network, or deposit/,
    ],
    [
      'the agent used as the account',
      { account: AGENT },
      () => {},
      'AGENT_AS_ACCOUNT',
      /account: 0x7099.* is an agent; it trades for 0xf39.*: set account to 0xf39/,
    ],
    [
      'an agent of somebody else',
      {},
      (exchange) => exchange.account(OTHER).approveAgent(AGENT, { name: 'bot' }),
      'SIGNER_NOT_ALLOWED',
      /acts for 0x3c44.*; 0xf39.* is traded by 0xf39.*: approve it as an agent of 0xf39/,
    ],
    [
      'the key of another account',
      signedBy(OTHER),
      () => {},
      'SIGNER_NOT_ALLOWED',
      /the signer 0x3c44.* acts for 0x3c44/,
    ],
    [
      'a vault that is not registered',
      { account: NOBODY, vaultAddress: NOBODY },
      () => {},
      'UNKNOWN_VAULT',
      /vaultAddress: there is no 0x0+999/,
    ],
    [
      'an account that is none passed off as a vault',
      { vaultAddress: ACCOUNT },
      () => {},
      'UNKNOWN_VAULT',
      /is no vault or sub-account; it trades by itself: leave it out/,
    ],
    [
      'a sub-account without vaultAddress',
      { account: SUB },
      () => {},
      'UNKNOWN_VAULT',
      /set vaultAddress to it as well/,
    ],
    ['a vault without vaultAddress', { account: VAULT }, () => {}, 'UNKNOWN_VAULT', /set vaultAddress to it as well/],
    [
      'a vault that somebody else leads',
      { account: VAULT, vaultAddress: VAULT, ...signedBy(OTHER) },
      () => {},
      'SIGNER_NOT_ALLOWED',
      /is traded by 0xf39/,
    ],
    [
      'a sub-account of somebody else',
      { account: SUB, vaultAddress: SUB, ...signedBy(OTHER) },
      () => {},
      'SIGNER_NOT_ALLOWED',
      /is traded by 0xf39/,
    ],
    [
      'an account in another mode',
      { accountMode: 'portfolioMargin' },
      () => {},
      'ACCOUNT_MODE',
      /in mode "unifiedAccount", and accountMode is "portfolioMargin"/,
    ],
  ])('%s', async (_, options, spoil, code, message) => {
    const venue = createVenue()
    spoil(venue.exchange)
    const { harness, result } = await startOn(venue, options)
    expect(result).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(linesOf(harness)).toContain(code === 'ACCOUNT_MODE' ? 'accountMode' : 'signer')
    expect(harness.executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'NOT_READY' })
    expect(harness.actions()).toEqual([])
    await harness.executor.close()
  })

  it('an agent whose approval has ended, where the venue still lists it', async () => {
    const venue = createVenue()
    const harness = createHarness({}, venue)
    changeAnswers<unknown>(harness, 'extraAgents', () => [
      { address: AGENT, name: 'bot', validUntil: venue.clock.now() },
    ])
    await expect(harness.executor.start()).rejects.toMatchObject({
      code: 'AGENT_EXPIRED',
      message: expect.stringMatching(/ended at \d+ \(Unix ms\); .*: approve it as an agent of 0xf39/),
    })
    await harness.executor.close()
  })

  it('an agent whose approval has ended, where the venue has forgotten it', async () => {
    const venue = createVenue()
    venue.clock.advance(91 * DAY_MS)
    expect((await startOn(venue)).result).toMatchObject({ code: 'UNKNOWN_SIGNER' })
  })

  it('a vaultAddress that is not the account, already when the executor is made', () => {
    expect(() => createHarness({ vaultAddress: VAULT })).toThrow(/^vaultAddress: expected the account itself/)
  })

  it('a mode that there is not', () => {
    expect(() => createHarness({ accountMode: 'unified' as never })).toThrow(/^accountMode: expected/)
  })

  it('and the start can be tried again when it was put right', async () => {
    const venue = createVenue()
    const { harness, result } = await startOn(venue, signedBy(NOBODY))
    expect(result).toMatchObject({ code: 'UNKNOWN_SIGNER' })
    venue.exchange.account(ACCOUNT).approveAgent(NOBODY, { name: 'second' })
    await harness.executor.start()
    expect(harness.executor.readiness().ready).toBe(true)
  })

  it('while an answer that cannot be read is told as that', async () => {
    for (const type of ['userRole', 'extraAgents', 'userAbstraction']) {
      const harness = createHarness({}, createVenue())
      changeAnswers<unknown>(harness, type, () => 7)
      await expect(harness.executor.start()).rejects.toMatchObject({ code: 'MALFORMED_ANSWER' })
      await harness.executor.close()
    }
  })
})

describe('who may trade', () => {
  it.each<[string, Partial<ExecutorOptions>, Partial<AccountReport>]>([
    ['the account by its agent', {}, { owner: ACCOUNT, mode: 'unifiedAccount' }],
    ['the account by its own key', signedBy(ACCOUNT), { owner: ACCOUNT }],
    ['a sub-account by its master’s agent', { account: SUB, vaultAddress: SUB }, { owner: ACCOUNT }],
    ['a sub-account by its master', { account: SUB, vaultAddress: SUB, ...signedBy(ACCOUNT) }, { owner: ACCOUNT }],
    ['a vault by its leader’s agent', { account: VAULT, vaultAddress: VAULT }, { owner: ACCOUNT }],
  ])('%s', async (_, options, report) => {
    const { harness, result } = await startOn(createVenue(), options)
    expect(result).toMatchObject(report)
    const order = accepted(harness.executor.submit(buy()))
    expect(await order.outcome).toMatchObject({ status: 'filled' })
  })

  it('is asked with addresses in whatever case they are written', async () => {
    const signer = {
      ...createUnverifiedSigner(AGENT),
      address: AGENT.toUpperCase().replace('0X', '0x') as `0x${string}`,
    }
    expect((await startOn(createVenue(), { signer })).result).toMatchObject({ owner: ACCOUNT })
  })
})

describe('the approval of an agent', () => {
  async function startedUntil(validUntil: number, options: Partial<ExecutorOptions> = {}) {
    const venue = createVenue()
    venue.exchange.account(ACCOUNT).approveAgent(AGENT, { name: 'bot', validUntil: venue.clock.now() + validUntil })
    const harness = createHarness(options, venue)
    const heard: unknown[] = []
    harness.executor.on('agentExpiry', ({ leftMs }) => heard.push(leftMs))
    const { account } = await harness.executor.start()
    return { harness, heard, account }
  }

  it('is told of in the report, and a week before it ends, once', async () => {
    const { harness, heard, account } = await startedUntil(7 * DAY_MS + MINUTE_MS)
    expect(account.agentValidUntil).toBe(harness.clock.now() + 7 * DAY_MS + MINUTE_MS)
    await harness.pass(MINUTE_MS - 1)
    expect(heard).toEqual([])
    await harness.pass(1)
    expect(heard).toEqual([7 * DAY_MS])
    await harness.pass(MINUTE_MS)
    expect(heard).toHaveLength(1)
  })

  it('that ends sooner than that is told of at the start, or later where one wants it later', async () => {
    const near = await startedUntil(2 * MINUTE_MS)
    expect(near.heard).toEqual([2 * MINUTE_MS])
    const later = await startedUntil(2 * MINUTE_MS, { agentExpiryWarningMs: MINUTE_MS })
    expect(later.heard).toEqual([])
    await later.harness.pass(MINUTE_MS)
    expect(later.heard).toEqual([MINUTE_MS])
  })

  it('that has ended stops new orders at that time, until another is approved', async () => {
    const { harness } = await startedUntil(2 * MINUTE_MS)
    const { executor, exchange } = harness
    await harness.pass(2 * MINUTE_MS - 1_000)
    expect(executor.submit(buy({ price: '170' })).status).toBe('accepted')
    await harness.pass(1_100)
    expect(executor.submit(buy({ price: '170' }))).toMatchObject({
      reason: 'NOT_READY',
      value: expect.stringMatching(/^signer: the signer 0x7099.* is not known on testnet/),
    })
    expect(executor.readiness().actions).toEqual({ cancel: true, reduceOnly: true, new: false })
    exchange.account(ACCOUNT).approveAgent(AGENT, { name: 'bot' })
    await harness.pass(MINUTE_MS)
    expect(executor.submit(buy({ price: '170' })).status).toBe('accepted')
  })

  it('is looked at every six hours, so that one that was taken back is found', async () => {
    // Without all else that is done every so often, which takes its time to simulate.
    const quiet = { reconcileEveryMs: 0, refreshMarketsEveryMs: 0, maxLoopLagMs: DAY_MS }
    const harness = createHarness({ ...quiet, agentExpiryWarningMs: 100 * DAY_MS }, createVenue())
    let told = 0
    harness.executor.on('agentExpiry', () => (told += 1))
    await harness.executor.start()
    await harness.pass(6 * 60 * MINUTE_MS)
    expect(told).toBe(1)
    harness.exchange.account(ACCOUNT).approveAgent(OTHER.replace('3c', '4c'), { name: 'bot' })
    await harness.pass(6 * 60 * MINUTE_MS)
    expect(linesOf(harness)).toContain('signer')
  })

  it('without a name has no end that anybody knows of', async () => {
    const venue = createVenue()
    venue.exchange.account(ACCOUNT).approveAgent(NOBODY)
    const { result } = await startOn(venue, signedBy(NOBODY))
    expect(result).toMatchObject({ owner: ACCOUNT })
    expect((result as AccountReport).agentValidUntil).toBeUndefined()
  })
})

describe('a venue that refuses our signer', () => {
  it('stops new orders at once, and lets them go again when it takes it after all', async () => {
    const harness = await createStarted()
    const { executor, exchange } = harness
    exchange.account(ACCOUNT).approveAgent(OTHER, { name: 'test' })
    const refused = accepted(executor.submit(buy()))
    await harness.settle()
    expect(await outcomeNow(refused)).toMatchObject({ status: 'rejected', reason: 'UNKNOWN_SIGNER' })
    expect(executor.submit(buy())).toMatchObject({ reason: 'NOT_READY' })
    exchange.account(ACCOUNT).approveAgent(AGENT, { name: 'test' })
    await harness.pass(60_000)
    expect(executor.submit(buy()).status).toBe('accepted')
  })
})
