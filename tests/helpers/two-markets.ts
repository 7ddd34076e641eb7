/** Two markets with prices that match at once and prices that rest, for processes that share nothing but this. */

// Publicly known test keys; never send anything of value to them.
export const ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
export const AGENT_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
export const MARKETS: readonly string[] = ['xyz:NVDA', 'xyz:TSLA']

const PRICES: Readonly<Record<string, { readonly high: string; readonly low: string }>> = {
  'xyz:NVDA': { high: '178', low: '174' },
  'xyz:TSLA': { high: '404', low: '395' },
}

/** @throws {RangeError} for any other market */
export function priceOf(market: string, side: 'buy' | 'sell', isMarketable: boolean): string {
  const prices = PRICES[market]
  if (prices === undefined) throw new RangeError(`market: ${market} is not one of ${MARKETS.join(', ')}`)
  return (side === 'buy') === isMarketable ? prices.high : prices.low
}
