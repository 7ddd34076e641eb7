/** The exchange the clients trade on, and its record in a form that what they report can be compared with. */
import Big from 'big.js'
import { createManualClock, createSimExchange, type ManualClock, type SimExchange } from 'hip3-executor/testing'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'

/** Well-known keys, which nobody should ever fund. */
export const wallets: { readonly alice: PrivateKeyAccount; readonly bob: PrivateKeyAccount } = {
  alice: privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'),
  bob: privateKeyToAccount('0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a'),
}
export const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
export const agent: PrivateKeyAccount = privateKeyToAccount(AGENT_KEY)

export const NVDA = 'xyz:NVDA'

/** One spelling for the numbers of all sides: "1.0", 1 and "1" are the same size. */
export const plain = (value: string | number): string => new Big(value).toFixed()

export type Floor = {
  readonly exchange: SimExchange
  /** Stands still at the real time, which is what clients make their nonces from. */
  readonly clock: ManualClock
  readonly httpUrl: string
  readonly wsUrl: string
  /** Everything an account has resting, oldest first, as the exchange knows it. */
  openOrders(account: string): Known[]
  /** How an order stands, by id or client order id. */
  order(id: number | string): Known | undefined
  fills(account: string): KnownFill[]
}

export type Known = {
  readonly oid: number
  readonly cloid: string | null
  readonly coin: string
  readonly isBuy: boolean
  readonly price: string
  readonly size: string
  readonly remaining: string
  readonly status: string
}

export type KnownFill = {
  readonly oid: number
  readonly coin: string
  readonly isBuy: boolean
  readonly price: string
  readonly size: string
  readonly fee: string
  readonly tradeId: number
}

/** Signatures are verified and everything goes over real sockets. NVDA has three levels a side, around 100. */
export async function openFloor(): Promise<Floor> {
  const clock = createManualClock({ now: Date.now() })
  const exchange = createSimExchange({ clock })
  for (const { address } of Object.values(wallets)) exchange.account(address).deposit('100000')
  exchange.account(wallets.alice.address).approveAgent(agent.address, { name: 'bot' })
  setBook(exchange)
  const { httpUrl, wsUrl } = await exchange.start()

  const order = (one: SimExchange['record']['orders'][number]): Known => ({
    oid: one.oid,
    cloid: one.cloid,
    coin: one.market,
    isBuy: one.side === 'buy',
    price: one.price,
    size: one.size,
    remaining: one.remaining,
    status: one.status,
  })
  return {
    exchange,
    clock,
    httpUrl,
    wsUrl,
    openOrders: (account) => exchange.account(account).openOrders().map(order),
    order: (id) =>
      exchange.record.orders
        .filter(({ oid, cloid }) => oid === id || cloid === id)
        .map(order)
        .at(-1),
    fills: (account) =>
      exchange.record.fills
        .filter((fill) => fill.account === account.toLowerCase())
        .map((fill) => ({
          oid: fill.oid,
          coin: fill.market,
          isBuy: fill.side === 'buy',
          price: fill.price,
          size: fill.size,
          fee: fill.fee,
          tradeId: fill.tradeId,
        })),
  }
}

export function setBook(exchange: SimExchange): void {
  exchange
    .market(NVDA)
    .setMark('100')
    .setOracle('100')
    .setBook({
      bids: [
        ['99', '10'],
        ['98', '10'],
        ['97', '10'],
      ],
      asks: [
        ['101', '10'],
        ['102', '10'],
        ['103', '10'],
      ],
    })
}
