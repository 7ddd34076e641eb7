/** An executor whose connection is lost again and again: whatever a reconnect leaves behind adds up. */
import { createExecutor, createWsSender, standardGates, type WebSocketLike } from 'hip3-executor'
import { createManualClock, createSimExchange, createSimSocket, createUnverifiedSigner } from 'hip3-executor/testing'
import { ACCOUNT, AGENT, NVDA, QUIET } from '../helpers/harness.js'

export type Level = {
  readonly reconnects: number
  readonly openSockets: number
  readonly timers: number
  readonly heapBytes: number
}

/** Longer than a connection must last to count as a good one, so that the waits stay short. */
const CYCLE_MS = 12_000

/**
 * @param times how often the connection is lost
 * @param first after how many of them the first level is read; the second is read after the last
 */
export async function loseConnections(times: number, first: number): Promise<readonly [Level, Level]> {
  const clock = createManualClock()
  const exchange = createSimExchange({ clock, verifySignatures: false, recordLimit: 100 })
  exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' })
  const open = new Set<WebSocketLike>()
  let newest: WebSocketLike | undefined
  const executor = createExecutor({
    account: ACCOUNT,
    signer: createUnverifiedSigner(AGENT),
    transport: createWsSender({
      network: 'testnet',
      clock,
      random: () => 0.5,
      logger: QUIET,
      webSocket: () => {
        newest = createSimSocket(exchange)
        open.add(newest)
        return newest
      },
    }),
    markets: [NVDA],
    gates: standardGates({ maxNotionalPerMarket: '1000', maxNotionalTotal: '1000', maxConcurrentPositions: 1 }),
    clock,
    logger: QUIET,
  })
  const starting = executor.start()
  await clock.pass(0)
  await starting

  async function level(reconnects: number): Promise<Level> {
    if (!executor.readiness().ready) throw new Error(`not ready after ${reconnects} reconnects`)
    for (const socket of open) if (socket.readyState === 3) open.delete(socket)
    return { reconnects, openSockets: open.size, timers: clock.pendingTimers, heapBytes: await heap() }
  }

  const levels: Level[] = []
  for (let n = 1; n <= times; n++) {
    newest?.close()
    await clock.pass(CYCLE_MS)
    if (n === first || n === times) levels.push(await level(n))
    else if (n % 100 === 0) for (const socket of open) if (socket.readyState === 3) open.delete(socket)
  }
  const closing = executor.close()
  await clock.pass(5_000)
  await closing
  const [early, late] = levels
  if (early === undefined || late === undefined) throw new RangeError('first: expected less than times')
  if (clock.pendingTimers > 0) throw new Error(`${clock.pendingTimers} timers were left`)
  return [early, late]
}

async function heap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}
