/**
 * The documents that are generated from the code they describe. `npx vitest run tests/package -u` writes them anew; here
 * they are compared, so that none of them can be out of date.
 */
import { expect, it } from 'vitest'
import { BOUNDARIES, EVERY_GATE, GATES } from '../control/gates/boundaries.js'
import { createHarness } from '../helpers/harness.js'
import { DENIED, REJECTED, type Reason } from '../helpers/reasons.js'
import { ROOT } from './dist.js'

it('docs/reasons.md lists every reason', async () => {
  const text = `# Reasons

Why an order did not do what was asked. The list is closed: a reason that is not here does not exist in this version.
*Benign* says that nothing is wrong: a strategy meets it every day, and no alarm should count it.

## Denied: by us, and nothing left

${reasonTable(DENIED)}

## Rejected: by the venue

${reasonTable(REJECTED)}
`
  await expect(text).toMatchFileSnapshot(`${ROOT}docs/reasons.md`)
})

it('docs/risk-gates.md lists every gate in the order in which they run, and where each of them turns', async () => {
  const text = `# Risk gates

Every order that is not reduce-only passes these gates, in the order of their steps and in one synchronous step. The first
that denies ends it, and what earlier gates took is given back. Reduce-only orders and cancels skip them all: getting out
is never blocked. \`executor.describeGates()\` tells the same of a running executor, and the \`gate\` event tells of each turn
of a gate, from passing the orders of a market to denying them and back.

A **quote** (\`kind: 'quote'\`, post-only or good-till-cancelled) is one of a maker's resting orders: it may stand beside others,
on both sides and on several levels, and beside a position. It is not asked the gates that take an order for a signal. All
that is about the market, the session's loss and what is at stake holds for it, each quote is judged alone, and each
direction of a market counts for the worst that can happen in it.

${table(
  ['step', 'gate', 'rule', 'quotes', 'there'],
  EVERY_GATE.map(({ step, id, rule, entriesOnly }) => [
    step,
    `\`${id}\``,
    rule,
    entriesOnly ? 'not asked' : 'yes',
    WHERE_FROM[id] ?? 'always',
  ]),
)}

The limits here are examples: 50 for one market and 100 for all, 5 positions, a loss of 10, 3 closes, and for the rest the
defaults. A gate of your own takes its place by its step: \`2c\` is asked after \`2b\` and before \`3\`, and what has no number is
asked last. One that throws denies. One that remembers (\`begin\`) may hear of every fill and every round trip.

## Where they turn

Each row is a test.

${table(
  ['gate', 'passes', 'is denied', 'reason'],
  Object.entries(BOUNDARIES).flatMap(([id, rows]) =>
    rows.map(({ passes, denies, reason }) => [`\`${id}\``, passes[0], denies[0], `\`${reason}\``]),
  ),
)}
`
  await expect(text).toMatchFileSnapshot(`${ROOT}docs/risk-gates.md`)
})

it('docs/risk-gates.md, the table of boundaries and a running executor tell of the same gates', () => {
  const { executor } = createHarness({ gates: GATES })
  expect(executor.describeGates()).toEqual(EVERY_GATE)
  expect(Object.keys(BOUNDARIES)).toEqual(EVERY_GATE.map(({ id }) => id))
})

/** The option of `standardGates` that brings a gate, for those that are not always there. */
const WHERE_FROM: Readonly<Record<string, string>> = {
  maxDrawdown: '`maxDrawdown`',
  correlationCooldown: '`correlationCooldown`',
  burstSignal: '`burstSignal`',
  tiltGuard: '`tiltGuard`',
  reEntryDelay: '`reEntryDelay`',
  maxOrderNotional: '`maxOrderNotional`',
  twoSidedBook: '`market`, with any of the gates of the book',
  bboAge: '`market.maxBboAgeMs`',
  contextAge: '`market.maxContextAgeMs`',
  timeRegression: '`market.timeRegression`',
  markMidDivergence: '`market.maxMarkMidDivergenceBps`',
  spreadShock: '`market.spreadShock`',
  openInterestCap: '`market.openInterestCap`',
  blackout: '`market.blackouts`',
  accountShare: '`maxAccountShare`',
  maxPositionPerMarket: '`maxNotionalPerMarket`',
  maxPositionTotal: '`maxNotionalTotal`',
  maxConcurrentPositions: '`maxConcurrentPositions`',
  correlationPosition: '`correlationPosition`, instead',
  flattenInProgress: 'unless `singleEntry: false`',
  hasPosition: 'unless `singleEntry: false`',
  pendingOrder: 'unless `singleEntry: false`',
  actionBudget: '`standardGates`',
}

const reasonTable = (reasons: readonly Reason[]): string =>
  table(
    ['reason', 'benign', 'meaning'],
    reasons.map(({ code, benign, meaning }) => [`\`${code}\``, benign ? 'yes' : '', meaning]),
  )

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
