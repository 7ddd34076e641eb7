/**
 * An exchange to try a bot on: mainnet's markets in small, and an account with an agent that anybody can sign for.
 */
import { createSimExchange, type SimExchange, type SimExchangeOptions } from './sim-exchange/index.js'
import { MAINNET_UNIVERSE } from './sim-exchange/universe.js'

// Keys that every development node hands out: known to all the world, so never send anything of value to them.
const ACCOUNT = {
  address: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  key: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
}
const AGENT = {
  address: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  key: '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
}
const BALANCE = '1000000'
/** Enough for a dead man's switch, which the venue gives to those who have traded a million. */
const VOLUME = '1000000'

export type Demo = {
  readonly exchange: SimExchange
  readonly account: { readonly address: string; readonly key: string; readonly balance: string }
  readonly agent: { readonly address: string; readonly key: string }
  /** A market's name, by its asset id. */
  nameMarket(assetId: unknown): string
}

export function createDemo(options: Omit<SimExchangeOptions, 'universe'>): Demo {
  const exchange = createSimExchange({ limits: 'venue', ...options })
  const names = new Map<unknown, string>(
    MAINNET_UNIVERSE.flatMap(({ markets }) => markets.map(({ name }) => [exchange.market(name).assetId, name])),
  )
  exchange.account(ACCOUNT.address).deposit(BALANCE).setVolume(VOLUME).approveAgent(AGENT.address, { name: 'demo' })
  return {
    exchange,
    account: { ...ACCOUNT, balance: BALANCE },
    agent: AGENT,
    nameMarket: (assetId) => names.get(assetId) ?? String(assetId),
  }
}
