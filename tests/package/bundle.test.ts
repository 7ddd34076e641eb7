import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { built, manifest, ROOT } from './dist.js'

type Bundle = { readonly text: string; readonly bytes: number; readonly files: readonly string[] }

/** What a bot ships that has only this one line, bundled and minified for a browser. */
async function bundle(line: string, packages: 'bundle' | 'external'): Promise<Bundle> {
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: line, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    packages,
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  expect(warnings).toStrictEqual([])
  const [output] = Object.values(metafile.outputs)
  const files = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return {
    text: outputFiles[0]?.text ?? '',
    bytes: outputFiles[0]?.contents.length ?? 0,
    files: files.map(([file]) => file),
  }
}

const line = (names: string): string => `export { ${names} } from ${JSON.stringify(built('.', 'import'))}`

describe('a bundled bot', { timeout: 60_000 }, () => {
  it('that only counts actions ships under 2 kB, and no package at all', async () => {
    const { text, bytes, files } = await bundle(line('createActionBudget'), 'bundle')
    expect(bytes).toBeLessThan(2_000)
    expect(files.filter((file) => file.includes('node_modules'))).toStrictEqual([])
    expect(Object.keys(manifest.dependencies).filter((name) => text.includes(name))).toStrictEqual([])
  })

  it('that takes everything ships under 190 kB of ours', async () => {
    const everything = `export * from ${JSON.stringify(built('.', 'import'))}`
    const { bytes } = await bundle(everything, 'external')
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(190_000)
  })

  it('that signs with a key ships nothing that prepares signatures, and looks for no optional package', async () => {
    const { text, files } = await bundle(line('createExecutor, createLocalSigner'), 'external')
    expect(text).not.toMatch(/secp256k1\/bindings|hash-wasm/)
    expect(files.filter((file) => /signature-pool|half-store|native|wasm/.test(file))).toStrictEqual([])
    expect(files.some((file) => file.endsWith('ecdsa.js'))).toBe(true)
  })
})
