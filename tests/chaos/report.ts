/** What a run says: a line for each seed, and a table at the end. */
import type { Played } from './play.js'
import type { Counts, Tally } from './tally.js'
import type { ViolationKind } from './verdict.js'

const list = (counts: Counts): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ') || 'none'

const sum = (counts: Counts): number => [...counts.values()].reduce((total, times) => total + times, 0)

export function seedLine({ plan, tally, violations, digest }: Played, seconds: number): string {
  const verdict = violations.length === 0 ? 'ok' : `${violations.length} VIOLATIONS`
  return [
    `seed ${plan.seed}: ${verdict}`,
    `${tally.orders} orders (${tally.onExchange} on the exchange), ${tally.fills} fills, ${tally.lives} lives, ${seconds.toFixed(1)} s`,
    `record ${digest}`,
    `faults: ${list(tally.faults)}`,
    `denied: ${list(tally.denials)}`,
    `doubts ended by: ${list(tally.resolved)}`,
  ].join(' | ')
}

export type Totals = {
  readonly seeds: number
  readonly seconds: number
  readonly counts: ReadonlyMap<string, number>
  readonly groups: ReadonlyMap<string, Counts>
  add(played: Played, seconds: number): void
}

export function createTotals(): Totals {
  const counts = new Map<string, number>()
  const groups = new Map<string, Map<string, number>>()
  let seeds = 0
  let total = 0

  function add(name: string, more: Counts): void {
    const group = groups.get(name) ?? new Map<string, number>()
    for (const [key, times] of more) group.set(key, (group.get(key) ?? 0) + times)
    groups.set(name, group)
  }

  function addTally(tally: Tally): void {
    for (const name of ['orders', 'onExchange', 'fills', 'lives'] as const) {
      counts.set(name, (counts.get(name) ?? 0) + tally[name])
    }
    for (const name of ['outcomes', 'faults', 'denials', 'resolved', 'alarms'] as const) add(name, tally[name])
  }

  return {
    get seeds() {
      return seeds
    },
    get seconds() {
      return total
    },
    counts,
    groups,
    add({ tally, violations }, seconds) {
      seeds += 1
      total += seconds
      addTally(tally)
      const kinds = new Map<string, number>()
      for (const { kind } of violations) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      add('violations', kinds)
    },
  }
}

const QUESTIONS: { readonly [K in ViolationKind]: string } = {
  lost: 'intents lost',
  doubled: 'intents doubled',
  unsettled: 'unsettled',
  wrongOutcome: 'wrong outcomes',
  position: 'position differences',
  openOrders: 'open orders that differ',
  inFlight: 'left in flight',
  claims: 'claims not released',
  timers: 'timers left behind',
  journal: 'journals that lead elsewhere',
}

export function totalsTable({ seeds, seconds, counts, groups }: Totals): string {
  const violations = groups.get('violations') ?? new Map<string, number>()
  const row = (name: string, value: string | number): string => `| ${name} | ${value} |`
  return [
    '| | |',
    '|---|---|',
    row('seeds', seeds),
    row('seconds', seconds.toFixed(0)),
    row('orders accepted', counts.get('orders') ?? 0),
    row('of them on the exchange', counts.get('onExchange') ?? 0),
    row('fills', counts.get('fills') ?? 0),
    row('executors started', counts.get('lives') ?? 0),
    row('faults that struck', sum(groups.get('faults') ?? new Map())),
    ...(['faults', 'denials', 'outcomes', 'resolved', 'alarms'] as const).map((name) =>
      row(GROUPS[name], list(groups.get(name) ?? new Map())),
    ),
    ...Object.entries(QUESTIONS).map(([kind, question]) => row(`**${question}**`, `**${violations.get(kind) ?? 0}**`)),
  ].join('\n')
}

const GROUPS = {
  faults: 'by kind',
  denials: 'submissions denied',
  outcomes: 'outcomes',
  resolved: 'doubts ended by',
  alarms: "the executor's own alarms",
} as const
