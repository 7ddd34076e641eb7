import { once } from 'node:events'
import { createSimExchange, type SimExchange } from 'hip3-executor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Program, program } from '../helpers/children.js'
import { ACCOUNT, AGENT, NVDA } from '../helpers/harness.js'

let forgetter: Program
let exchange: SimExchange
let url: string

beforeAll(async () => {
  forgetter = await program('executor/children/forgetter.ts')
  exchange = createSimExchange()
  url = (await exchange.start()).wsUrl
  exchange.account(ACCOUNT).deposit('100000').approveAgent(AGENT, { name: 'test' })
})

afterAll(() => exchange.stop())

describe('a process that has forgotten its executor', { timeout: 60_000 }, () => {
  it.each(['nothing', 'nothing, not even a start'])('ends by itself when it waits for %s', async (what) => {
    const child = forgetter(url, what)
    const ended = once(child.process, 'exit')
    expect(await child.heard()).toBe('forgets')
    expect(await ended).toEqual([0, null])
  })

  it('lives for as long as an order of it does', async () => {
    const child = forgetter(url, 'an order')
    const ended = once(child.process, 'exit')
    expect(await child.heard()).toBe('forgets')
    exchange.market(NVDA).setMark('149').seedBook('149')
    expect(await child.heard()).toBe('the order is filled')
    expect(await ended).toEqual([0, null])
    exchange.market(NVDA).setMark('176').seedBook('176')
  })

  it('lives for as long as somebody listens', async () => {
    const child = forgetter(url, 'an event')
    const ended = once(child.process, 'exit')
    expect(await child.heard()).toBe('forgets')
    exchange.fault({ fault: 'cut', of: 'feed:activeAssetCtx', nth: 1 })
    exchange.market(NVDA).setMark('177')
    expect(await child.heard()).toBe('the connection is connecting')
    expect(await ended).toEqual([0, null])
  })
})
