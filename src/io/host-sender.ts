/**
 * Actions and questions over a request transport that the host already has, such as one of `@nktkas/hyperliquid`: its
 * connection, its proxy, its headers.
 *
 * Only its requests are used. Its feeds come back after a reconnect without telling when the venue has confirmed them,
 * and new orders must not go before that; so feeds are the matter of a `WsSender` beside it.
 *
 * @see https://github.com/nktkas/hyperliquid
 */
import { positiveMs } from '../model/guards.js'
import type { Clock, PostReply, Transport } from '../ports.js'
import { httpFailure } from '../wire/http.js'
import { isObject } from '../wire/json.js'
import { createRequestTransport } from './request-transport.js'
import { createSystemClock } from './system-clock.js'

/** What is used of it. */
export type HostTransport = {
  readonly isTestnet: boolean
  request<T>(endpoint: 'exchange' | 'info', payload: unknown, signal?: AbortSignal): Promise<T>
  /** One that works over a socket queues what it cannot write; so it is asked only while the socket is open. */
  readonly socket?: { readonly readyState: number }
}

export type HostSenderOptions = {
  readonly clock?: Pick<Clock, 'schedule'> | undefined
  /** After which a request counts as lost. Default: 10000. */
  readonly timeoutMs?: number | undefined
}

const OPEN = 1

/** @throws {RangeError} when an option is out of range */
export function createHostSender(host: HostTransport, options: HostSenderOptions = {}): Transport {
  return createRequestTransport({
    network: host.isTestnet ? 'testnet' : 'mainnet',
    clock: options.clock ?? createSystemClock(),
    timeoutMs: positiveMs(options.timeoutMs ?? 10_000, 'timeoutMs'),
    isWritable: () => host.socket === undefined || host.socket.readyState === OPEN,
    async carry(endpoint, payload, signal) {
      try {
        return { status: 'answered', payload: await host.request<unknown>(endpoint, payload, signal) }
      } catch (error) {
        return replyOf(error)
      }
    },
  })
}

/** Only an HTTP status says that nothing was executed; the words of an error do not. */
function replyOf(error: unknown): PostReply {
  const response = isObject(error) ? error['response'] : undefined
  const status = isObject(response) ? response['status'] : undefined
  const why = error instanceof Error ? error.message : String(error)
  return typeof status === 'number' && status !== 200 ? httpFailure(status, why) : { status: 'lost', why }
}
