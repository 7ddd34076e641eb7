#!/usr/bin/env node
/**
 * The simulated exchange on its own: `npx hip3-executor-sim`. Starts it with a demo account, tells how to point a bot
 * at it, and prints a line for each request until it is interrupted.
 */
import { parseArgs } from 'node:util'
import type { Network } from '../model/account.js'
import { createDemo, type Demo } from './demo.js'
import { describeRequest } from './request-log.js'

const DEFAULT_PORT = 3001
const MAX_BLOCK_MS = 60_000
const USAGE = `Usage: hip3-executor-sim [options]

  --port <number>     where to listen on 127.0.0.1; 0 is any free port (default ${DEFAULT_PORT})
  --seed <number>     decides the sizes in the books (default 1)
  --network <name>    whose signatures are valid: testnet or mainnet (default testnet)
  --limits <name>     the venue's rate limits: venue, none, or the address budget alone (default)
  --block-ms <number> length of a block; with 0 each action is executed as it comes (default 0)
  --no-verify         take every signature for what it says; for load, not for bots
  --quiet             no line for each request
  --help              this text
`

type Options = {
  readonly port: number
  readonly seed: number
  readonly network: Network
  readonly verifySignatures: boolean
  readonly limits: 'venue' | 'none' | undefined
  readonly blockMs: number
  readonly quiet: boolean
}

/** @throws {TypeError | RangeError} when the arguments make no sense */
function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      seed: { type: 'string', default: '1' },
      network: { type: 'string', default: 'testnet' },
      limits: { type: 'string', default: 'default' },
      'block-ms': { type: 'string', default: '0' },
      'no-verify': { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { network, limits } = values
  if (network !== 'testnet' && network !== 'mainnet') {
    throw new RangeError(`--network: expected testnet or mainnet, got ${network}`)
  }
  if (limits !== 'venue' && limits !== 'none' && limits !== 'default') {
    throw new RangeError(`--limits: expected venue, none or default, got ${limits}`)
  }
  return {
    port: whole(values.port, '--port', 65_535),
    seed: whole(values.seed, '--seed', 0xffff_ffff),
    network,
    verifySignatures: !values['no-verify'],
    limits: limits === 'default' ? undefined : limits,
    blockMs: whole(values['block-ms'], '--block-ms', MAX_BLOCK_MS),
    quiet: values.quiet,
  }
}

function whole(text: string, name: string, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > most) throw new RangeError(`${name}: expected 0 to ${most}, got ${text}`)
  return value
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function run({ port, quiet, ...options }: Options): Promise<void> {
  const demo: Demo = createDemo({
    ...options,
    ...(quiet ? {} : { onRequest: (request, tookMs) => say(describeRequest(request, tookMs, demo.nameMarket)) }),
  })
  const { httpUrl, wsUrl } = await demo.exchange.start({ port })
  say(introduction(demo, httpUrl, wsUrl, options.network))

  const end = (): void => {
    process.removeListener('SIGINT', end)
    process.removeListener('SIGTERM', end)
    const { requests, orders, fills } = demo.exchange.record
    say(`\nStopping: ${requests.length} requests, ${orders.length} orders, ${fills.length} fills.`)
    void demo.exchange.stop()
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}

function introduction({ exchange, account, agent }: Demo, httpUrl: string, wsUrl: string, network: Network): string {
  const nvda = exchange.market('xyz:NVDA')
  return `Simulated Hyperliquid exchange, ${network} signatures

  HTTP        ${httpUrl}  (POST /info, POST /exchange)
  WebSocket   ${wsUrl}
  account     ${account.address}  ${account.balance} USDC
    its key   ${account.key}
  agent       ${agent.address}  may trade for the account
    its key   ${agent.key}
  xyz:NVDA    ${nvda.bestBid()} bid, ${nvda.bestAsk()} ask; asset ${nvda.assetId}

The keys are known to everybody. Never send anything of value to them.

  import { createExecutor, createLocalSigner, createWsSender, standardGates } from 'hip3-executor'
  const signer = createLocalSigner('${agent.key}')
  const transport = createWsSender({ network: '${network}', url: '${wsUrl}' })
  const gates = standardGates({ maxNotionalPerMarket: '1000', maxNotionalTotal: '5000', maxConcurrentPositions: 5 })
  const executor = createExecutor({ account: '${account.address}', signer, transport, markets: ['xyz:NVDA'], gates })
  await executor.start()

Ctrl-C ends it.
`
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const options = readOptions(args)
    if (options === 'help') say(USAGE)
    else await run(options)
  } catch (error) {
    process.stderr.write(`hip3-executor-sim: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

void main(process.argv.slice(2))
