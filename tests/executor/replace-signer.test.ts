/** Another key takes over while the bot trades, or while it was down. */
import { createMemoryJournal } from 'hip3-executor'
import { createUnverifiedSigner } from 'hip3-executor/testing'
import { describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  AGENT,
  accepted,
  buy,
  createHarness,
  type Harness,
  LEAVE_ALL,
  outcomeNow,
} from '../helpers/harness.js'
import { createHeldSigner } from '../helpers/held-signer.js'

const NEXT = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc'
const next = createUnverifiedSigner(NEXT)

/** Who signed what reached the exchange, in its order. */
const signed = ({ exchange }: Harness): readonly unknown[] =>
  exchange.record.requests
    .filter(({ kind }) => kind === 'action')
    .map(({ payload, signer }) => [(payload as { action: { type: string } }).action.type, signer])

function approved(harness: Harness): Harness {
  harness.exchange.account(ACCOUNT).approveAgent(NEXT, { name: 'next' })
  return harness
}

describe('replacing the signer', () => {
  it('signs everything with the other key from then on', async () => {
    const harness = approved(createHarness())
    const { executor } = harness
    await executor.start()
    await accepted(executor.submit(buy())).outcome
    await executor.replaceSigner(next)
    expect((await accepted(executor.submit(buy())).outcome).status).toBe('filled')
    expect(signed(harness)).toEqual([
      ['order', AGENT],
      ['order', NEXT],
    ])
    await executor.close()
  })

  it('tells at once of a key that may not trade for the account, and lets new orders wait for one that may', async () => {
    const harness = createHarness()
    const { executor } = harness
    await executor.start()
    await expect(executor.replaceSigner(next)).rejects.toMatchObject({ code: 'UNKNOWN_SIGNER' })
    expect(executor.submit(buy())).toMatchObject({ reason: 'NOT_READY', value: expect.stringContaining('signer: ') })
    await executor.replaceSigner(createUnverifiedSigner(AGENT))
    await accepted(executor.submit(buy())).outcome
    expect(signed(harness)).toEqual([['order', AGENT]])
    await executor.close()
  })

  it('leaves the ways out to the key before for as long as the venue does not know the next', async () => {
    const harness = createHarness()
    const { executor } = harness
    await executor.start()
    const quote = accepted(executor.submit(buy({ price: '170', timeInForce: 'gtc' })))
    await quote.acknowledged
    await expect(executor.replaceSigner(next)).rejects.toMatchObject({ code: 'UNKNOWN_SIGNER' })
    expect(await executor.cancel(quote.clientOrderId)).toEqual({ status: 'canceled' })
    await harness.pass(60_000)
    expect(executor.submit(buy())).toMatchObject({ reason: 'NOT_READY', value: expect.stringContaining(NEXT) })
    approved(harness)
    await harness.pass(60_000)
    await accepted(executor.submit(buy())).outcome
    expect(signed(harness)).toEqual([
      ['order', AGENT],
      ['cancelByCloid', AGENT],
      ['order', NEXT],
    ])
    await executor.close()
  })

  it('goes on with the key before until the venue has confirmed the next', async () => {
    const harness = approved(createHarness())
    const { executor } = harness
    await executor.start()
    const replacing = executor.replaceSigner(next)
    await accepted(executor.submit(buy())).outcome
    await replacing
    await accepted(executor.submit(buy())).outcome
    expect(signed(harness)).toEqual([
      ['order', AGENT],
      ['order', NEXT],
    ])
    await executor.close()
  })

  it('never takes a key for what the venue has said of another', async () => {
    const harness = approved(createHarness())
    const { executor } = harness
    await executor.start()
    harness.exchange.fault({ fault: 'delay', of: 'request:info:userRole', nth: 1, ms: 1_000 })
    const stranger = createUnverifiedSigner('0x0000000000000000000000000000000000000999')
    const replacing = Promise.allSettled([executor.replaceSigner(next), executor.replaceSigner(stranger)])
    await harness.pass(2_000)
    expect(await replacing).toMatchObject([{ reason: { code: 'UNKNOWN_SIGNER' } }, { status: 'rejected' }])
    expect(executor.readiness().missing).toMatchObject([{ condition: 'signer' }])
    await executor.replaceSigner(createUnverifiedSigner(AGENT))
    await accepted(executor.submit(buy())).outcome
    expect(signed(harness)).toEqual([['order', AGENT]])
    await executor.close()
  })

  it('is taken while nobody can be asked, and asked about later', async () => {
    const harness = createHarness()
    const { executor } = harness
    await executor.replaceSigner(createUnverifiedSigner(AGENT))
    await executor.start()
    harness.toExchange = (text) => !text.includes('userRole')
    const replacing = executor.replaceSigner(next)
    await harness.pass(10_000)
    await replacing
    harness.toExchange = () => true
    await harness.pass(60_000)
    expect(executor.readiness().missing).toMatchObject([{ condition: 'signer' }])
    await executor.close()
  })

  it('never writes what the key before was still signing, and signs it anew', async () => {
    const signer = createHeldSigner()
    const harness = approved(createHarness({ signer }))
    const { executor } = harness
    await executor.start()
    const order = accepted(executor.submit(buy()))
    await harness.settle()
    expect(signer.waiting).toBe(1)
    await executor.replaceSigner(next)
    signer.release()
    expect((await order.outcome).status).toBe('filled')
    expect(signed(harness)).toEqual([['order', NEXT]])
    await executor.close()
  })

  it('while an order is being signed does not carry it over to the next connection', async () => {
    const signer = createHeldSigner()
    const harness = approved(createHarness({ signer, signTimeoutMs: 60_000 }))
    const { executor } = harness
    await executor.start()
    const order = accepted(executor.submit(buy()))
    await harness.settle()
    expect(signer.waiting).toBe(1)
    await executor.replaceSigner(next)
    harness.sockets[0]?.terminate()
    await harness.pass(2_000)
    expect(executor.readiness().ready).toBe(true)
    signer.release()
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'NOT_SENT' })
    expect(signed(harness)).toEqual([])
    await executor.close()
  })

  it('while an order is being signed does not hide the kill switch from it', async () => {
    const signer = createHeldSigner()
    const harness = approved(createHarness({ signer, ...LEAVE_ALL }))
    const { executor } = harness
    await executor.start()
    const order = accepted(executor.submit(buy()))
    await harness.settle()
    const slow = createHeldSigner(NEXT)
    await executor.replaceSigner(slow)
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    signer.release()
    await harness.settle()
    expect(await outcomeNow(order)).toMatchObject({ status: 'denied', reason: 'HARD_STOP', message: 'news' })
    expect(slow.waiting).toBe(0)
    await executor.close()
  })

  it('asks the key of an unanswered order whether its nonce was used, and no other', async () => {
    const harness = approved(createHarness())
    const { executor, exchange } = harness
    await executor.start()
    exchange.fault({ fault: 'lose', of: 'request:action:order', nth: 1 })
    const order = accepted(executor.submit(buy()))
    await harness.settle()
    await executor.replaceSigner(next)
    await harness.pass(6_000)
    expect((await order.outcome).status).toBe('expired')
    expect(signed(harness)).toEqual([['noop', AGENT]])
    await executor.close()
  })

  it('while the bot was down takes over its journal, and never takes a nonce of its own for one of the key before', async () => {
    const journal = createMemoryJournal()
    const dying = approved(createHarness({ journal }))
    await dying.executor.start()
    // The exchange gets it late: a noop of the other key would be taken, and prove nothing.
    dying.exchange.fault({ fault: 'delay', of: 'request:action:order', ms: 8_000 })
    accepted(dying.executor.submit(buy({ intentId: 'late' })))
    await dying.settle()
    dying.kill()

    const harness = createHarness({ journal: createMemoryJournal(journal.records), signer: next }, dying)
    const starting = harness.executor.start()
    await harness.pass(7_000)
    expect(harness.executor.openOrders()).toMatchObject([{ status: 'unknown' }])
    await harness.pass(8_000)
    const [order] = (await starting).recovered
    expect((await order?.outcome)?.status).toBe('filled')
    expect(signed(harness)).toEqual([['order', AGENT]])
    await harness.executor.close()
  })
})
