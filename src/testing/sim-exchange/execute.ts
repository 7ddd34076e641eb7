/**
 * One signed action against the venue, start to end: who, whether, what. Synchronous and without a socket.
 *
 * The checks stand in the order in which they consume something: a stranger costs nothing, an action that passes the
 * nonce check has used its nonce up whatever becomes of it, and a stale one is charged fivefold.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { Address } from '../../model/account.js'
import { performAccountAction, performUserAction } from './account-actions.js'
import { noncesOf } from './accounts.js'
import type { Action } from './actions.js'
import { chargeRequests } from './address-limits.js'
import { accountOfSigner } from './agents.js'
import { cancelOrder } from './cancel.js'
import type { Envelope } from './envelope.js'
import { isKeptOut } from './faults/conditions.js'
import { changeMargin } from './isolated-margin.js'
import { hasFunds } from './margin.js'
import { modifyOrder } from './modify.js'
import { placeBatch } from './order-batch.js'
import { scheduleCancel } from './schedule-cancel.js'
import type { SimAccount, Venue } from './state.js'
import { accountActedFor } from './sub-accounts.js'
import { userActionError } from './user-actions.js'
import { actionErrors, batchErrors } from './words.js'

export type ActionAnswer =
  | { readonly status: 'err'; readonly response: string }
  | {
      readonly status: 'ok'
      readonly response: { readonly type: string; readonly data?: { readonly statuses: readonly unknown[] } | string }
    }

const NOBODY: Address = '0x0000000000000000000000000000000000000000'

export function execute(venue: Venue, envelope: Envelope, signer: Address | undefined): ActionAnswer {
  const { action, nonce, vaultAddress, expiresAfter } = envelope
  const isUserSigned = 'hyperliquidChain' in action
  const malformed = isUserSigned ? userActionError(action, venue.network, envelope) : undefined
  if (malformed !== undefined) return refused(malformed)
  if (signer === undefined) return refused(actionErrors.unknownWallet(NOBODY))
  // An agent may trade but not sign for its account, so there it is a user like any other, and a poor one.
  const principal = isUserSigned ? venue.accounts.get(signer) : accountOfSigner(venue, signer)
  if (principal === undefined) {
    return refused(isUserSigned ? actionErrors.mustDeposit(signer) : actionErrors.unknownWallet(signer))
  }
  const account = accountActedFor(venue, principal, vaultAddress)
  if (account === undefined) return refused(actionErrors.unknownVault(vaultAddress ?? NOBODY))
  if (!hasFunds(account)) return refused(actionErrors.mustDeposit(account.address))
  const nonceError = noncesOf(venue, signer).take(nonce, venue.now())
  if (nonceError !== undefined) return refused(nonceError)
  const isStale = expiresAfter !== undefined && venue.now() > expiresAfter
  const limited = chargeRequests(venue, account, action, isStale)
  if (isStale) return refused(actionErrors.expired)
  if (limited !== undefined) return refused(limited)
  return isUserSigned ? settled(performUserAction(venue, account, action)) : perform(venue, account, action)
}

function perform(venue: Venue, account: SimAccount, action: Action): ActionAnswer {
  if (isKeptOut(venue.conditions, action)) return refused(actionErrors.postOnlyMode)
  switch (action.type) {
    case 'order':
      return batched(placeBatch(venue, account, action))
    case 'cancel':
      return listed(
        'cancel',
        action.cancels.map(({ a, o }) => cancelOrder(venue, account, a, o, action.f === true)),
      )
    case 'cancelByCloid':
      return listed(
        'cancel',
        action.cancels.map(({ asset, cloid }) => cancelOrder(venue, account, asset, cloid, action.f === true)),
      )
    case 'modify': {
      const answer = modifyOrder(venue, account, action, action.a === true)
      return 'error' in answer ? refused(answer.error) : DONE
    }
    case 'batchModify':
      return listed(
        'order',
        action.modifies.map((one) => modifyOrder(venue, account, one, action.a === true)),
      )
    case 'scheduleCancel':
      return settled(scheduleCancel(venue, account, action.time))
    case 'updateLeverage':
    case 'updateIsolatedMargin':
    case 'topUpIsolatedOnlyMargin': {
      const market = venue.markets.get(action.asset)
      if (market === undefined) return refused(batchErrors.unknownAsset(action.asset))
      return settled(changeMargin(venue, account, market, action))
    }
    case 'noop':
      return DONE
    default: {
      const answer = performAccountAction(venue, account, action)
      if (answer === undefined) return DONE
      return 'error' in answer ? refused(answer.error) : { status: 'ok', response: answer }
    }
  }
}

const DONE: ActionAnswer = { status: 'ok', response: { type: 'default' } }

const refused = (response: string): ActionAnswer => ({ status: 'err', response })
const settled = (error: string | undefined): ActionAnswer => (error === undefined ? DONE : refused(error))
const batched = (statuses: readonly unknown[] | string): ActionAnswer =>
  typeof statuses === 'string' ? refused(statuses) : listed('order', statuses)
const listed = (type: string, statuses: readonly unknown[]): ActionAnswer => ({
  status: 'ok',
  response: { type, data: { statuses } },
})
