/** One line of a benchmark, and how it is shown: to a person, to a file, to docs/performance.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

export type Line = {
  /** What was measured, in words. */
  readonly name: string
  readonly median: string
  readonly p99?: string
  /** What it is compared with, and that one's median. */
  readonly against: string
  readonly ratio: number
  /** The most the ratio may be. */
  readonly bar: number
  /** Ratio and bar are shown the other way round: how many times faster it is, and at least has to be. */
  readonly isSpeedup?: true
  /** What it would mean if this got slower. */
  readonly means: string
}

export type Part = {
  readonly title: string
  /** Third-party packages it compares with, and their versions. */
  readonly peers: readonly string[]
  run(): Promise<readonly Line[]>
}

export type Conditions = {
  readonly machine: string
  readonly node: string
  readonly load: string
  readonly date: string
}

export function conditions(): Conditions {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return {
    machine: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${memory} GB, ${process.platform} ${process.arch}`,
    node: process.version,
    load: loadavg()
      .map((value) => value.toFixed(1))
      .join(' '),
    date: new Date().toISOString().slice(0, 10),
  }
}

/** Of a number of microseconds. */
export function duration(value: number): string {
  if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(2)} s`
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} ms` : `${value.toFixed(1)} µs`
}

const verdict = ({ ratio, bar }: Line): string => (ratio <= bar ? 'met' : 'MISSED')
const times = (value: number): string => `${value.toFixed(value < 0.1 ? 3 : 2)}×`
/** Of a ratio below one. */
const timesFaster = (value: number): string => `${Number((1 / value).toPrecision(3)).toLocaleString('en')}×`

function rows(lines: readonly Line[]): string[][] {
  return lines.map((line) => [
    line.name,
    line.median,
    line.p99 ?? '–',
    line.against,
    ...(line.isSpeedup
      ? [`${timesFaster(line.ratio)} faster`, `≥ ${timesFaster(line.bar)}`]
      : [times(line.ratio), `≤ ${line.bar}×`]),
    verdict(line),
  ])
}

const HEAD = ['what', 'median', 'p99', 'against', 'ratio', 'bar', '']

export function print(part: Part, lines: readonly Line[], at: Conditions): void {
  const table = [HEAD, ...rows(lines)]
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  console.log(`\n${part.title}\n${describe(part, at)}\n`)
  for (const [index, row] of table.entries()) {
    console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    const line = lines[index - 1]
    if (line !== undefined) console.log(`    slower would mean: ${line.means}`)
  }
}

const describe = (part: Part, at: Conditions): string =>
  [`${at.date}, Node ${at.node}, ${at.machine}`, `load average ${at.load}`, part.peers.join(', ')]
    .filter(Boolean)
    .join('; ')

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Writes the figures where git does not look. Returns the path. */
export function writeJson(name: string, part: Part, lines: readonly Line[], at: Conditions): string {
  const file = path(`./results/${name}.json`)
  mkdirSync(path('./results'), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ ...at, peers: part.peers, lines }, undefined, 2)}\n`)
  return file
}

/** The version of a package that this one depends on, as `name version`. */
export function ownVersion(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path(`../../node_modules/${name}/package.json`), 'utf8'))
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '?'
  return `${name} ${String(version)}`
}

const DOC = path('../../docs/performance.md')

/** Replaces the part's table in docs/performance.md, between its two markers. */
export function writeDoc(name: string, part: Part, lines: readonly Line[], at: Conditions): void {
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end ${name} -->`]
  const text = readFileSync(DOC, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from === -1 || to === -1) throw new RangeError(`docs/performance.md has no place marked for ${name}`)
  const table = [HEAD, HEAD.map(() => '---'), ...rows(lines)].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  const reasons = lines.map((line) => `- ${line.name}: ${line.means}.`).join('\n')
  const section = `${begin}\nMeasured ${describe(part, at)}.\n\n${table}\n\nWhat it would mean if a line got slower:\n\n${reasons}\n`
  writeFileSync(DOC, text.slice(0, from) + section + text.slice(to))
}
