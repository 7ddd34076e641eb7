/**
 * `npm run chaos:kill -- --kills N --seed S`: a bot with a file journal is killed with SIGKILL N times and started again,
 * and at the end everything it was ever told is held against the exchange's own record.
 *
 * The exchange lives here and checks every signature. Half of the deaths come from outside at any moment, the others from
 * within, at the instants that chance would hardly hit: between the record and the write, between the write and the reply.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { type ClientOrderId, createLocalSigner, type Intent, type Outcome } from 'hip3-executor'
import { createSimExchange, type FaultHandle, type FaultRule } from 'hip3-executor/testing'
import { decimal } from '../../../src/model/decimal.js'
import { ACCOUNT, AGENT_KEY, MARKETS } from '../../helpers/two-markets.js'
import { createDice } from '../dice.js'
import { judge, type Violation } from '../verdict.js'
import { type Death, type Line, type Orders, POINTS } from './lines.js'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
  console.error('chaos:kill: --kills and --seed take whole numbers')
  process.exit(2)
}

const dice = createDice(seed)
const scratch = mkdtempSync(join(tmpdir(), 'hip3-kill-'))
const bot = join(scratch, 'bot.mjs')
await build({
  entryPoints: [fileURLToPath(new URL('./bot.ts', import.meta.url))],
  outfile: bot,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  // Packages inside that still speak CommonJS.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
})

const exchange = createSimExchange({ seed, limits: 'none', recordLimit: 10_000_000 })
const { wsUrl } = await exchange.start()
exchange.account(ACCOUNT).deposit('100000000').approveAgent(createLocalSigner(AGENT_KEY).address, { name: 'kill' })

type Entry = { readonly intent: Intent; readonly outcomes: Heard[]; isForgotten: boolean }
type Heard = Pick<Outcome, 'status' | 'size' | 'filledSize' | 'averagePrice'>
const entries = new Map<ClientOrderId, Entry>()
const deaths = new Map<string, number>()
const told = { accepted: 0, outcomes: 0, recovered: 0, forgotten: 0 }
const complaints: string[] = []
let end: Extract<Line, { say: 'done' }> | undefined

function hear(line: Line): void {
  switch (line.say) {
    case 'ready':
      told.recovered += line.recovered
      break
    case 'accepted': {
      told.accepted += 1
      const known = entries.get(line.id)
      if (known !== undefined) known.isForgotten = false
      else entries.set(line.id, { intent: line.intent, outcomes: [], isForgotten: false })
      break
    }
    case 'forgotten':
      told.forgotten += 1
      entryOf(line.id).isForgotten = true
      break
    case 'outcome':
      told.outcomes += 1
      entryOf(line.id).outcomes.push({
        status: line.status as Outcome['status'],
        size: decimal(line.size, 'size'),
        filledSize: decimal(line.filledSize, 'filledSize'),
        averagePrice: line.averagePrice === undefined ? undefined : decimal(line.averagePrice, 'averagePrice'),
      })
      break
    case 'done':
      end = line
  }
}

function entryOf(id: ClientOrderId): Entry {
  const entry = entries.get(id)
  if (entry !== undefined) return entry
  // An order whose acceptance died on the bot's lips, and which the next life found in the journal.
  const fresh: Entry = {
    intent: { market: '', side: 'buy', size: '0', price: '0', timeInForce: 'ioc' },
    outcomes: [],
    isForgotten: false,
  }
  entries.set(id, fresh)
  return fresh
}

function deathOf(): Death {
  if (dice.chance(0.4)) return { at: 'anyMoment', afterMs: dice.integer(0, 400) }
  const at = dice.pick(POINTS)
  const most = { inCheckpoint: 3_000, beforeAppend: 400, afterAppend: 400, beforeFrame: 300, afterFrame: 300 } as const
  return { at, count: dice.integer(1, at in most ? most[at as keyof typeof most] : 60) }
}

/** The network is not kind either: what the venue says gets lost, doubled and late. */
function faults(): readonly FaultHandle[] {
  const rules: readonly FaultRule[] = [
    { fault: 'lose', of: 'reply:action:order', probability: 0.1 },
    { fault: 'lose', of: 'request:action:order', probability: 0.05 },
    { fault: 'lose', of: 'feed:orderUpdates', probability: 0.1 },
    { fault: 'duplicate', of: 'feed:userFills', probability: 0.2 },
    { fault: 'delay', of: 'reply:action:order', probability: 0.1, ms: 300 },
    { fault: 'cut', of: 'reply:action:order', probability: 0.01 },
  ]
  return rules.filter(() => dice.chance(0.3)).map((rule) => exchange.fault(rule))
}

/** The longest that a life may take before it counts as hung. */
const PATIENCE_MS = 120_000

function live(orders: Orders): Promise<void> {
  const child = spawn(process.execPath, [bot], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(orders))
  const { death } = orders
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line
    hear(line)
    if (line.say === 'ready' && death.at === 'anyMoment') setTimeout(() => child.kill('SIGKILL'), death.afterMs)
    // A point that is not come past in a while is no reason to live for ever.
    if (line.say === 'ready' && 'count' in death) setTimeout(() => child.kill('SIGKILL'), 3_000).unref()
  })
  const impatience = setTimeout(() => {
    complaints.push(`life ${orders.life} hung`)
    child.kill('SIGKILL')
  }, PATIENCE_MS)
  return over(child).then((how) => {
    clearTimeout(impatience)
    const expected = death.at === 'never' ? 'code 0' : 'SIGKILL'
    if (how !== expected) complaints.push(`life ${orders.life} ended with ${how}, not ${expected}`)
  })
}

const over = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? `code ${code}`)))

const isOver = ({ outcomes }: Entry): boolean => outcomes.length > 0

function ordersFor(life: number, death: Death): Orders {
  const all = [...entries]
  return {
    wsUrl,
    directory: join(scratch, 'journal'),
    life,
    seed: seed * 10_000 + life,
    death,
    doubtful: all.flatMap(([id, entry]) =>
      isOver(entry) || entry.intent.market === '' ? [] : [{ id, intent: entry.intent }],
    ),
    done: all.flatMap(([, entry]) => (isOver(entry) ? [entry.intent] : [])).slice(-20),
  }
}

const startedAt = performance.now()
for (let life = 1; life <= kills; life++) {
  const active = faults()
  const death = deathOf()
  deaths.set(death.at, (deaths.get(death.at) ?? 0) + 1)
  await live(ordersFor(life, death))
  for (const rule of active) rule.stop()
}
await live(ordersFor(kills + 1, { at: 'never' }))

const violations: Violation[] = judge(
  [...entries].map(([id, { outcomes, isForgotten }]) => ({ id, outcomes, isForgotten })),
  exchange.record,
  () => true,
)
for (const market of MARKETS) {
  const ours = end?.positions[market] ?? '0'
  const theirs = exchange.record.position(ACCOUNT, market)?.size ?? '0'
  if (ours !== theirs)
    violations.push({ kind: 'position', subject: market, detail: `${ours}, and ${theirs} on the exchange` })
}
const resting = exchange.account(ACCOUNT).openOrders().length
if (end === undefined || end.openOrders !== 0 || resting !== 0) {
  violations.push({ kind: 'openOrders', subject: 'all', detail: `${end?.openOrders} here, ${resting} on the exchange` })
}
await exchange.stop()

const count = (kind: Violation['kind']): number => violations.filter((violation) => violation.kind === kind).length
console.log(`seed ${seed}: ${kills} kills in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)
console.log(`  by moment    ${[...deaths].map(([at, times]) => `${at} ${times}`).join(', ')}`)
console.log(
  `  intents      ${entries.size} accepted, ${told.outcomes} outcomes told, ${exchange.record.orders.length} orders on the exchange`,
)
console.log(`  restarts     ${told.recovered} orders recovered, ${told.forgotten} proven never sent`)
console.log(
  `  lost ${count('lost')}, doubled ${count('doubled')}, unsettled ${count('unsettled')}, wrong outcome ${count('wrongOutcome')}, ` +
    `position differences ${count('position')}, open orders ${count('openOrders')}`,
)
for (const { kind, subject, detail } of violations.slice(0, 20)) console.log(`  ${kind} ${subject}: ${detail}`)
for (const complaint of complaints) console.log(`  ${complaint}`)
if (violations.length === 0 && complaints.length === 0) rmSync(scratch, { recursive: true })
else {
  console.log(`  the journal is in ${scratch}; to try again: npm run chaos:kill -- --kills ${kills} --seed ${seed}`)
  process.exitCode = 1
}
