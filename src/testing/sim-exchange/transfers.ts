/**
 * Money on the move: between users, between the dexes of one user, and from one account mode to the other.
 *
 * In the standard mode each dex has its own collateral and there is a spot balance besides; a unified account has one
 * balance per token, and nothing to move between its parts.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/account-abstraction-modes
 */
import { type Decimal, decimalFromVenue, ZERO } from '../../model/decimal.js'
import { addCash, addSpot, available, spotOf } from './margin.js'
import type { AccountMode, Dex, SimAccount, Venue } from './state.js'
import { TOKENS, tokenName, USDC } from './universe-tokens.js'
import { actionErrors, unpublishedErrors } from './words.js'

/** The spot balance, as a place beside the dexes. */
const SPOT = 'spot'

export type Transfer = {
  readonly from: SimAccount
  readonly to: SimAccount
  /** A dex by name, the empty one for the first, or `spot`. */
  readonly sourceDex: string
  readonly destinationDex: string
  /** `USDC`, or `USDC:0x…` with the id of the token. */
  readonly token: string
  readonly amount: string
}

/** Returns the venue's words when it refuses. */
export function sendAsset(venue: Venue, transfer: Transfer): string | undefined {
  const { from, to, sourceDex, destinationDex } = transfer
  const amount = amountOf(transfer.amount)
  if (amount === undefined) return unpublishedErrors.amount
  const token = TOKENS.find(({ name }) => name === transfer.token.split(':')[0])?.index
  if (token === undefined) return unpublishedErrors.token(transfer.token)
  for (const place of [sourceDex, destinationDex]) {
    if (place === SPOT) continue
    const dex = dexOfPlace(venue, place)
    if (dex === undefined) return unpublishedErrors.dex(place)
    if (dex.spec.collateralToken !== token) return unpublishedErrors.token(transfer.token)
  }
  if (from === to && from.mode === 'unifiedAccount') return actionErrors.unified
  const source = { dex: sourceDex, collateralToken: token }
  const destination = { dex: destinationDex, collateralToken: token }
  const isFromSpot = sourceDex === SPOT && from.mode === 'disabled'
  const free = isFromSpot ? spotOf(from, token) : available(from, source)
  if (amount.gt(free)) return unpublishedErrors.balance
  if (isFromSpot) addSpot(from, token, amount.neg())
  else addCash(from, source, amount.neg())
  if (destinationDex === SPOT && to.mode === 'disabled') addSpot(to, token, amount)
  else addCash(to, destination, amount)
  venue.notices.accounts.add(from)
  venue.notices.accounts.add(to)
  return undefined
}

/** USDC of the first dex, from one user to another. */
export function usdSend(venue: Venue, from: SimAccount, to: SimAccount, amount: string): string | undefined {
  return sendAsset(venue, { from, to, sourceDex: '', destinationDex: '', token: tokenName(USDC), amount })
}

/** USDC of one user between the first dex and the spot balance. */
export function usdClassTransfer(venue: Venue, user: SimAccount, amount: string, toPerp: boolean): string | undefined {
  const [sourceDex, destinationDex] = toPerp ? [SPOT, ''] : ['', SPOT]
  return sendAsset(venue, { from: user, to: user, sourceDex, destinationDex, token: tokenName(USDC), amount })
}

/** Everything goes to the spot balance, which is what a unified account trades with. */
export function setMode(venue: Venue, account: SimAccount, mode: AccountMode): string | undefined {
  if (account.mode === mode) return undefined
  const hasPosition = [...account.slots.values()].some((slot) => !slot.size.eq(ZERO))
  if (hasPosition || account.openOrders.size > 0) return unpublishedErrors.abstractionBusy
  const totals = new Map<number, Decimal>()
  const add = (token: number, amount: Decimal): void => {
    totals.set(token, (totals.get(token) ?? ZERO).plus(amount))
  }
  if (account.mode === 'disabled') {
    for (const { spec } of venue.dexes) {
      add(spec.collateralToken, available(account, { dex: spec.name, collateralToken: spec.collateralToken }))
    }
    for (const { index } of TOKENS) add(index, spotOf(account, index))
  } else {
    for (const { index } of TOKENS) add(index, available(account, { dex: '', collateralToken: index }))
  }
  account.cash.clear()
  account.mode = mode
  for (const [token, amount] of totals) {
    if (amount.eq(ZERO)) continue
    if (mode === 'disabled') addSpot(account, token, amount)
    else addCash(account, { dex: '', collateralToken: token }, amount)
  }
  venue.notices.accounts.add(account)
  return undefined
}

const dexOfPlace = (venue: Venue, name: string): Dex | undefined => venue.dexes.find(({ spec }) => spec.name === name)

const AMOUNT_DECIMALS = 8

function amountOf(text: string): Decimal | undefined {
  const amount = decimalFromVenue(text)
  return amount?.gt(ZERO) && amount.round(AMOUNT_DECIMALS).eq(amount) ? amount : undefined
}
