import { createSimExchange, type SimExchange } from 'hip3-executor/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launch, serve } from './chromium.js'
import type { Bot, Told } from './page.js'

// Publicly known test keys.
const ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const AGENT = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const NVDA = 'xyz:NVDA'

let browser: Browser
let site: Awaited<ReturnType<typeof serve>>
let exchange: SimExchange
let page: Page
let errors: string[]

beforeAll(async () => {
  browser = await launch()
  site = await serve()
})

afterAll(async () => {
  await browser?.close()
  site?.stop()
})

beforeEach(async () => {
  exchange = createSimExchange()
  exchange.account(ACCOUNT).deposit('10000').approveAgent(AGENT, { name: 'page' })
  const { wsUrl } = await exchange.start()
  page = await browser.newPage()
  errors = []
  page.on('pageerror', ({ message }) => errors.push(message))
  await page.goto(`${site.url}?${new URLSearchParams({ account: ACCOUNT, key: AGENT_KEY, url: wsUrl, market: NVDA })}`)
})

afterEach(async () => {
  await page.close()
  await exchange.stop()
  expect(errors).toEqual([])
})

type Name = Exclude<keyof Bot, 'submit'>

/** Has the bot in the page do something, and brings back what it says. */
function ask<N extends Name>(name: N, ...args: Parameters<Bot[N]>): Promise<Awaited<ReturnType<Bot[N]>>> {
  return page.evaluate(
    ([method, given]) =>
      (globalThis as unknown as { bot: Record<string, (...args: unknown[]) => never> }).bot[method]?.(
        ...given,
      ) as never,
    [name, args] as const,
  )
}

function submit(price: string, timeInForce: 'ioc' | 'gtc', intentId: string): Promise<Told> {
  const intent = { market: NVDA, side: 'buy', size: '1', price, timeInForce, intentId } as const
  return page.evaluate((it) => (globalThis as unknown as { bot: Bot }).bot.submit(it), intent)
}

const idOf = ({ id }: Told): string => id ?? 'none'
const placed = (): readonly (string | null)[] => exchange.record.orders.map(({ cloid }) => cloid)

describe('the built package in Chromium', () => {
  it('connects, signs and trades', async () => {
    expect(await ask('start')).toEqual([])
    const order = await submit('200', 'ioc', 'buy')
    expect(await ask('outcome', idOf(order))).toBe('filled')
    expect(await ask('position', NVDA)).toBe('1')
    expect(exchange.record.position(ACCOUNT, NVDA)?.size).toBe('1')
  })

  it('knows its orders and its position after a reload, and places none of them twice', async () => {
    await ask('start')
    const entry = idOf(await submit('200', 'ioc', 'entry'))
    await ask('outcome', entry)
    const resting = idOf(await submit('150', 'gtc', 'bid'))
    await ask('acknowledged', resting)
    await page.reload()
    expect(await ask('start')).toEqual([resting])
    expect(await ask('openOrders')).toEqual([resting])
    expect(await ask('position', NVDA)).toBe('1')
    expect(idOf(await submit('150', 'gtc', 'bid'))).toBe(resting)
    expect(idOf(await submit('200', 'ioc', 'entry'))).toBe(entry)
    expect(await ask('outcome', entry)).toBe('filled')
    expect(await ask('cancel', resting)).toBe('canceled')
    expect(await ask('outcome', resting)).toBe('canceled')
    expect(placed()).toEqual([entry, resting])
  })

  it('finds out after a reload what became of an order whose answer the page did not live to hear', async () => {
    await ask('start')
    exchange.fault({ fault: 'lose', of: 'feed', connection: 'ws-1' })
    const lost = new Promise<void>((resolve) => {
      const where = (): boolean => {
        resolve()
        return true
      }
      exchange.fault({ fault: 'lose', of: 'reply:action:order', where })
    })
    const order = idOf(await submit('200', 'ioc', 'entry'))
    await lost
    await page.reload()
    expect(await ask('start')).toEqual([order])
    expect(await ask('outcome', order)).toBe('filled')
    expect(await ask('position', NVDA)).toBe('1')
    expect(placed()).toEqual([order])
  })
})
