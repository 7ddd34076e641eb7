/**
 * The build: every source file becomes one ESM and one CJS file in `dist`, each with its declarations.
 *
 * Nothing is bundled. A bot's own bundler then drops each file it does not need together with the packages that file
 * imports, a stack trace names the file a person can open, and no list of chunks has to be kept.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'tsup'
import ts from 'typescript'

/** To a CJS caller this package is its CJS files, all the way down. */
const toCjs = (code: string): string => code.replaceAll(/(["'])(\.\.?\/[^"'\n]+)\.js\1/g, '$1$2.cjs$1')

/**
 * Declarations, one source file at a time. `isolatedDeclarations` makes that possible, and it is seconds faster than a
 * whole type check, which is what `npm run typecheck` is for.
 */
function writeDeclarations(): void {
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.d.ts')) continue
    const { outputText, diagnostics } = ts.transpileDeclaration(readFileSync(join('src', file), 'utf8'), {
      fileName: file,
      compilerOptions: { target: ts.ScriptTarget.ES2022, isolatedDeclarations: true, verbatimModuleSyntax: true },
    })
    for (const { messageText } of diagnostics ?? []) throw new Error(`${file}: ${JSON.stringify(messageText)}`)
    const target = join('dist', file.slice(0, -'.ts'.length))
    writeFileSync(`${target}.d.ts`, outputText)
    writeFileSync(`${target}.d.cts`, toCjs(outputText))
  }
}

export default defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.d.ts'],
  format: ['esm', 'cjs'],
  bundle: false,
  clean: true,
  target: 'es2022',
  platform: 'neutral',
  plugins: [
    {
      name: 'cjs-extensions',
      renderChunk(code) {
        return this.format === 'cjs' ? { code: toCjs(code) } : undefined
      },
    },
  ],
  onSuccess: async () => writeDeclarations(),
})
