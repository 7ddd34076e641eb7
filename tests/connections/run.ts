/**
 * `npm run connections -- --histories N --seed S --reconnects N --cuts-every N`: random histories, lost connections, and
 * cuts after every N-th byte of an order and of what is said to it. Zero leaves a part out.
 *
 * Exits with 1 when anything is not as it should be, and names the seed or the byte.
 */
import { parseArgs } from 'node:util'
import { type Direction, openCuts } from './cuts.js'
import { playHistory } from './history.js'
import { loseConnections } from './reconnects.js'

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    reconnects: { type: 'string', default: '10000' },
    'cuts-every': { type: 'string', default: '1' },
  },
})

function whole(name: keyof typeof values): number {
  const value = Number(values[name])
  if (Number.isSafeInteger(value) && value >= 0) return value
  console.error(`connections: --${name} takes a whole number, not ${values[name]}`)
  process.exit(2)
}

let failures = 0
const startedAt = performance.now()
const seconds = (): string => `${((performance.now() - startedAt) / 1_000).toFixed(0)} s`

function fail(subject: string, detail: string): void {
  failures += 1
  console.log(`  ${subject}: ${detail}`)
}

async function histories(count: number, first: number): Promise<void> {
  const totals = { orders: 0, reconnects: 0 }
  const ails = new Map<string, number>()
  for (let seed = first; seed < first + count; seed++) {
    const played = await playHistory(seed)
    totals.orders += played.orders
    totals.reconnects += played.reconnects
    for (const ail of played.ails) ails.set(ail, (ails.get(ail) ?? 0) + 1)
    for (const violation of played.violations) fail(`seed ${seed}`, violation)
  }
  const named = [...ails].map(([ail, times]) => `${ail} ${times}`).join(', ')
  console.log(`${count} histories, ${totals.reconnects} reconnects, ${totals.orders} orders (${seconds()}); ${named}`)
}

async function cuts(every: number): Promise<void> {
  const bench = await openCuts()
  let count = 0
  for (const direction of ['toExchange', 'toExecutor'] as const satisfies readonly Direction[]) {
    for (let bytes = 0; bytes < bench.bytes[direction]; bytes += every) {
      const wrong = await bench.cutAfter(direction, bytes)
      count += 1
      if (wrong !== undefined) fail(`byte ${bytes} ${direction}`, wrong)
    }
  }
  await bench.close()
  console.log(`${count} cuts, of ${bench.bytes.toExchange} bytes out and ${bench.bytes.toExecutor} in (${seconds()})`)
}

async function reconnects(times: number): Promise<void> {
  const [early, late] = await loseConnections(times, Math.ceil(times / 10))
  if (late.openSockets !== early.openSockets) fail('sockets', `${early.openSockets}, then ${late.openSockets}`)
  if (late.timers !== early.timers) fail('timers', `${early.timers}, then ${late.timers}`)
  for (const { reconnects: n, openSockets, timers, heapBytes } of [early, late]) {
    const megabytes = (heapBytes / 1_048_576).toFixed(1)
    console.log(`after ${n} reconnects: ${openSockets} socket, ${timers} timers, ${megabytes} MiB (${seconds()})`)
  }
  if (late.heapBytes > early.heapBytes * 1.1) fail('heap', 'more than a tenth above what it was')
}

if (whole('histories') > 0) await histories(whole('histories'), whole('seed'))
if (whole('cuts-every') > 0) await cuts(whole('cuts-every'))
if (whole('reconnects') > 0) await reconnects(whole('reconnects'))
console.log(failures === 0 ? 'all is as it should be' : `${failures} failures`)
process.exitCode = failures === 0 ? 0 : 1
