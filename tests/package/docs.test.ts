/**
 * Every block of README.md and docs/ that is fenced as `ts` is a module of its own and compiles, imports and all, against
 * the built package. A block that is not meant to compile is fenced as `text`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { built, ENTRIES, ROOT } from './dist.js'

const LIMIT_MS = 60_000

it('every ts block of README.md and docs/ compiles', { timeout: LIMIT_MS }, () => {
  expect(problemsIn(readDocs())).toStrictEqual([])
})

it('README.md names the two commands that CI runs', () => {
  const readme = readDocs().get('README.md')
  expect(readme).toContain('npm ci && npm run quickstart')
  expect(readme).toContain('npm ci && npm test')
})

it('no block claims to be TypeScript and escapes the check', () => {
  const tags = [...readDocs()].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line) => (/^\s*`{3,}\s*(tsx?|typescript|js|javascript)\b/i.test(line) ? [`${path}: ${line}`] : [])),
  )
  expect(tags.filter((tag) => !tag.endsWith(': ```ts'))).toStrictEqual([])
})

it('a block that does not compile is told with its file and line', { timeout: LIMIT_MS }, () => {
  const text = [
    '# Title',
    '```text',
    'createNothing()',
    '```',
    '```ts',
    "import { createHardStop, createSystemClock } from 'hip3-executor'",
    'const stop = createHardStop({ clock: createSystemClock() })',
    "stop.trigger({ cause: 'boredom', reason: 'none' })",
    '```',
    '```ts',
    "import { createManualClock } from 'hip3-executor/testing'",
    'const stop = await Promise.resolve(createManualClock())',
    'stop.advance(1)',
    '```',
  ].join('\n')
  expect(problemsIn(new Map([['planted.md', text]]))).toStrictEqual([
    expect.stringMatching(/^planted\.md:8 Type '"boredom"' is not assignable/),
  ])
})

function readDocs(): ReadonlyMap<string, string> {
  const docs = existsSync(join(ROOT, 'docs'))
    ? readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    : []
  const paths = ['README.md', ...docs.map((path) => join('docs', path))].filter((path) => path.endsWith('.md'))
  return new Map(
    paths.filter((path) => existsSync(join(ROOT, path))).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
  )
}

/** A block becomes a file of the same lines at the same place, so that the compiler counts them as the reader does. */
function blocksOf(text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, start) => {
    if (line !== '```ts') return []
    const length = lines.slice(start + 1).indexOf('```')
    const code = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length)
    return [[...'\n'.repeat(start + 1), code.join('\n'), '\nexport {}'].join('')]
  })
}

function problemsIn(docs: ReadonlyMap<string, string>): readonly string[] {
  for (const entry of ENTRIES) built(entry, 'import', 'types')
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  }
  // Files that exist in memory only, inside the package, so that `hip3-executor` means this very package.
  const files = new Map(
    [...docs].flatMap(([path, text]) =>
      blocksOf(text).map((code, n) => [join(ROOT, `${path}.${n}.mts`), code] as const),
    ),
  )
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => files.has(name) || fileExists(name)
  host.getSourceFile = (name, target) => {
    const code = files.get(name)
    return code === undefined ? getSourceFile(name, target) : ts.createSourceFile(name, code, target)
  }
  const program = ts.createProgram({ rootNames: [...files.keys()], options, host })
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ')
    if (file === undefined) return message
    const path = file.fileName.slice(ROOT.length).replace(/\.\d+\.mts$/, '')
    return `${path}:${ts.getLineAndCharacterOfPosition(file, start).line + 1} ${message}`
  })
}
