/** A simulated exchange under load: a hundred accounts, each with a connection that listens and with open orders. */
import { privateKeyToAddress } from 'viem/accounts'
import { createLocalSigner } from '../../dist/io/local-signer.js'
import { decimal } from '../../dist/model/decimal.js'
import { floorSize, roundPrice } from '../../dist/model/market.js'
import type { Signer } from '../../dist/ports.js'
import {
  createSimExchange,
  createUnverifiedSigner,
  MAINNET_UNIVERSE,
  type SimExchange,
} from '../../dist/testing/index.js'
import { l1ActionHash, l1Digest } from '../../dist/wire/l1-hash.js'
import type { Encodable } from '../../dist/wire/msgpack.js'

export const ACCOUNTS = 100
export const MARKETS: readonly string[] = [
  'xyz:NVDA',
  'xyz:TSLA',
  'xyz:GOLD',
  'xyz:META',
  'xyz:AAPL',
  'xyz:MSFT',
  'xyz:GOOGL',
  'xyz:AMZN',
]

/** The key of an account is its number, so that nobody takes it for one to keep. */
export const keyOf = (account: number): `0x${string}` => `0x${(account + 1).toString(16).padStart(64, '0')}`

export type OrderFields = {
  readonly a: number
  readonly b: boolean
  readonly p: string
  readonly s: string
  readonly r: false
  readonly t: { readonly limit: { readonly tif: 'Gtc' | 'Ioc' } }
  readonly c?: string
}

const specs = MAINNET_UNIVERSE.flatMap((dex, dexIndex) =>
  dex.markets.map((market, index) => ({
    name: market.name,
    asset: 100_000 + dexIndex * 10_000 + index,
    mark: decimal(market.mark, 'mark'),
    szDecimals: market.szDecimals,
  })),
).filter(({ name }) => MARKETS.includes(name))

/**
 * The n-th order of an account, for about 20 USD, so far off the mark. An account trades in two markets, on both sides
 * in turn, so that few orders and many take the same way through the margin rules.
 */
function order(account: number, n: number, percentOff: number, tif: 'Gtc' | 'Ioc', cloid?: string): OrderFields {
  const market = specs[(account + (n % 2) * 4) % specs.length]
  if (market === undefined) throw new RangeError('no markets')
  const isBuy = Math.floor(n / 2) % 2 === 0
  const isBelow = isBuy === (tif === 'Gtc')
  const price = market.mark.times(decimal(String(100 + (isBelow ? -percentOff : percentOff)), 'share')).div(100)
  const value = decimal('20', 'value')
  return {
    a: market.asset,
    b: isBuy,
    p: roundPrice(price, isBuy ? 'buy' : 'sell', market.szDecimals).toFixed(),
    s: floorSize(value.div(market.mark).plus(value.div(market.mark).div(10)), market.szDecimals).toFixed(),
    r: false,
    t: { limit: { tif } },
    ...(cloid === undefined ? {} : { c: cloid }),
  }
}

/** Rests between one and twenty percent from the mark. 613 and 1,901 are prime: neighbours in number are far in price. */
export const resting = (account: number, n: number, cloid?: string): OrderFields =>
  order(account, n, 1 + (((account * 1_000 + n) * 613) % 1_901) / 100, 'Gtc', cloid)

/** Takes a little of the liquidity at the top of the book. */
export const taking = (account: number, n: number): OrderFields => order(account, n, 1, 'Ioc')

export type LoadedVenue = {
  readonly exchange: SimExchange
  /** Sends a frame as an account and settles when its answer and all that follows from it have been sent. */
  frame(account: number, text: string): Promise<void>
}

export type LoadOptions = {
  readonly verifySignatures: boolean
  /** Open orders of each account. */
  readonly ordersEach: number
  readonly recordLimit?: number
}

/** Fills an exchange. The connections of `frame` exist only once it is used. */
export async function loadVenue({ verifySignatures, ordersEach, recordLimit }: LoadOptions): Promise<LoadedVenue> {
  const exchange = createSimExchange({ verifySignatures, recordLimit })
  const users = Array.from({ length: ACCOUNTS }, (_, account) => privateKeyToAddress(keyOf(account)))
  for (const [account, user] of users.entries()) {
    // Enough volume for any number of actions, and enough money for any position.
    exchange.account(user).deposit('100000000').setVolume('1000000000')
    const orders = Array.from({ length: ordersEach }, (_, index) => resting(account, index))
    // Not checked, so not signed.
    const signer = verifySignatures ? createLocalSigner(keyOf(account)) : createUnverifiedSigner(user)
    await send(exchange, signer, { type: 'order', orders, grouping: 'na' })
  }
  const answered = new Map<number, () => void>()
  const connections = users.map((user, account) => {
    const connection = exchange.connect({
      send: (text) => {
        if (text.startsWith('{"channel":"post"')) answered.get(account)?.()
      },
      close: () => {},
    })
    connection.receive(JSON.stringify({ method: 'subscribe', subscription: { type: 'orderUpdates', user } }))
    return connection
  })
  return {
    exchange,
    frame: (account, text) =>
      new Promise((resolve) => {
        answered.set(account, resolve)
        connections[account]?.receive(text)
      }),
  }
}

let lastNonce = Date.now() - 60_000

/** An action signed by this library's own means, before anything is measured. */
export async function send(exchange: SimExchange, signer: Signer, action: Encodable & object): Promise<void> {
  const nonce = ++lastNonce
  const connectionId = l1ActionHash(action, { nonce })
  const signature = await signer.sign(l1Digest(connectionId, 'testnet'), { network: 'testnet', connectionId })
  const reply = await new Promise((resolve) => exchange.handleExchange({ action, nonce, signature }, resolve))
  if (/error/i.test(JSON.stringify(reply))) throw new Error(`filling the books failed: ${JSON.stringify(reply)}`)
}

/** The same payload with the signer written where an exchange that verifies nothing reads it. */
export function unverified<T extends { readonly signature: unknown }>(payload: T, account: number): T {
  return { ...payload, signature: createUnverifiedSigner(privateKeyToAddress(keyOf(account))).sign('0x', UNSIGNED) }
}

const UNSIGNED = { network: 'testnet', connectionId: '0x' } as const

let posts = 0

/** Every frame has an id of its own, by which its answer is known. */
export function postFrame(payload: unknown): { readonly id: number; readonly text: string } {
  const id = ++posts
  return { id, text: JSON.stringify({ method: 'post', id, request: { type: 'action', payload } }) }
}
