/** Reads our recorded facts: signatures others made, and the venue's own lists. */
import { readFileSync } from 'node:fs'
import type { Address, Encodable, Hex, Network } from 'hip3-executor/signing'

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'))

type Signed = { readonly r: Hex; readonly s: Hex; readonly v: 27 | 28 }

/** An action somebody else has encoded and hashed, and, where there is a key, signed. */
export type L1Vector = Partial<Signed> & {
  readonly name: string
  readonly source: string
  readonly network: Network
  readonly action: Encodable
  readonly nonce: number
  readonly vaultAddress?: Address
  readonly expiresAfter?: number
  readonly msgpack: Hex
  readonly actionHash: Hex
  readonly domainSeparator?: Hex
  readonly agentStructHash?: Hex
  readonly signingDigest?: Hex
  readonly privateKey?: Hex
}

/** A connection id signed directly. */
export type AgentVector = Signed & {
  readonly name: string
  readonly network: Network
  readonly connectionId: Hex
  readonly privateKey: Hex
}

/** A signed request seen on the network, whose key nobody knows. */
export type RecordedVector = Signed & L1Vector & { readonly signer: Address }

export const l1Vectors = read('l1-vectors.json') as {
  readonly l1: readonly L1Vector[]
  readonly agents: readonly AgentVector[]
  readonly recorded: readonly RecordedVector[]
}

export const recordedUniverse = read('recorded-universe.json') as {
  /** As the venue answers `perpDexs`: the position of a dex is part of its asset ids. */
  readonly perpDexs: readonly (null | {
    name: string
    assetToStreamingOiCap?: readonly (readonly [string, string])[]
  })[]
  readonly universes: readonly {
    readonly dex: string
    /** As the venue answers `meta`. */
    readonly meta: unknown
    /** By position in `meta.universe`. */
    readonly marks: readonly string[]
    readonly mids: readonly (string | null)[]
  }[]
}

/** The key the first account of every local development chain has. Public, and worth nothing. */
export const TEST_KEY: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
export const TEST_ADDRESS: Address = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
