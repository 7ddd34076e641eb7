/**
 * An order over a real socket that is cut after any number of bytes: in the middle of the order's own frame, and in the
 * middle of what the exchange says to it.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import {
  type Accepted,
  createConnectionLimits,
  createExecutor,
  createLocalSigner,
  createWsSender,
  type Executor,
  standardGates,
} from 'hip3-executor'
import { createSimExchange } from 'hip3-executor/testing'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'
import { NVDA, QUIET } from '../helpers/harness.js'

export type Direction = 'toExchange' | 'toExecutor'

export type Cuts = {
  /** How many bytes an order takes on its way, and what is said to it. */
  readonly bytes: Readonly<Record<Direction, number>>
  /**
   * Cuts the connection after so many bytes of the next order, and lets everything come to its end.
   *
   * @returns what is not as it should be
   */
  cutAfter(direction: Direction, bytes: number): Promise<string | undefined>
  close(): Promise<void>
}

const UNDECIDED = ['pending', 'inFlight', 'unknown']

export async function openCuts(): Promise<Cuts> {
  const exchange = createSimExchange()
  exchange.account(TEST_ADDRESS).deposit('100000')
  const { wsUrl } = await exchange.start()
  const proxy = await openProxy(Number(new URL(wsUrl).port))
  const executor = createExecutor({
    account: TEST_ADDRESS,
    signer: createLocalSigner(TEST_KEY),
    transport: createWsSender({
      network: 'testnet',
      url: `ws://127.0.0.1:${proxy.port}/ws`,
      logger: QUIET,
      minReconnectDelayMs: 1,
      maxReconnectDelayMs: 1,
      connectionLimits: createConnectionLimits({ maxNewPerMinute: 1_000_000 }),
    }),
    markets: [NVDA],
    gates: standardGates({
      maxNotionalPerMarket: '5000',
      maxNotionalTotal: '5000',
      maxConcurrentPositions: 5,
      singleEntry: false,
    }),
    resolution: { firstDelayMs: 1, maxDelayMs: 50 },
    queue: { newOrderSpacingMs: 0 },
    venueLimits: { weightPerMinute: 1_000_000_000, messagesPerMinute: 1_000_000_000 },
    riskMonitor: false,
    logger: QUIET,
  })
  let generation = 0
  executor.on('connection', (state) => {
    generation = state.generation
  })
  await executor.start()

  async function place(): Promise<Accepted> {
    const order = executor.submit({ market: NVDA, side: 'buy', size: '0.1', price: '170', timeInForce: 'gtc' })
    if (order.status === 'denied') throw new Error(`denied: ${order.reason} ${order.value}`)
    await until(executor, () => !UNDECIDED.includes(order.current().status))
    return order
  }

  const measured = proxy.count()
  await (await place()).acknowledged
  const bytes = measured()
  await executor.cancelAll()

  return {
    bytes,
    async cutAfter(direction, count) {
      const before = generation
      const isCut = proxy.cutAfter(direction, count)
      const order = await place()
      await isCut
      await until(executor, () => executor.readiness().ready && generation > before)
      await until(executor, () => !UNDECIDED.includes(order.current().status))
      const found = exchange.record.orders.filter(({ cloid }) => cloid === order.clientOrderId)
      const { status, orderId } = order.current()
      await executor.cancelAll()
      await until(executor, () => executor.openOrders().length === 0)
      if (found.length > 1) return `sent ${found.length} times`
      const isRight =
        found.length === 0 ? ['expired', 'denied'].includes(status) : status === 'working' && orderId === found[0]?.oid
      if (!isRight) return `${status}, and on the exchange ${found[0]?.status ?? 'nothing'}`
      const left = exchange.account(TEST_ADDRESS).openOrders().length
      return left === 0 ? undefined : `${left} orders left`
    },
    async close() {
      await executor.close()
      await proxy.close()
      await exchange.stop()
    },
  }
}

/** Looks again whenever something has happened. */
function until(executor: Executor, condition: () => boolean): Promise<void> {
  if (condition()) return Promise.resolve()
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition()) return
      for (const off of offs) off()
      resolve()
    }
    // What follows from an event is done by the end of the turn.
    const later = (): void => void setImmediate(look)
    const offs = [executor.on('order', later), executor.on('readiness', later), executor.on('outcome', later)]
  })
}

type Proxy = {
  readonly port: number
  /** Begins to count bytes; the answer ends it. */
  count(): () => Record<Direction, number>
  /** Resolves when the connection has been cut. */
  cutAfter(direction: Direction, bytes: number): Promise<void>
  close(): Promise<void>
}

async function openProxy(upstreamPort: number): Promise<Proxy> {
  const pairs = new Set<() => void>()
  let counted: Record<Direction, number> = { toExchange: 0, toExecutor: 0 }
  let armed: { readonly direction: Direction; left: number; readonly done: () => void } | undefined

  const server = createServer((near) => {
    const far = connect(upstreamPort, '127.0.0.1')
    const destroy = (): void => {
      pairs.delete(destroy)
      near.destroy()
      far.destroy()
    }
    pairs.add(destroy)
    const carry = (from: Socket, to: Socket, direction: Direction): void => {
      from.setNoDelay(true)
      from.on('error', destroy)
      from.on('close', destroy)
      from.on('data', (chunk: Buffer) => {
        counted[direction] += chunk.length
        if (armed?.direction !== direction || chunk.length <= armed.left) {
          if (armed?.direction === direction) armed.left -= chunk.length
          to.write(chunk)
          return
        }
        const { left, done } = armed
        armed = undefined
        from.pause()
        to.write(chunk.subarray(0, left), () => {
          destroy()
          done()
        })
      })
    }
    carry(near, far, 'toExchange')
    carry(far, near, 'toExecutor')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    count() {
      counted = { toExchange: 0, toExecutor: 0 }
      return () => ({ ...counted })
    },
    cutAfter: (direction, bytes) =>
      new Promise((done) => {
        armed = { direction, left: bytes, done }
      }),
    close: () =>
      new Promise((resolve) => {
        for (const destroy of [...pairs]) destroy()
        server.close(() => resolve())
      }),
  }
}
