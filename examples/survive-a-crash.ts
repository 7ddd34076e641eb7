/**
 * A bot that is killed between sending an order and hearing of it, and the one that is started after it.
 *
 *   npx tsx examples/survive-a-crash.ts
 *
 * Both lives of the bot are processes of their own, and the exchange they trade on is in this one.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createExecutor, createLocalSigner, createWsSender, type Intent, standardGates } from 'hip3-executor'
import { createFileJournal } from 'hip3-executor/node'
import { createSimExchange } from 'hip3-executor/testing'

// Publicly known test keys; never send anything of value to them.
const ACCOUNT = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'

/** The id says what the order is for, so a bot that starts again asks for the same order and not for another one. */
const INTENT: Intent = {
  market: 'xyz:NVDA',
  side: 'buy',
  size: '0.5',
  price: '178',
  timeInForce: 'ioc',
  intentId: 'NVDA breakout, 9:30',
}

async function bot(url: string, directory: string, isToDie: boolean): Promise<void> {
  const executor = createExecutor({
    account: ACCOUNT,
    signer: createLocalSigner(AGENT_KEY),
    transport: createWsSender({ network: 'testnet', url }),
    journal: createFileJournal({ directory }),
    markets: [INTENT.market],
    gates: standardGates({ maxNotionalPerMarket: '500', maxNotionalTotal: '500', maxConcurrentPositions: 1 }),
  })
  // Written and not answered: the worst moment.
  if (isToDie) executor.on('order', ({ status }) => status === 'inFlight' && process.kill(process.pid, 'SIGKILL'))
  const { recovered } = await executor.start({ signal: AbortSignal.timeout(30_000) })
  console.log(`started; ${recovered.length} order(s) of an earlier process taken up`)

  // A strategy need not know what happened: it asks for what it wants, by name.
  const order = executor.submit(INTENT)
  assert.equal(order.status, 'accepted')
  if (order.status === 'accepted') {
    const { status, filledSize, averagePrice } = await order.outcome
    console.log(`"${INTENT.intentId}": ${status}, ${filledSize.toFixed()} at ${averagePrice?.toFixed()}`)
  }
  await executor.close()
}

async function main(): Promise<void> {
  const exchange = createSimExchange()
  const { wsUrl } = await exchange.start()
  exchange.account(ACCOUNT).deposit('1000').approveAgent(createLocalSigner(AGENT_KEY).address)
  const directory = mkdtempSync(join(tmpdir(), 'hip3-example-'))

  const live = (...words: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const args = [...process.execArgv, fileURLToPath(import.meta.url), wsUrl, directory, ...words]
      const child = spawn(process.execPath, args, { stdio: 'inherit' })
      child.on('exit', (code, signal) => resolve(signal ?? `code ${code}`))
    })

  console.log(`first life: ended by ${await live('die')}`)
  assert.equal(exchange.record.orders.length, 1, 'the order had reached the exchange')
  console.log(`second life: ended with ${await live()}`)
  assert.equal(exchange.record.orders.length, 1, 'and was not sent again')
  console.log(`on the exchange: ${exchange.record.fills.length} fill, of one order`)
  rmSync(directory, { recursive: true })
  await exchange.stop()
}

const [, , url, directory, die] = process.argv
if (url === undefined || directory === undefined) await main()
else await bot(url, directory, die === 'die')
