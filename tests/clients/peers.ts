/** What the benchmarks compare with, from the packages that are installed in this folder. */
import { readFileSync } from 'node:fs'

export { ExchangeClient, type IRequestTransport, WebSocketTransport } from '@nktkas/hyperliquid'

/** The installed version of a package, as `name version`. */
export function peerVersion(name: string): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  )
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '?'
  return `${name} ${String(version)}`
}
