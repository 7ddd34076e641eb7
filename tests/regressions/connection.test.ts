/**
 * What once went wrong with a connection, in the system this one descends from. The numbers are those of its list of bugs
 * (F) and weaknesses (W).
 */
import { createActionBudget, type NotWrittenReason, standardGates, type Transport } from 'hip3-executor'
import { createManualClock, createSimExchange, createSimSocket } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import { holdFrames, USER_FILLS } from '../helpers/frames.js'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  createStarted,
  type Harness,
  type HarnessOptions,
  NVDA,
} from '../helpers/harness.js'

const quote = (overrides = {}) => buy({ price: '170', timeInForce: 'gtc', ...overrides })

/** An executor whose transport takes nothing while there is a reason for it. */
async function createRefusable(options: HarnessOptions = {}): Promise<Harness & { why: NotWrittenReason | undefined }> {
  let refusable: (Harness & { why: NotWrittenReason | undefined }) | undefined
  const harness = await createStarted({
    ...options,
    beside: (socket): Transport => ({
      ...socket,
      get state() {
        return socket.state
      },
      post(request) {
        const why = refusable?.why
        return why === undefined ? socket.post(request) : { written: false, why }
      },
    }),
  })
  refusable = Object.assign(harness, { why: undefined })
  return refusable
}

describe('the end', () => {
  it.each([
    ['nothing open', false, 600],
    ['a request that nobody answers', true, 1_600],
  ])('F-21: comes in bounded time on a socket that is dead, with %s', async (_, isAsking, boundMs) => {
    const clock = createManualClock()
    const exchange = createSimExchange({ clock, verifySignatures: false })
    exchange.account(ACCOUNT).deposit('1000').approveAgent(AGENT)
    let isDead = false
    const { executor } = createHarness(
      {
        socket: {
          webSocket() {
            const socket = createSimSocket(exchange)
            const { send } = socket
            return Object.assign(socket, {
              send: (text: string) => isDead || send(text),
              // Nobody is there to say goodbye to.
              close() {},
              terminate: undefined,
            })
          },
        },
      },
      { clock, exchange },
    )
    const starting = executor.start()
    await clock.pass(0)
    await starting
    isDead = true
    if (isAsking) executor.submit(buy())
    await clock.pass(0)
    let isOver = false
    const closing = executor.close({ timeoutMs: 1_000 }).then(() => {
      isOver = true
    })
    await clock.pass(boundMs)
    expect(isOver).toBe(true)
    await closing
  })
})

describe('the way to ready', () => {
  it('F-22: asks and listens for the account it trades for, not for the agent that signs', async () => {
    const { exchange, written } = await createStarted()
    const users = exchange.record.requests.flatMap(({ payload }) => {
      const { type, user } = payload as { readonly type: string; readonly user?: string }
      // Whose the agent is, is asked of the agent.
      return user === undefined || type === 'userRole' ? [] : [user]
    })
    expect(users.length).toBeGreaterThan(4)
    expect(users.filter((user) => user !== ACCOUNT)).toEqual([])
    const listened = written.filter((text) => text.includes('"subscribe"') && text.includes('"user"'))
    expect(listened.every((text) => text.includes(ACCOUNT) && !text.includes(AGENT))).toBe(true)
  })

  it.each([
    ['confirmations first', (acks: readonly string[], rest: readonly string[]) => [...acks, ...rest]],
    ['snapshots first', (acks: readonly string[], rest: readonly string[]) => [...rest, ...acks]],
    ['backwards', (acks: readonly string[], rest: readonly string[]) => [...acks, ...rest].reverse()],
    ['every one twice', (acks: readonly string[], rest: readonly string[]) => [...acks, ...rest, ...rest, ...acks]],
  ])('F-23: is found when confirmations and snapshots come in one burst, %s', async (_, arrange) => {
    const harness = createHarness()
    const ACK = '"channel":"subscriptionResponse"'
    const held = holdFrames(harness, ACK, USER_FILLS, '"channel":"activeAssetCtx"')
    const starting = harness.executor.start()
    await harness.settle()
    const burst = arrange(
      held.texts.filter((text) => text.includes(ACK)),
      held.texts.filter((text) => !text.includes(ACK)),
    )
    expect(burst.length).toBeGreaterThanOrEqual(6)
    expect(harness.executor.readiness().ready).toBe(false)
    harness.toExecutor = () => true
    for (const text of burst) harness.inject(text)
    await harness.settle()
    await starting
    expect(harness.executor.readiness()).toMatchObject({ ready: true, missing: [] })
  })

  it('F-30: needs no word from a feed of an account without orders, the confirmation of it is enough', async () => {
    const harness = createHarness()
    const told: string[] = []
    harness.toExecutor = (text) => {
      if (text.includes('"channel":"orderUpdates"')) told.push(text)
      return true
    }
    await harness.executor.start()
    expect(told).toEqual([])
    expect(harness.executor.readiness().ready).toBe(true)
  })

  it('F-30: waits for that confirmation, and goes on when it comes late', async () => {
    const harness = createHarness()
    const lost = harness.exchange.fault({ fault: 'lose', of: 'reply:subscribe:orderUpdates' })
    const starting = harness.executor.start()
    await harness.pass(20_000)
    expect(harness.executor.readiness().ready).toBe(false)
    expect(harness.executor.submit(buy())).toMatchObject({ status: 'denied', reason: 'NOT_READY' })
    lost.stop()
    await harness.pass(6_000)
    await starting
    expect(harness.executor.readiness().ready).toBe(true)
  })

  it('F-40: asks for orders and positions by dex', async () => {
    const { exchange } = await createStarted()
    const asked = exchange.record.requests.flatMap(({ payload }) => {
      const { type, dex } = payload as { readonly type: string; readonly dex?: string }
      return type === 'clearinghouseState' || type === 'frontendOpenOrders' ? [`${type} ${dex}`] : []
    })
    expect(new Set(asked)).toEqual(new Set(['clearinghouseState xyz', 'frontendOpenOrders xyz']))
  })
})

describe('a request', () => {
  it('F-24: that could not be written has used nothing up, and the next one leaves when it can', async () => {
    const harness = await createRefusable()
    const { executor } = harness
    const { remaining, venue } = executor.budget()
    harness.why = 'backpressure'
    const refused = accepted(executor.submit(quote()))
    await harness.pass(1_000)
    expect(refused.current().status).toBe('pending')
    expect(executor.budget().inFlight).toBe(0)
    await harness.pass(2_000)
    expect(await refused.outcome).toMatchObject({ reason: 'NOT_SENT' })
    expect(executor.budget()).toMatchObject({ remaining, venue: { actions: venue.actions } })
    const waiting = accepted(executor.submit(quote()))
    await harness.pass(1_000)
    harness.why = undefined
    await harness.pass(100)
    expect(waiting.current().status).toBe('working')
    expect(executor.budget().venue.actions.used).toBe(venue.actions.used + 1)
  })

  it('F-25: is denied for what is in its way: not ready, too many, or not sent', async () => {
    const budget = createActionBudget({ maxActions: 1, windowMs: 60_000 })
    const harness = createHarness({ budget })
    const { executor } = harness
    expect(executor.submit(quote())).toMatchObject({ reason: 'NOT_READY' })
    await executor.start()
    const first = accepted(executor.submit(quote()))
    expect(executor.submit(quote({ price: '169' }))).toMatchObject({ reason: 'BUDGET_EXHAUSTED' })
    harness.sockets.at(-1)?.terminate()
    await harness.settle()
    expect(await first.outcome).toMatchObject({ reason: 'NOT_SENT' })
  })

  it('F-38: has no key for a vault when there is none (W-17)', async () => {
    const { executor, written, settle } = await createStarted()
    executor.submit(quote())
    await settle()
    const text = written.find((frame) => frame.includes('"type":"order"')) ?? '{}'
    const { payload } = (JSON.parse(text) as { request: { payload: object } }).request
    expect(Object.keys(payload)).toEqual(['action', 'nonce', 'signature', 'expiresAfter'])
  })
})

describe('a market', () => {
  it('F-63: has one name, from the feed to the gates: what is heard of it is what it is judged by', async () => {
    const gates = standardGates({ maxNotionalPerMarket: '400', maxNotionalTotal: '4000', maxConcurrentPositions: 5 })
    const harness = await createStarted({ gates })
    const { executor, exchange } = harness
    const sizeAt = async (mark: string): Promise<string> => {
      exchange.market(NVDA).setMark(mark)
      await harness.settle()
      const order = accepted(executor.submit(quote({ size: '100', price: '160' })))
      const size = order.current().size.toFixed()
      await order.acknowledged
      await executor.cancel(order.clientOrderId)
      await harness.settle()
      return size
    }
    expect(await sizeAt('200')).toBe('2')
    expect(await sizeAt('160')).toBe('2.5')
  })
})
