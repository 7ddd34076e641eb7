/**
 * The other builder dexes, smaller: three of them so that dex indexes, other collaterals and names that occur on
 * several dexes (GOLD, TSLA, COIN) can be got wrong in a test instead of in production.
 *
 * Names, deployers, caps and fee scales are mainnet's; prices are plausible, not recorded. The slot order differs on
 * purpose from the alphabetical order of the lists inside `perpDexs`.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/asset-ids
 */
import type { DexSpec, MarketSpec } from './universe.js'
import { USDE, USDH } from './universe-tokens.js'

type Row = readonly [
  coin: string,
  szDecimals: number,
  maxLeverage: number,
  marginMode: MarketSpec['marginMode'],
  price: string,
  openInterest: string,
  openInterestCap: string,
]

function markets(dex: string, rows: readonly Row[]): MarketSpec[] {
  return rows.map(([coin, szDecimals, maxLeverage, marginMode, price, openInterest, openInterestCap]) => ({
    name: `${dex}:${coin}`,
    szDecimals,
    maxLeverage,
    marginMode,
    growthMode: false,
    isDelisted: false,
    mark: price,
    oracle: price,
    mid: price,
    prevDay: price,
    openInterest,
    funding: '0',
    openInterestCap,
  }))
}

export const FLX: DexSpec = {
  name: 'flx',
  fullName: 'Felix Exchange',
  deployer: '0x2fab552502a6d45920d5741a2f3ebf4c35536352',
  oracleUpdater: '0x94757f8dcb4bf73b850195660e959d1105cfedd5',
  feeRecipient: '0xe2872b5ae7dcbba40cc4510d08c8bbea95b42d43',
  collateralToken: USDH,
  feeScale: '1',
  totalOpenInterestCap: '50000000',
  markets: markets('flx', [
    ['TSLA', 3, 10, 'strictIsolated', '399.5', '1200', '4500000'],
    ['GOLD', 4, 20, 'noCross', '4899', '400', '10000000'],
    ['CRCL', 3, 10, 'strictIsolated', '52.48', '6000', '2000000'],
    ['COIN', 3, 10, 'strictIsolated', '153.7', '2500', '2000000'],
  ]),
}

export const VNTL: DexSpec = {
  name: 'vntl',
  fullName: 'Ventuals',
  deployer: '0x8888888192a4a0593c13532ba48449fc24c3beda',
  oracleUpdater: null,
  feeRecipient: '0x5afe865300895b96d20132a8d9fa8e7829334b52',
  collateralToken: USDH,
  feeScale: '1',
  totalOpenInterestCap: '20000000',
  markets: markets('vntl', [
    ['SPACEX', 3, 3, 'strictIsolated', '1250', '700', '3000000'],
    ['OPENAI', 3, 3, 'strictIsolated', '860', '900', '3000000'],
    ['ANTHROPIC', 3, 3, 'strictIsolated', '410', '1500', '3000000'],
    ['MAG7', 3, 10, 'strictIsolated', '530.2', '2000', '10000000'],
  ]),
}

export const HYNA: DexSpec = {
  name: 'hyna',
  fullName: 'HyENA',
  deployer: '0x53e655101ea361537124ef814ad4e654b54d0637',
  oracleUpdater: '0xaab93501e78f5105e265a1eafda10ce6530de17e',
  feeRecipient: null,
  collateralToken: USDE,
  feeScale: '1',
  totalOpenInterestCap: '40000000',
  markets: markets('hyna', [
    ['BTC', 5, 40, 'cross', '66350', '20', '10000000'],
    ['ETH', 4, 25, 'cross', '1919.5', '500', '10000000'],
    ['SOL', 2, 20, 'cross', '81.5', '9000', '10000000'],
    ['HYPE', 2, 10, 'noCross', '30.2', '30000', '10000000'],
  ]),
}
