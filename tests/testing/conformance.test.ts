/** Holds docs/simulated-exchange-conformance.md to the sources, in both directions. */
import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

const page = read('docs/simulated-exchange-conformance.md')
const rows = page
  .split('\n')
  .filter((line) => /^\| (?!---)/.test(line) && !line.endsWith('| test |'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))

const cache = new Map<string, readonly string[]>()

/** Every text in a source file, with `…` for what varies. */
function textsIn(path: string): readonly string[] {
  const known = cache.get(path)
  if (known !== undefined) return known
  const texts: string[] = []
  cache.set(path, texts)
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node)) return
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text)
    if (ts.isTemplateExpression(node)) {
      texts.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…'))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest))
  return texts
}

describe('the conformance page', () => {
  it('names a test for every row, or says why there is none', () => {
    expect(rows.length).toBeGreaterThan(100)
    for (const [what, tests] of rows) {
      expect(tests, what).toMatch(/^(`[\w-]+` › .+|not produced: .+)$/)
    }
  })

  it('names only tests that exist, by their exact titles', () => {
    const named = rows.flatMap(([, tests = '']) => (tests.startsWith('`') ? tests.split('<br>') : []))
    const missing = named.filter((name) => {
      const [, file = '', title = ''] = /^`([\w-]+)` › (.+)$/.exec(name) ?? []
      const path = `tests/testing/${file}.test.ts`
      if (!existsSync(new URL(path, root))) return true
      // Both plain tests and tables of them write the title as the first argument, in quotes.
      return !textsIn(path).includes(title)
    })
    expect(missing).toEqual([])
  })

  it('has every text and status that the exchange refuses with', () => {
    const known = page.replaceAll('&lt;', '<').replaceAll('&gt;', '>')
    const absent = textsIn('src/testing/sim-exchange/words.ts').filter((text) => !known.includes(text.trim()))
    expect(absent).toEqual([])
  })
})
