/** Protected from our own silence, and never told so when we are not. */
import type { DeadMansSwitchState, ExecutorOptions, Intent } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, type Harness } from '../helpers/harness.js'

const resting = (): Intent => buy({ price: '170', timeInForce: 'gtc' })
const ON: Partial<ExecutorOptions> = { deadMansSwitch: { cancelAfterMs: 30_000 } }

async function started(options = ON, volume = '2000000'): Promise<Harness & { readonly told: DeadMansSwitchState[] }> {
  const harness = createHarness(options)
  harness.exchange.account(ACCOUNT).setVolume(volume)
  const told: DeadMansSwitchState[] = []
  harness.executor.on('deadMansSwitch', (state) => told.push(state))
  await harness.executor.start()
  await harness.settle()
  return Object.assign(harness, { told })
}

const times = ({ exchange }: Harness): readonly unknown[] =>
  exchange.record.requests.flatMap(({ payload, kind }) => {
    const { action } = payload as { action: { type: string; time?: number } }
    return kind === 'action' && action.type === 'scheduleCancel' ? [action.time] : []
  })
const statusOf = ({ exchange }: Harness): string | undefined => exchange.record.orders[0]?.status

describe('the dead man’s switch', () => {
  it('is off, and sends nothing, unless it was asked for', async () => {
    const harness = await started({})
    await harness.pass(300_000)
    expect(harness.executor.deadMansSwitch()).toEqual({ status: 'off' })
    expect(times(harness)).toEqual([])
    await harness.executor.close()
  })

  it('is armed once the executor is ready, and moved ahead every third of its time', async () => {
    const harness = await started()
    const { clock, executor } = harness
    const from = clock.now()
    expect(executor.deadMansSwitch()).toEqual({ status: 'armed', cancelsAt: from + 30_000 })
    await harness.pass(25_000)
    expect(times(harness)).toEqual([30_000, 40_000, 50_000].map((ms) => from + ms))
    expect(executor.deadMansSwitch()).toEqual({ status: 'armed', cancelsAt: from + 50_000 })
    expect(harness.told).toEqual([{ status: 'armed', cancelsAt: from + 30_000 }])
    await executor.close()
  })

  it('cancels every open order of a process that was killed', async () => {
    const harness = await started()
    await accepted(harness.executor.submit(resting())).acknowledged
    await harness.pass(15_000)
    harness.kill()
    await harness.pass(24_999)
    expect(statusOf(harness)).toBe('open')
    await harness.pass(1)
    expect(statusOf(harness)).toBe('scheduledCancel')
  })

  it('comes when the process lives and hears nothing of the venue, and is armed again when it does', async () => {
    const harness = await started()
    const order = accepted(harness.executor.submit(resting()))
    await order.acknowledged
    const silence = harness.exchange.fault({ fault: 'halfOpen', of: ['request', 'feed'] })
    await harness.pass(31_000)
    expect(statusOf(harness)).toBe('scheduledCancel')
    expect(harness.executor.deadMansSwitch()).toMatchObject({ status: 'failed' })
    silence.stop()
    await harness.pass(90_000)
    expect(harness.executor.deadMansSwitch()).toMatchObject({ status: 'armed' })
    expect((await order.outcome).status).toBe('canceled')
    expect(harness.told.map(({ status }) => status)).toEqual(['armed', 'failed', 'armed'])
    await harness.executor.close()
  })

  it('is claimed for no longer than the venue has confirmed', async () => {
    const harness = await started()
    const confirmed = harness.executor.deadMansSwitch()
    harness.exchange.fault({ fault: 'lose', of: 'reply:action:scheduleCancel' })
    await harness.pass(25_000)
    expect(times(harness).length).toBeGreaterThan(2)
    expect(harness.executor.deadMansSwitch()).toEqual(confirmed)
    const closing = harness.executor.close()
    await harness.pass(2_000)
    await closing
  })

  it('is never claimed when the venue never answered', async () => {
    const harness = createHarness(ON)
    harness.exchange.account(ACCOUNT).setVolume('2000000')
    harness.exchange.fault({ fault: 'lose', of: 'reply:action:scheduleCancel' })
    await harness.executor.start()
    expect(harness.executor.deadMansSwitch()).toEqual({ status: 'failed', message: 'not armed yet' })
    await harness.pass(6_000)
    expect(harness.executor.deadMansSwitch()).toEqual({
      status: 'failed',
      message: 'the venue has not confirmed it',
    })
    const closing = harness.executor.close()
    await harness.pass(2_000)
    await closing
  })

  it('is locked for an account that has not traded enough, asks again an hour later, and says what the venue says', async () => {
    const harness = await started(ON, '40988.83')
    expect(harness.executor.deadMansSwitch()).toEqual({
      status: 'locked',
      message: expect.stringContaining('Traded: $40988.83'),
    })
    await harness.pass(3_599_000)
    expect(times(harness)).toHaveLength(1)
    harness.exchange.account(ACCOUNT).setVolume('1000000')
    await harness.pass(1_000)
    expect(harness.executor.deadMansSwitch()).toMatchObject({ status: 'armed' })
    await harness.executor.close()
  })

  it('says so when the venue refuses for another reason, and tries again a minute later', async () => {
    const harness = createHarness(ON)
    harness.exchange.account(ACCOUNT).setVolume('2000000')
    harness.exchange.fault({ fault: 'tooManyRequests', of: 'request:action:scheduleCancel', nth: 1 })
    await harness.executor.start()
    await harness.settle()
    expect(harness.executor.deadMansSwitch()).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('429'),
    })
    await harness.pass(60_000)
    expect(harness.executor.deadMansSwitch()).toMatchObject({ status: 'armed' })
    await harness.executor.close()
  })

  it('is not moved while we do not know our own account', async () => {
    const harness = await started()
    harness.exchange.fault({ fault: 'lose', of: 'reply:info' })
    harness.sockets[0]?.terminate()
    await harness.pass(35_000)
    expect(harness.executor.readiness().missing.map(({ condition }) => condition)).toContain('account')
    expect(times(harness)).toHaveLength(1)
    expect(harness.executor.deadMansSwitch()).toMatchObject({ status: 'failed' })
    await harness.executor.close()
  })
})

describe('closing with the switch armed', () => {
  it('clears it, so that orders that are to stay do stay', async () => {
    const harness = await started()
    await accepted(harness.executor.submit(resting())).acknowledged
    expect((await harness.executor.close()).notes).toEqual([])
    expect(times(harness).at(-1)).toBeUndefined()
    expect(harness.executor.deadMansSwitch()).toEqual({ status: 'off' })
    await harness.pass(60_000)
    expect(statusOf(harness)).toBe('open')
  })

  it('tells when it could not be cleared', async () => {
    const harness = await started()
    await accepted(harness.executor.submit(resting())).acknowledged
    harness.exchange.fault({ fault: 'lose', of: 'request:action:scheduleCancel' })
    const closing = harness.executor.close()
    await harness.pass(5_000)
    expect((await closing).notes.join()).toMatch(
      /could not be cleared: the venue may cancel every open order within 30 s/,
    )
  })

  it('leaves it on for orders that were to be cancelled and are still there', async () => {
    const harness = await started()
    await accepted(harness.executor.submit(resting())).acknowledged
    harness.exchange.fault({ fault: 'lose', of: 'request:action:cancel' })
    harness.exchange.fault({ fault: 'lose', of: 'request:action:cancelByCloid' })
    const closing = harness.executor.close({ orders: 'cancel', timeoutMs: 2_000 })
    await harness.pass(5_000)
    expect((await closing).notes.join()).toContain('was left on')
    await harness.pass(30_000)
    expect(statusOf(harness)).toBe('scheduledCancel')
  })
})
