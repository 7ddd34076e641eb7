/**
 * The actions about an account and not about its orders: how they are read, and what they do. Those of the first
 * kind may be signed by an agent, those of the second only by the account's own key; see user-actions.ts.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import type { Address } from '../../model/account.js'
import { accountOf } from './accounts.js'
import { reserveRequests } from './address-limits.js'
import { approveSignedAgent } from './agents.js'
import { addressText, type Fields, integer, oneOf, optional, text } from './decode.js'
import type { SimAccount, Venue } from './state.js'
import { addSubAccount } from './sub-accounts.js'
import { sendAsset, setMode, usdClassTransfer, usdSend } from './transfers.js'
import type { UserAction } from './user-actions.js'
import { unpublishedErrors } from './words.js'

export type AccountAction =
  | { readonly type: 'agentSetAbstraction'; readonly abstraction: 'i' | 'u' | 'p' }
  | {
      readonly type: 'agentSendAsset'
      readonly destination: Address
      readonly sourceDex: string
      readonly destinationDex: string
      readonly token: string
      readonly amount: string
      readonly fromSubAccount: Address | ''
      readonly nonce: number
    }
  | { readonly type: 'createSubAccount'; readonly name: string }
  | { readonly type: 'reserveRequestWeight'; readonly weight: number; readonly destination?: Address | undefined }

type Decoders = { readonly [T in AccountAction['type']]: (action: Fields) => Extract<AccountAction, { type: T }> }

export const accountActionDecoders: Decoders = {
  agentSetAbstraction: (a) => ({
    type: 'agentSetAbstraction',
    abstraction: oneOf(a['abstraction'], ['i', 'u', 'p'], 'action.abstraction'),
  }),
  agentSendAsset: (a) => ({
    type: 'agentSendAsset',
    destination: addressText(a['destination'], 'action.destination'),
    sourceDex: text(a['sourceDex'], 'action.sourceDex'),
    destinationDex: text(a['destinationDex'], 'action.destinationDex'),
    token: text(a['token'], 'action.token'),
    amount: text(a['amount'], 'action.amount'),
    fromSubAccount: a['fromSubAccount'] === '' ? '' : addressText(a['fromSubAccount'], 'action.fromSubAccount'),
    nonce: integer(a['nonce'], 'action.nonce'),
  }),
  createSubAccount: (a) => ({ type: 'createSubAccount', name: text(a['name'], 'action.name') }),
  reserveRequestWeight: (a) => ({
    type: 'reserveRequestWeight',
    weight: integer(a['weight'], 'action.weight'),
    destination: optional(a['destination'], addressText, 'action.destination'),
  }),
}

/** What it did: nothing to tell, the venue's words when it refuses, or an answer of its own. */
export type AccountAnswer = undefined | { readonly error: string } | { readonly type: string; readonly data: string }

export function performAccountAction(venue: Venue, account: SimAccount, action: AccountAction): AccountAnswer {
  switch (action.type) {
    case 'agentSetAbstraction':
      if (action.abstraction === 'p') return { error: unpublishedErrors.portfolioMargin }
      return refusal(setMode(venue, account, action.abstraction === 'u' ? 'unifiedAccount' : 'disabled'))
    case 'agentSendAsset': {
      const from = sender(venue, account, action.fromSubAccount)
      if (from === undefined) return { error: unpublishedErrors.notSubAccount }
      if (action.destination !== from.address) return { error: unpublishedErrors.notOwnAccount }
      return refusal(sendAsset(venue, { ...action, from, to: from }))
    }
    case 'createSubAccount': {
      const address: Address = venue.random.hex(40)
      addSubAccount(account, accountOf(venue, address), action.name)
      return { type: 'createSubAccount', data: address }
    }
    case 'reserveRequestWeight': {
      const { weight, destination } = action
      return refusal(
        reserveRequests(venue, account, destination === undefined ? account : accountOf(venue, destination), weight),
      )
    }
  }
}

/** An action that the account's own key has signed. */
export function performUserAction(venue: Venue, account: SimAccount, action: UserAction): string | undefined {
  switch (action.type) {
    case 'approveAgent':
      return approveSignedAgent(venue, account, action.fields.agentAddress, action.fields.agentName)
    case 'approveBuilderFee':
      return approveBuilderFee(venue, account, action.fields.builder, action.fields.maxFeeRate)
    case 'usdSend':
      return usdSend(venue, account, accountOf(venue, action.fields.destination), action.fields.amount)
    case 'usdClassTransfer':
      return usdClassTransfer(venue, account, action.fields.amount, action.fields.toPerp)
    case 'sendAsset': {
      const from = sender(venue, account, action.fields.fromSubAccount)
      if (from === undefined) return unpublishedErrors.notSubAccount
      return sendAsset(venue, { ...action.fields, from, to: accountOf(venue, action.fields.destination) })
    }
    case 'userSetAbstraction': {
      const { user, abstraction } = action.fields
      const target = sender(venue, account, user === account.address ? '' : user)
      if (target === undefined) return unpublishedErrors.abstractionUser
      return abstraction === 'portfolioMargin' ? unpublishedErrors.portfolioMargin : setMode(venue, target, abstraction)
    }
  }
}

const refusal = (error: string | undefined): AccountAnswer => (error === undefined ? undefined : { error })

/** The account itself, or a sub-account of it. */
function sender(venue: Venue, account: SimAccount, subAccount: Address | ''): SimAccount | undefined {
  if (subAccount === '') return account
  const found = venue.accounts.get(subAccount)
  return found?.kind === 'subAccount' && found.leader === account ? found : undefined
}

const PERCENT = /^(\d{1,3})(?:\.(\d{1,3}))?%$/
/** A tenth of a percent, the most a builder may take on perpetuals. */
const MAX_TENTHS_BPS = 100

/** @param rate a percentage such as "0.001%", which is a tenth of a basis point */
function approveBuilderFee(venue: Venue, account: SimAccount, builder: Address, rate: string): string | undefined {
  const [, whole, fraction = ''] = PERCENT.exec(rate) ?? []
  if (whole === undefined) return unpublishedErrors.builderRate
  const tenthsBps = Number(whole) * 1_000 + Number(fraction.padEnd(3, '0'))
  if (tenthsBps > MAX_TENTHS_BPS) return unpublishedErrors.builderRate
  if (venue.accounts.get(builder)?.mode === 'unifiedAccount') return unpublishedErrors.builderMode
  account.builders.set(builder, tenthsBps)
  return undefined
}
