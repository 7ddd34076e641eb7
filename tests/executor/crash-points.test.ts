import { createMemoryJournal, type JournalRecord } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, accepted, buy, createHarness, createStarted, type Harness, NVDA, TSLA } from '../helpers/harness.js'

/** Everything that can happen to an order, in one run: what it leaves in its journal, and on the exchange. */
async function run(): Promise<{ readonly harness: Harness; readonly records: readonly JournalRecord[] }> {
  const journal = createMemoryJournal()
  const harness = await createStarted({ journal })
  const { executor, exchange } = harness
  exchange.market(NVDA).setBook({
    bids: [['176', '5']],
    asks: [
      ['176.3', '0.5'],
      ['176.4', '5'],
    ],
  })
  const quote = accepted(executor.submit(buy({ price: '170', timeInForce: 'alo', size: '2' })))
  await accepted(executor.submit(buy({ size: '1.5' }))).outcome
  await harness.settle()
  exchange.market(NVDA).clearBook().take('sell', '170', '0.7')
  await harness.settle()
  executor.modify(quote.clientOrderId, { price: '171' })
  await harness.settle()
  exchange.fault({ fault: 'lose', of: 'reply:action:order', nth: 1 })
  exchange.fault({ fault: 'lose', of: 'feed:orderUpdates', nth: 1 })
  executor.submit(buy({ market: TSLA, price: '404' }))
  const late = accepted(executor.submit(buy({ market: TSLA, price: '390', timeInForce: 'gtc' })))
  await harness.pass(8_000)
  exchange.fault({ fault: 'lose', of: 'request:action:order', nth: 1 })
  executor.submit(buy({ market: TSLA, price: '404', size: '3' }))
  await harness.pass(8_000)
  await executor.cancel(late.clientOrderId)
  executor.submit(buy({ market: TSLA, side: 'sell', price: '395', size: '0.4', reduceOnly: true }))
  await harness.pass(2_000)
  harness.kill()
  return { harness, records: journal.records }
}

describe('a process that dies after any one of its records', () => {
  it('is followed by one whose orders, fills and positions are the exchange’s', async () => {
    const { harness, records } = await run()
    const { record } = harness.exchange
    const truth = new Map(record.orders.map((order) => [order.cloid, order]))
    const positions = [NVDA, TSLA].map((name) => [name, record.position(ACCOUNT, name)?.size])
    const filledOf = (id: string): string => truth.get(id)?.filled ?? '0'
    expect(records.length).toBeGreaterThan(40)

    for (let cut = 0; cut <= records.length; cut++) {
      const journal = createMemoryJournal(records.slice(0, cut))
      const next = createHarness({ journal }, harness)
      const starting = next.executor.start()
      await next.pass(30_000)
      await starting
      const seen: unknown[] = []
      for (const { clientOrderId } of knownTo(records.slice(0, cut))) {
        const order = next.executor.order(clientOrderId)
        if (order === undefined) {
          // Never sent, as far as this journal could know: then what came after the cut had not happened.
          expect([cut, records.slice(0, cut).some((one) => isSent(one, clientOrderId))]).toEqual([cut, false])
          continue
        }
        seen.push([cut, clientOrderId, order.filledSize.toFixed(), order.status])
        const expected = truth.get(clientOrderId)?.status ?? 'absent'
        const statuses = [cut, clientOrderId, filledOf(clientOrderId), STATUS[expected] ?? 'expired']
        expect(seen.at(-1)).toEqual(statuses)
      }
      const sizes = new Map(next.executor.positions().map(({ market, size }) => [market, size.toFixed()]))
      expect([NVDA, TSLA].map((name) => [name, sizes.get(name)])).toEqual(positions)
      expect(next.executor.openOrders().map(({ status }) => status)).toEqual(['working'])
      next.kill()
    }
    expect(harness.exchange.record.orders).toHaveLength(record.orders.length)
  }, 120_000)
})

const STATUS: Readonly<Record<string, string>> = { open: 'working', filled: 'filled', canceled: 'canceled' }

const isSent = (record: JournalRecord, id: string): boolean =>
  record.kind === 'sent' && (record['orders'] as readonly string[]).includes(id)

const knownTo = (records: readonly JournalRecord[]): readonly { readonly clientOrderId: `0x${string}` }[] =>
  records.flatMap(({ kind, ...record }) =>
    kind === 'order' ? [record['request'] as { readonly clientOrderId: `0x${string}` }] : [],
  )
