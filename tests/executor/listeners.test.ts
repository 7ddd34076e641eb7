import { describe, expect, it } from 'vitest'
import { accepted, buy, createStarted, QUIET } from '../helpers/harness.js'

describe('a listener of the kill switch that throws', () => {
  it('is logged, and neither the one who pulls the switch nor the orders notice', async () => {
    const logged: string[] = []
    const { executor } = await createStarted({ logger: { ...QUIET, error: (message) => void logged.push(message) } })
    executor.hardStop.onChange(() => {
      throw new Error('a bug of the host')
    })
    const order = accepted(executor.submit(buy()))
    executor.hardStop.trigger({ cause: 'manual', reason: 'news' })
    expect(await order.outcome).toMatchObject({ status: 'denied', reason: 'HARD_STOP' })
    expect(logged).toEqual(['a listener threw'])
  })
})
