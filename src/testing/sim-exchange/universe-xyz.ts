/**
 * The `xyz` dex as it stood on mainnet in February 2026: all 43 slots in the order that gives the asset ids,
 * the delisted ones kept, with the marks, oracles and mids of one moment.
 *
 * A slot without a mid is a delisted one. The caps were read weeks before the prices and cover the markets
 * that existed then.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
 */

import type { DexSpec, MarketSpec } from './universe.js'
import { USDC } from './universe-tokens.js'

type Row = readonly [
  coin: string,
  szDecimals: number,
  maxLeverage: number,
  marginMode: MarketSpec['marginMode'],
  growthMode: boolean,
  mark: string,
  oracle: string,
  mid: string | null,
  prevDay: string,
  openInterest: string,
  funding: string,
]

const ROWS: readonly Row[] = [
  ['XYZ100', 4, 25, 'noCross', true, '24657', '24657', '24656', '24671', '4643.1444', '0.00000625'],
  ['TSLA', 3, 10, 'strictIsolated', true, '399.52', '399.6', '399.415', '398.62', '39552.404', '0.00000625'],
  ['NVDA', 3, 10, 'strictIsolated', true, '176.19', '176.16', '176.2', '174.08', '148781.422', '0.0000167765'],
  ['GOLD', 4, 20, 'noCross', false, '4899.9', '4898.6', '4899.95', '4850.2', '17086.0418', '0.0000131736'],
  ['HOOD', 3, 10, 'strictIsolated', true, '75.823', '75.823', '75.816', '77.108', '44699.622', '0.0000249421'],
  ['INTC', 2, 10, 'strictIsolated', true, '49.169', '49.131', '49.1685', '47.461', '348383.32', '0.0000116095'],
  ['PLTR', 3, 10, 'strictIsolated', true, '135.53', '135.52', '135.515', '135.27', '27315.46', '0.00000625'],
  ['COIN', 3, 10, 'strictIsolated', true, '153.73', '153.73', '153.785', '160.94', '10363.196', '0.00000625'],
  ['META', 3, 10, 'strictIsolated', true, '668.52', '668.52', '668.71', '661.11', '4257.87', '0.00000625'],
  ['AAPL', 3, 10, 'strictIsolated', true, '274.5', '274.5', '274.475', '275.4', '15327.094', '0.00000625'],
  ['MSFT', 3, 10, 'strictIsolated', true, '398.65', '398.49', '398.715', '407.04', '11855.944', '0.0000170245'],
  ['ORCL', 3, 10, 'strictIsolated', true, '138.33', '138.25', '138.32', '144.98', '12283.074', '0.00000625'],
  ['GOOGL', 3, 10, 'strictIsolated', true, '326.41', '326.29', '326.5', '317.51', '49380.754', '0.00000625'],
  ['AMZN', 3, 10, 'strictIsolated', true, '204.31', '204.31', '204.37', '228.48', '26622.936', '0.0000524135'],
  ['AMD', 3, 10, 'strictIsolated', true, '196.98', '196.93', '196.965', '199.04', '6090.956', '0.00000625'],
  ['MU', 3, 10, 'strictIsolated', true, '394.69', '394.41', '394.68', '368.43', '57840.39', '0.0000427204'],
  ['SNDK', 3, 10, 'strictIsolated', true, '610.8', '610.27', '610.615', '566.29', '28413.656', '0.0000410458'],
  ['MSTR', 3, 10, 'strictIsolated', false, '114.54', '114.54', '114.595', '120.23', '65769.93', '0.0000000492'],
  ['CRCL', 3, 10, 'strictIsolated', true, '52.485', '52.41', '52.514', '52.637', '44258.324', '0.0000137413'],
  ['NFLX', 3, 10, 'strictIsolated', true, '80.877', '80.876', '80.903', '80.876', '13363.206', '0.00000625'],
  ['COST', 4, 20, 'strictIsolated', true, '987.91', '987.91', null, '987.9', '0', '0'],
  ['LLY', 4, 10, 'strictIsolated', true, '1058.2', '1058.2', null, '1058.7', '0', '0'],
  ['SKHX', 3, 10, 'strictIsolated', true, '370', '370', null, '370', '0', '0'],
  ['TSM', 3, 10, 'strictIsolated', true, '336.62', '336.62', '336.72', '322.1', '3509.538', '0.00000625'],
  ['JPY', 2, 50, 'strictIsolated', true, '156.96', '157.1', '156.955', '157.07', '18712.1', '-0.0000239653'],
  ['EUR', 1, 50, 'strictIsolated', true, '1.1794', '1.179', '1.17945', '1.1795', '4764802.4000000004', '0.0000073029'],
  ['SILVER', 2, 20, 'noCross', true, '74.646', '74.599', '74.6565', '75.998', '1754703.9199999995', '0.000009376'],
  ['RIVN', 2, 10, 'strictIsolated', true, '13.875', '13.875', '13.8735', '14.187', '10617.48', '0.00000625'],
  ['BABA', 3, 10, 'strictIsolated', true, '160.53', '160.45', '160.575', '161.76', '11033.928', '0.00000625'],
  ['CL', 3, 20, 'strictIsolated', true, '63.09', '63.09', '63.066', '63.69', '86697.284', '0.0000224781'],
  ['COPPER', 2, 20, 'strictIsolated', true, '5.814', '5.811', '5.8136', '5.7832', '4576236.3200000003', '0.00000625'],
  ['NATGAS', 1, 10, 'strictIsolated', true, '3.6483', '3.649', '3.65285', '3.5252', '553723.5999999999', '0.00000625'],
  ['URANIUM', 3, 10, 'strictIsolated', true, '85', '85', null, '85', '0', '0'],
  ['ALUMINIUM', 4, 20, 'strictIsolated', true, '3080', '3080', null, '3080', '0', '0'],
  ['SMSN', 3, 10, 'strictIsolated', true, '104', '104', null, '104', '0', '0'],
  ['PLATINUM', 4, 20, 'strictIsolated', true, '2010.6', '2010.5', '2010.55', '2033.8', '773.4662', '0.00000625'],
  ['USAR', 2, 10, 'strictIsolated', true, '21.34', '21.34', '21.3465', '22.176', '8698.36', '0.0000506817'],
  ['CRWV', 2, 10, 'strictIsolated', true, '77.185', '77.185', '77.1145', '79.559', '3520.94', '-0.0000777555'],
  ['URNM', 2, 10, 'strictIsolated', true, '67.132', '67.01', '67.132', '68.1', '11950.64', '0.0001240442'],
  ['PALLADIUM', 4, 20, 'strictIsolated', true, '1712', '1712', null, '1712', '0', '0'],
  ['DXY', 2, 20, 'strictIsolated', true, '97.15', '97.15', null, '97.15', '0', '0'],
  ['GME', 2, 10, 'strictIsolated', true, '24.2', '24.2', null, '24.2', '0', '0'],
  ['KR200', 4, 20, 'strictIsolated', true, '5324', '5324', null, '5324', '0', '0'],
]

const OPEN_INTEREST_CAPS: Readonly<Record<string, string>> = {
  AAPL: '25000000',
  AMZN: '25000000',
  COIN: '25000000',
  GOLD: '25000000',
  GOOGL: '50000000',
  HOOD: '25000000',
  INTC: '25000000',
  META: '25000000',
  MSFT: '25000000',
  NVDA: '50000000',
  ORCL: '25000000',
  PLTR: '25000000',
  TSLA: '25000000',
  XYZ100: '150000000',
}

export const XYZ: DexSpec = {
  name: 'xyz',
  fullName: 'XYZ',
  deployer: '0x88806a71d74ad0a510b350545c9ae490912f0888',
  oracleUpdater: null,
  feeRecipient: '0x97f46f90c04efb91d0d740bd263e76683ca6f904',
  collateralToken: USDC,
  feeScale: '1',
  totalOpenInterestCap: '400000000',
  markets: ROWS.map(
    ([coin, szDecimals, maxLeverage, marginMode, growthMode, mark, oracle, mid, prevDay, openInterest, funding]) => ({
      name: `xyz:${coin}`,
      szDecimals,
      maxLeverage,
      marginMode,
      growthMode,
      isDelisted: mid === null,
      mark,
      oracle,
      mid: mid ?? mark,
      prevDay,
      openInterest,
      funding,
      openInterestCap: OPEN_INTEREST_CAPS[coin],
    }),
  ),
}
