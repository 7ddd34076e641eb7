import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { built } from './dist.js'

/** Of the private key of the first account of every local development chain. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

/**
 * Signs random digests with prepared signatures and recovers each by libsecp256k1. Prints the first half of every r: enough
 * to tell them apart.
 */
const SIGNING = `
  import { createRequire } from 'node:module'
  const [signing, native, key, count] = process.argv.slice(1)
  const { createLocalSigner, createSignaturePool } = await import(signing)
  const { loadNativeSecp256k1 } = await import(native)
  const bindings = createRequire(native)('secp256k1/bindings.js')
  const bytes = (hex) => Buffer.from(hex.slice(2), 'hex')
  const owner = Buffer.from(bindings.publicKeyCreate(bytes(key), false))
  const pool = createSignaturePool({ size: 1_000, refill: 'manual' })
  const signer = createLocalSigner(key, { prepare: pool, backend: { secp256k1: await loadNativeSecp256k1() } })
  const half = '0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
  let wrong = 0
  let seen = ''
  for (let i = 0; i < Number(count); i++) {
    if (pool.stats.ready === 0) pool.fill()
    const digest = crypto.getRandomValues(Buffer.alloc(32))
    const { r, s, v } = signer.sign('0x' + digest.toString('hex'), { network: 'testnet', connectionId: '0x' })
    const recovered = bindings.ecdsaRecover(Buffer.concat([bytes(r), bytes(s)]), v - 27, digest, false)
    if (!owner.equals(recovered) || s > half || r.length !== 66 || s.length !== 66) wrong += 1
    seen += r.slice(2, 34)
  }
  process.stdout.write(JSON.stringify({ wrong, seen, stats: pool.stats }))`

type Result = {
  readonly wrong: number
  readonly seen: string
  readonly stats: { readonly signed: number; readonly fallbacks: number; readonly state: string }
}

async function signMany(count: number): Promise<Result> {
  const entries = (['./signing', './native'] as const).map((entry) => pathToFileURL(built(entry, 'import')).href)
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', SIGNING, ...entries, KEY, String(count)],
    { maxBuffer: 64 * 2 ** 20 },
  )
  return JSON.parse(stdout)
}

describe('prepared signatures of 100,000 random digests, in two processes with the same key', () => {
  it('all recover to the signer, with a low s, and no r twice', { timeout: 240_000 }, async () => {
    const results = await Promise.all([signMany(50_000), signMany(50_000)])
    const seen = new Set<string>()
    for (const result of results) {
      expect(result.wrong).toBe(0)
      expect(result.stats).toMatchObject({ signed: 50_000, fallbacks: 0, state: 'open' })
      for (let at = 0; at < result.seen.length; at += 32) seen.add(result.seen.slice(at, at + 32))
    }
    expect(seen.size).toBe(100_000)
  })
})
