/**
 * The documents that are generated from the code they describe. `npx vitest run tests/package -u` writes them anew; here
 * they are compared, so that none of them can be out of date.
 */
import { expect, it } from 'vitest'
import { venueLimitsGate } from '../../src/control/gates/venue-limits.js'
import { createVenueLimits } from '../../src/control/venue-limits.js'
import { coreGates, type Gate, standardGates } from '../../src/index.js'
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

it('docs/risk-gates.md lists every gate in the order in which they run', async () => {
  const text = `# Risk gates

Every order that is not reduce-only passes these gates, in this order and in one synchronous step. The first that denies
ends it, and what earlier gates took is given back. Reduce-only orders and cancels skip them all: getting out is never
blocked. \`executor.describeGates()\` tells the same of a running executor.

## Always there

${gateTable(coreGates())}

## From \`standardGates\`, here with limits of 50, 100 and 5

${gateTable(standardGates({ maxNotionalPerMarket: '50', maxNotionalTotal: '100', maxConcurrentPositions: 5 }))}

## Always there, after all others

${gateTable([venueLimitsGate(createVenueLimits({}, { orders: { openCount: () => 0 } }), 2_000)])}
`
  await expect(text).toMatchFileSnapshot(`${ROOT}docs/risk-gates.md`)
})

const reasonTable = (reasons: readonly Reason[]): string =>
  table(
    ['reason', 'benign', 'meaning'],
    reasons.map(({ code, benign, meaning }) => [`\`${code}\``, benign ? 'yes' : '', meaning]),
  )

const gateTable = (gates: readonly Gate[]): string =>
  table(
    ['step', 'gate', 'rule'],
    gates.map(({ step, id, rule }) => [step, `\`${id}\``, rule]),
  )

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
