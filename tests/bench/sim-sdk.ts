/**
 * The leading SDK producing actions: checking, encoding, signing and spelling them, as far as the bytes that would go
 * to the socket. What it produces is handed to the exchanges, so both sides of a ratio are about the same actions.
 */
import { privateKeyToAccount } from 'viem/accounts'
import { ExchangeClient, type IRequestTransport } from '../clients/peers.js'
import { ACCOUNTS, keyOf, resting, taking } from './sim-venue.js'

export type Produced = { readonly account: number; readonly payload: { readonly signature: unknown } }

export type Producer = {
  /** Produces the next actions: a resting order, its cancel by client order id, an IOC order, and so on. */
  produce(count: number, took: (us: number) => void): Promise<Produced[]>
}

export function createProducer(): Producer {
  let produced: Produced | undefined
  let written = 0
  let account = 0
  // Answers at once, as a venue with no latency would.
  const transport: IRequestTransport = {
    isTestnet: true,
    request: async (_endpoint, payload) => {
      written += JSON.stringify(payload).length
      produced = { account, payload: payload as Produced['payload'] }
      const statuses = [
        (payload as { action: { type: string } }).action.type === 'order' ? { resting: { oid: 1 } } : 'success',
      ]
      return { status: 'ok', response: { type: 'order', data: { statuses } } } as never
    },
  }
  const clients = Array.from(
    { length: ACCOUNTS },
    (_, index) => new ExchangeClient({ transport, wallet: privateKeyToAccount(keyOf(index)) }),
  )
  let next = 0

  function act(index: number): Promise<unknown> {
    const cycle = Math.floor(index / 3)
    account = cycle % ACCOUNTS
    const client = clients[account]
    if (client === undefined) throw new RangeError('no client')
    const cloid = `0x${cycle.toString(16).padStart(32, '1')}`
    const n = Math.floor(cycle / ACCOUNTS)
    const quote = resting(account, n, cloid)
    if (index % 3 === 0) return client.order({ orders: [quote], grouping: 'na' })
    if (index % 3 === 1) return client.cancelByCloid({ cancels: [{ asset: quote.a, cloid }] })
    return client.order({ orders: [taking(account, n)], grouping: 'na' })
  }

  return {
    async produce(count, took) {
      const list: Produced[] = []
      for (let i = 0; i < count; i++) {
        const start = performance.now()
        await act(next++)
        took((performance.now() - start) * 1_000)
        if (produced === undefined || written === 0) throw new Error('the SDK sent nothing')
        list.push(produced)
      }
      return list
    },
  }
}
