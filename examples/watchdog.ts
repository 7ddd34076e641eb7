/**
 * A watchdog for accounts that the venue offers no dead man's switch yet: a process of its own, with an agent key of its own,
 * that cancels every open order when the bot's heartbeat stops.
 *
 *   npx tsx examples/watchdog.ts
 *
 * The bot touches a file for as long as it is well, and is killed while it has orders in the market. Bot and watchdog are
 * processes of their own, and the exchange they trade on is in this one. For real use, run `watch` on another machine than
 * the bot's, with the heartbeat on something both can reach.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createExecutor, createLocalSigner, createWsSender, type Executor, standardGates } from 'hip3-executor'
import { createSimExchange } from 'hip3-executor/testing'

// Publicly known test keys; never send anything of value to them.
const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const BOT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const WATCHDOG_KEY = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a'
const MARKETS = ['xyz:NVDA', 'xyz:TSLA']
const BEAT_MS = 100
const STALE_MS = 1_000

function createTrader(url: string, key: string, externalOrders: 'adopt' | 'cancel'): Executor {
  return createExecutor({
    account: ACCOUNT,
    signer: createLocalSigner(key),
    transport: createWsSender({ network: 'testnet', url }),
    markets: MARKETS,
    gates: standardGates({ maxNotionalPerMarket: '500', maxNotionalTotal: '1000', maxConcurrentPositions: 2 }),
    externalOrders,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
}

async function bot(url: string, heartbeat: string): Promise<void> {
  const executor = createTrader(url, BOT_KEY, 'adopt')
  await executor.start({ signal: AbortSignal.timeout(30_000) })
  const beat = (): void => {
    if (executor.readiness().ready) writeFileSync(heartbeat, String(Date.now()))
  }
  beat()
  setInterval(beat, BEAT_MS)
  for (const market of MARKETS) {
    const order = executor.submit({ market, side: 'buy', size: '1', price: '150', timeInForce: 'gtc' })
    if (order.status === 'accepted') await order.acknowledged
  }
  console.log('resting')
}

/** Connects only when it has to: then everything that rests is an order of somebody else, and is cancelled on sight. */
async function watch(url: string, heartbeat: string): Promise<void> {
  console.log('watching')
  while (Date.now() - statSync(heartbeat).mtimeMs < STALE_MS) await sleep(BEAT_MS)
  const executor = createTrader(url, WATCHDOG_KEY, 'cancel')
  // A start that is over has seen the account without an order.
  await executor.start({ signal: AbortSignal.timeout(30_000) })
  await executor.close()
  console.log('cancelled')
}

async function demonstrate(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'heartbeat-'))
  const heartbeat = join(directory, 'bot')
  const exchange = createSimExchange()
  const { wsUrl } = await exchange.start()
  const account = exchange.account(ACCOUNT).deposit('10000')
  // Agents need names: an account has one agent without a name, and the next such would take the place of the first.
  account.approveAgent(createLocalSigner(BOT_KEY).address, { name: 'bot' })
  account.approveAgent(createLocalSigner(WATCHDOG_KEY).address, { name: 'watchdog' })
  const open = (): number => exchange.record.orders.filter(({ status }) => status === 'open').length

  const trader = run('bot', wsUrl, heartbeat)
  assert.equal(await trader.says(), 'resting')
  console.log(`the bot has ${open()} orders in the market`)
  const watchdog = run('watch', wsUrl, heartbeat)
  assert.equal(await watchdog.says(), 'watching')

  trader.process.kill('SIGKILL')
  await once(trader.process, 'exit')
  console.log(`the bot was killed, and its ${open()} orders are still there`)
  assert.equal(open(), 2)

  assert.equal(await watchdog.says(), 'cancelled')
  console.log(`the watchdog has noticed; ${open()} orders are left`)
  assert.equal(open(), 0)

  await exchange.stop()
  rmSync(directory, { recursive: true })
}

function run(...args: readonly string[]) {
  const loader = [...process.execArgv, fileURLToPath(import.meta.url)]
  const child = spawn(process.execPath, [...loader, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { process: child, says: async (): Promise<string> => (await lines.next()).value ?? 'nothing' }
}

const [role, url = '', heartbeat = ''] = process.argv.slice(2)
if (role === 'bot') await bot(url, heartbeat)
else if (role === 'watch') await watch(url, heartbeat)
else await demonstrate()
