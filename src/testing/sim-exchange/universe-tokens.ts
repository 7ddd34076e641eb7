/**
 * The collateral tokens of the default universe, by their numbers in the venue's token list.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/spot
 */
type Token = {
  readonly name: string
  readonly index: number
  readonly szDecimals: number
  readonly weiDecimals: number
}

export const USDC = 0
export const USDE = 235
export const USDH = 360

export const TOKENS: readonly Token[] = [
  { name: 'USDC', index: USDC, szDecimals: 8, weiDecimals: 8 },
  { name: 'USDE', index: USDE, szDecimals: 2, weiDecimals: 8 },
  { name: 'USDH', index: USDH, szDecimals: 2, weiDecimals: 8 },
]

export function tokenName(index: number): string {
  return TOKENS.find((token) => token.index === index)?.name ?? `TOKEN${index}`
}
