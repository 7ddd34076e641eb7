import { type ChildProcess, spawn } from 'node:child_process'
import { createExecutor, createLocalSigner, createWsSender, standardGates } from 'hip3-executor'
import { afterEach, describe, expect, it } from 'vitest'
import { QUIET } from '../helpers/harness.js'

let child: ChildProcess | undefined
afterEach(() => child?.kill('SIGKILL'))

type Running = {
  /** The first line that fits, also one that has already come. */
  line(fits: RegExp): Promise<RegExpExecArray>
  output(): string
  readonly exit: Promise<number | null>
}

function start(...args: string[]): Running {
  const started = spawn(process.execPath, ['--import', 'tsx', 'src/testing/cli.ts', ...args])
  child = started
  let output = ''
  const waiting = new Set<() => void>()
  const hear = (chunk: unknown): void => {
    output += String(chunk)
    for (const look of waiting) look()
  }
  started.stdout.on('data', hear)
  started.stderr.on('data', hear)
  return {
    output: () => output,
    exit: new Promise((resolve) => started.once('close', resolve)),
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = fits.exec(output)
          if (found === null) return
          waiting.delete(look)
          resolve(found)
        }
        started.once('close', () => reject(new Error(`ended without ${fits}:\n${output}`)))
        waiting.add(look)
        look()
      }),
  }
}

describe('the stand-alone exchange', () => {
  it('tells a bot all it needs to trade, logs what it does, and ends when told to', async () => {
    const sim = start('--port', '0')
    const [, url = ''] = await sim.line(/url: '(ws:[^']+)'/)
    const [, key = ''] = await sim.line(/createLocalSigner\('(0x\w+)'\)/)
    const [, account = ''] = await sim.line(/account: '0x(\w+)'/)
    const [, ask = ''] = await sim.line(/bid, (\S+) ask/)

    const executor = createExecutor({
      account: `0x${account}`,
      signer: createLocalSigner(key),
      transport: createWsSender({ network: 'testnet', url, logger: QUIET }),
      markets: ['xyz:NVDA'],
      gates: standardGates({ maxNotionalPerMarket: '1000', maxNotionalTotal: '5000', maxConcurrentPositions: 5 }),
      logger: QUIET,
    })
    await executor.start()
    const order = executor.submit({ market: 'xyz:NVDA', side: 'buy', size: '1', price: ask, timeInForce: 'ioc' })
    expect(order.status === 'denied' ? order.reason : (await order.outcome).status).toBe('filled')
    await sim.line(new RegExp(`ws-1 .*0x7099…79c8 order buy 1 xyz:NVDA @ ${ask} Ioc → filled 1.0 @ ${ask} \\(`))
    await executor.close()

    child?.kill('SIGINT')
    await sim.line(/Stopping: \d+ requests, 1 orders, 1 fills/)
    expect(await sim.exit).toBe(0)
  }, 60_000)

  it('refuses arguments that make no sense, and says which', async () => {
    const sim = start('--port', 'many')
    expect(await sim.exit).toBe(1)
    expect(sim.output()).toContain('--port: expected 0 to 65535, got many')
  }, 60_000)
})
