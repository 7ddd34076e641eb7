/** What the benchmarks compare with, from the packages that are installed in this folder. */
import { readFileSync } from 'node:fs'
import ccxt from 'ccxt'

export { ExchangeClient, type IRequestTransport, WebSocketTransport } from '@nktkas/hyperliquid'
export { createL1ActionHash, signL1Action } from '@nktkas/hyperliquid/signing'

/** ccxt as far as it works without a venue: from an action to its hash and its signature. */
export type CcxtSigner = {
  actionHash(action: object, vaultAddress: undefined, nonce: number): Uint8Array
  signL1Action(action: object, nonce: number): { readonly r: string; readonly s: string; readonly v: number }
}

export function createCcxtSigner(privateKey: string): CcxtSigner {
  const exchange = new ccxt.hyperliquid({ privateKey })
  exchange.setSandboxMode(true)
  return exchange as unknown as CcxtSigner
}

/** The installed version of a package, as `name version`. */
export function peerVersion(name: string): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  )
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '?'
  return `${name} ${String(version)}`
}
