/**
 * `npm run chaos -- --seconds N --seed S`: plays seeds S, S + 1, … until N seconds are over, at least one.
 *
 * Exits with 1 when anything is not as the exchange's record says, and then names the file from which it can be played
 * again: `npm run chaos -- --plan FILE`.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeEvidence } from './evidence.js'
import { minimise } from './minimise.js'
import { type Plan, planOf } from './plan.js'
import { type Played, play } from './play.js'
import { createTotals, seedLine, totalsTable } from './report.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '1500' },
    plan: { type: 'string' },
    minimise: { type: 'string', default: '0' },
  },
})

function whole(name: 'seconds' | 'seed' | 'steps' | 'minimise'): number {
  const value = Number(values[name])
  if (Number.isSafeInteger(value) && value >= 0) return value
  console.error(`chaos: --${name} takes a whole number, not ${values[name]}`)
  process.exit(2)
}

const totals = createTotals()
const startedAt = performance.now()
const elapsedSeconds = (): number => (performance.now() - startedAt) / 1_000
let hasFailed = false

async function playOne(plan: Plan): Promise<void> {
  const from = elapsedSeconds()
  const played = await play(plan)
  totals.add(played, elapsedSeconds() - from)
  console.log(seedLine(played, elapsedSeconds() - from))
  if (played.violations.length > 0) await explain(played)
}

async function explain(played: Played): Promise<void> {
  hasFailed = true
  const smallest = await minimise(played, whole('minimise'))
  for (const { kind, subject, detail } of smallest.violations.slice(0, 20))
    console.log(`  ${kind} ${subject}: ${detail}`)
  const { steps, incidents } = smallest.plan
  console.log(
    `  ${steps} steps, ${incidents.length} incidents; to play it again: --plan ${await writeEvidence(smallest)}`,
  )
}

if (values.plan !== undefined) {
  const { plan } = JSON.parse(readFileSync(values.plan, 'utf8')) as { readonly plan: Plan }
  await playOne(plan)
} else {
  const [seconds, first, steps] = [whole('seconds'), whole('seed'), whole('steps')]
  for (let seed = first; seed === first || elapsedSeconds() < seconds; seed++) await playOne(planOf(seed, steps))
}
console.log(`\n${totalsTable(totals)}`)
process.exitCode = hasFailed ? 1 : 0
