/** Holds the tables of docs/start.md to the lists in the source. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CONDITIONS, MARKET_CONDITIONS } from '../../src/control/readiness.js'
import { ROOT } from './dist.js'

const page = readFileSync(join(ROOT, 'docs/start.md'), 'utf8')

/** The words in the first column of the table under this heading. */
function firstColumn(heading: string): readonly string[] {
  const table = page.slice(page.indexOf(`| ${heading} |`)).split('\n\n')[0] ?? ''
  const cells = table
    .split('\n')
    .slice(2)
    .map((line) => line.split('|')[1] ?? '')
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => word))
}

it('docs/start.md has every condition in its order, and no other', () => {
  expect(firstColumn('for all markets')).toEqual(CONDITIONS)
  expect(firstColumn('for one market')).toEqual(MARKET_CONDITIONS)
})

it('docs/start.md names only error codes that there are', () => {
  const errors = readFileSync(join(ROOT, 'src/errors.ts'), 'utf8')
  const codes = firstColumn('`code`')
  expect(codes).toHaveLength(9)
  for (const code of codes) expect(errors).toContain(`| '${code}'`)
})
