/**
 * The venue's HTTP endpoints, as a `Transport` without feeds: `POST /exchange` and `POST /info`.
 *
 * A request that fails once `fetch` has it is `lost`, whatever the error says: the same error is given before and
 * after the bytes have left. Redirects are not followed, because that would send an action twice.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { Network } from '../model/account.js'
import { oneOf, positiveMs } from '../model/guards.js'
import type { Clock, Transport } from '../ports.js'
import { httpReply } from '../wire/http.js'
import { createRequestTransport } from './request-transport.js'
import { createSystemClock } from './system-clock.js'

export type HttpSenderOptions = {
  /** Decides the URL, and what is signed. */
  readonly network: Network
  /** Without the endpoints. Default: the venue's URL of the network. */
  readonly url?: string | undefined
  /** Default: the runtime's own. */
  readonly fetch?: typeof fetch | undefined
  readonly clock?: Pick<Clock, 'schedule'> | undefined
  /** After which a request counts as lost. Default: 10000. */
  readonly timeoutMs?: number | undefined
}

const URLS: Record<Network, string> = {
  mainnet: 'https://api.hyperliquid.xyz',
  testnet: 'https://api.hyperliquid-testnet.xyz',
}

/** @throws {TypeError | RangeError} when an option is out of range, or the runtime has no `fetch` */
export function createHttpSender(options: HttpSenderOptions): Transport {
  const network = oneOf(options.network, 'network', ['mainnet', 'testnet'])
  const base = baseOf(options.url ?? URLS[network])
  const send = options.fetch ?? ((url, init) => fetch(url, init))

  return createRequestTransport({
    network,
    clock: options.clock ?? createSystemClock(),
    timeoutMs: positiveMs(options.timeoutMs ?? 10_000, 'timeoutMs'),
    isWritable: () => true,
    async carry(endpoint, payload, signal) {
      const response = await send(`${base}/${endpoint}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payload),
        redirect: 'error',
        credentials: 'omit',
        cache: 'no-store',
        signal,
      })
      return httpReply(response.status, await response.text())
    },
  })
}

/** @throws {TypeError | RangeError} when it is no URL, or none of HTTP */
function baseOf(url: string): string {
  const { protocol, href } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') throw new RangeError(`url: expected http: or https:, got ${url}`)
  return href.replace(/\/+$/, '')
}
