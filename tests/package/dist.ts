/** The package as it was built, found the way an importer finds it: through `exports` of package.json. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

export const ENTRIES = ['.', './signing', './native', './wasm', './node', './testing'] as const
export type Entry = (typeof ENTRIES)[number]
export type Format = 'import' | 'require'

type Manifest = {
  readonly name: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly exports: Readonly<
    Record<Entry, Readonly<Record<Format, { readonly types: string; readonly default: string }>>>
  >
}

export const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** @throws {Error} when the package was not built */
export function built(entry: Entry, format: Format, kind: 'default' | 'types' = 'default'): string {
  const path = join(ROOT, manifest.exports[entry][format][kind])
  if (!existsSync(path)) throw new Error(`${path} is missing; run "npm run build" first`)
  return path
}
