/**
 * `npm run stand-down -- --seeds N --seed S`: throws the kill switch at the worst moment of N histories, S, S + 1, ….
 *
 * Exits with 1 when one does not end flat, or a new order reached the exchange after the stop.
 */
import { parseArgs } from 'node:util'
import { type StoodDown, standDown } from './scenario.js'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
})
const [count, first] = [Number(values.seeds), Number(values.seed)]
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(first) || first < 0) {
  console.error('stand-down: --seeds and --seed take whole numbers')
  process.exit(2)
}

const startedAt = performance.now()
const all: StoodDown[] = []
for (let seed = first; seed < first + count; seed++) {
  const stood = await standDown(seed)
  all.push(stood)
  const { tookMs, goneMs, exits, cancels, faults, connections, wasDegraded, violations } = stood
  const facts = `${exits} exits, ${cancels} cancel requests, ${faults} faults, ${connections} connections`
  const took = `out after ${(goneMs / 1_000).toFixed(1)} s, verified after ${(tookMs / 1_000).toFixed(1)} s`
  console.log(`seed ${seed}: ${took}, ${facts}${wasDegraded ? ', degraded' : ''}`)
  for (const violation of violations) console.log(`  ${violation}`)
}

const sum = (of: (stood: StoodDown) => number): number => all.reduce((total, stood) => total + of(stood), 0)
const times = all.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
const failed = all.filter(({ violations }) => violations.length > 0).length
const seconds = (ms = 0): string => `${(ms / 1_000).toFixed(1)} s`
console.log(
  `\n${count} seeds, ${failed} failed, in ${seconds(performance.now() - startedAt)}. ` +
    `From the stop to flat: median ${seconds(times[times.length >> 1])}, longest ${seconds(times.at(-1))}. ` +
    `${sum(({ exits }) => exits)} exits, ${sum(({ cancels }) => cancels)} cancel requests, ${sum(({ faults }) => faults)} faults, ` +
    `${sum(({ connections }) => connections)} connections, ${all.filter(({ wasDegraded }) => wasDegraded).length} seeds told of no progress.`,
)
process.exitCode = failed === 0 ? 0 : 1
