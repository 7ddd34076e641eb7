/**
 * A bot that lives in a page. What it must not forget it keeps in the page's own storage, through the `Journal` port.
 *
 * The account, the key and the URL come from the page's address; the test calls what `window.bot` offers.
 */
import {
  type Accepted,
  createExecutor,
  createLocalSigner,
  createMemoryJournal,
  createWsSender,
  type Intent,
  type Journal,
  type JournalRecord,
  type Submission,
  standardGates,
} from 'hip3-executor'

export type Bot = {
  /** Resolves when new orders may go, with the ids of the orders that an earlier page left open. */
  start(): Promise<readonly string[]>
  /** Hands an intent in and does not wait. */
  submit(intent: Intent): Told
  /** Resolves when the venue has answered for an order. */
  acknowledged(id: string): Promise<void>
  /** How an order ended. */
  outcome(id: string): Promise<string>
  openOrders(): readonly string[]
  position(market: string): string | undefined
  cancel(id: string): Promise<string>
}

export type Told = { readonly status: Submission['status']; readonly id?: string; readonly reason?: string }

const KEPT = 'journal'

function storageJournal(storage: Storage): Journal {
  const memory = createMemoryJournal(JSON.parse(storage.getItem(KEPT) ?? '[]') as JournalRecord[])
  const keep = (): void => storage.setItem(KEPT, JSON.stringify(memory.records))
  return {
    ...memory,
    append(record) {
      memory.append(record)
      keep()
    },
    checkpoint(records) {
      memory.checkpoint(records)
      keep()
    },
  }
}

const given = (name: string): string => new URLSearchParams(location.search).get(name) ?? ''

const executor = createExecutor({
  account: given('account') as `0x${string}`,
  signer: createLocalSigner(given('key')),
  transport: createWsSender({ network: 'testnet', url: given('url') }),
  journal: storageJournal(localStorage),
  markets: [given('market')],
  gates: standardGates({
    maxNotionalPerMarket: '10000',
    maxNotionalTotal: '10000',
    maxConcurrentPositions: 1,
    singleEntry: false,
  }),
})
const orders = new Map<string, Accepted>()

const bot: Bot = {
  async start() {
    const { recovered } = await executor.start()
    for (const order of recovered) orders.set(order.clientOrderId, order)
    return recovered.map(({ clientOrderId }) => clientOrderId)
  },
  submit(intent) {
    const order = executor.submit(intent)
    if (order.status === 'denied') return { status: order.status, reason: order.reason }
    orders.set(order.clientOrderId, order)
    return { status: order.status, id: order.clientOrderId }
  },
  async acknowledged(id) {
    await orders.get(id)?.acknowledged
  },
  async outcome(id) {
    return (await orders.get(id)?.outcome)?.status ?? 'no such order'
  },
  openOrders: () => executor.openOrders().map(({ clientOrderId }) => clientOrderId),
  position: (market) =>
    executor
      .positions()
      .find((position) => position.market === market)
      ?.size.toFixed(),
  cancel: async (id) => (await executor.cancel(id as `0x${string}`)).status,
}

Object.assign(globalThis, { bot })
