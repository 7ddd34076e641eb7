/**
 * Sub-accounts and vaults: accounts without a key of their own, for which their leader signs by naming them in the
 * envelope. Money, orders and requests are their own; the nonces are those of whoever signs.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import type { Address } from '../../model/account.js'
import type { SimAccount, Venue } from './state.js'

export function addSubAccount(leader: SimAccount, account: SimAccount, name: string): void {
  lead(leader, account, 'subAccount')
  account.name = name
  leader.subAccounts.push(account)
}

export function addVault(leader: SimAccount, account: SimAccount): void {
  lead(leader, account, 'vault')
}

/** The account that an action of `signer` is for; `undefined` when it may not act for that one. */
export function accountActedFor(
  venue: Venue,
  signer: SimAccount,
  vaultAddress: Address | undefined,
): SimAccount | undefined {
  if (vaultAddress === undefined) return signer
  const account = venue.accounts.get(vaultAddress)
  return account?.leader === signer ? account : undefined
}

function lead(leader: SimAccount, account: SimAccount, kind: 'subAccount' | 'vault'): void {
  if (account === leader || leader.leader !== undefined || account.kind !== 'user') {
    throw new RangeError(`${account.address} cannot be a ${kind} of ${leader.address}`)
  }
  account.kind = kind
  account.leader = leader
}
