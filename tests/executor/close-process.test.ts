import { once } from 'node:events'
import { createSimExchange, type SimExchange } from 'hip3-executor/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Program, program } from '../helpers/children.js'
import { ACCOUNT, AGENT, NVDA } from '../helpers/harness.js'

let closer: Program
let exchange: SimExchange
let url: string

beforeAll(async () => {
  closer = await program('executor/children/closer.ts')
  exchange = createSimExchange()
  url = (await exchange.start()).wsUrl
  exchange.account(ACCOUNT).deposit('10000').approveAgent(AGENT, { name: 'test' })
})

afterAll(() => exchange.stop())

describe('a process that has closed its executor', { timeout: 60_000 }, () => {
  it('ends by itself, flat when that was asked for', async () => {
    const child = closer(url, 'flatten')
    expect(await child.heard()).toBe('holds')
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('1')
    const ended = once(child.process, 'exit')
    child.say('close')
    expect(await child.heard()).toBe('closed 0')
    expect(await ended).toEqual([0, null])
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('0')
  })

  it('ends by itself when nobody answers any more', async () => {
    const child = closer(url, 'leave')
    expect(await child.heard()).toBe('holds')
    const silence = exchange.fault({ fault: 'halfOpen', of: ['request', 'feed'] })
    const ended = once(child.process, 'exit')
    child.say('close')
    expect(await child.heard()).toBe('closed 1')
    expect(await ended).toEqual([0, null])
    silence.stop()
  })
})
