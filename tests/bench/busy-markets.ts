/** The hundred markets of a busy account, and what it trades there. */
import { decimal } from '../../dist/model/decimal.js'
import { floorSize, roundPrice } from '../../dist/model/market.js'
import { MAINNET_UNIVERSE, type MarketSpec } from '../../dist/testing/index.js'

export const MARKETS = 100
/** No gate lets a second order into the others. */
export const FREE_MARKETS = 30
export const POSITIONS = 50
/** So much that no limit of the account or the executor is reached. */
export const PLENTY = '10000000000'

/** The first of `xyz` over and over again, under other names; the last are left free. */
export function listed(): readonly MarketSpec[] {
  const live = MAINNET_UNIVERSE.flatMap(({ name, markets }) => (name === 'xyz' ? markets : [])).filter(
    ({ isDelisted }) => !isDelisted,
  )
  return Array.from({ length: MARKETS }, (_, n) => live[n % live.length])
    .filter((market) => market !== undefined)
    .map((market, n) => ({ ...market, name: `xyz:BENCH${n}`, openInterestCap: PLENTY }))
}

const times = ({ mark, szDecimals }: MarketSpec, share: string): string =>
  roundPrice(decimal(mark, 'mark').times(decimal(share, 'share')), 'buy', szDecimals).toFixed()
export const below = (market: MarketSpec): string => times(market, '0.98')
export const above = (market: MarketSpec): string => times(market, '1.02')
/** For about 20 USD. */
export const size = ({ mark, szDecimals }: MarketSpec): string =>
  floorSize(
    decimal('20', 'value')
      .div(decimal(mark, 'mark'))
      .plus(decimal('1', 'one').div(10 ** szDecimals)),
    szDecimals,
  ).toFixed()
