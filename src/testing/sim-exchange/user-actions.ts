/**
 * The actions that the account's own key signs as typed data, for all that moves money or gives rights away: how they
 * are read, and the digest that was signed.
 *
 * Strings are hashed as they came. An address among them is hashed in lower case, wherever it stands: the venue reads
 * it as an address, so a client that signs another spelling recovers to a stranger.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { hashTypedData } from 'viem/utils'
import type { Address, Hex, Network } from '../../model/account.js'
import { decimalFromVenue } from '../../model/decimal.js'
import { addressText, type Fields, flag, integer, oneOf, optional, text, Undecodable } from './decode.js'
import { actionErrors, unpublishedErrors } from './words.js'

type UserFields = {
  readonly approveAgent: { readonly agentAddress: Address; readonly agentName: string; readonly nonce: number }
  readonly approveBuilderFee: { readonly maxFeeRate: string; readonly builder: Address; readonly nonce: number }
  readonly usdSend: { readonly destination: Address; readonly amount: string; readonly time: number }
  readonly usdClassTransfer: { readonly amount: string; readonly toPerp: boolean; readonly nonce: number }
  readonly sendAsset: {
    readonly destination: Address
    readonly sourceDex: string
    readonly destinationDex: string
    readonly token: string
    readonly amount: string
    readonly fromSubAccount: Address | ''
    readonly nonce: number
  }
  readonly userSetAbstraction: {
    readonly user: Address
    readonly abstraction: 'disabled' | 'unifiedAccount' | 'portfolioMargin'
    readonly nonce: number
  }
}

type UserActionType = keyof UserFields

/** `fields` are what is signed, after the name of the network. */
export type UserAction = {
  [T in UserActionType]: {
    readonly type: T
    readonly hyperliquidChain: 'Mainnet' | 'Testnet'
    readonly signatureChainId: number
    readonly fields: UserFields[T]
  }
}[UserActionType]

type SolidityType = 'string' | 'address' | 'uint64' | 'bool'

type Shape<T extends UserActionType> = {
  /** The types of the fields, in the order in which they are hashed. */
  readonly types: { readonly [F in keyof UserFields[T]]: SolidityType }
  readonly primaryType: string
  read(action: Fields): UserFields[T]
}

const nonce = (action: Fields): number => integer(action['nonce'], 'action.nonce')

function amount(action: Fields): string {
  const value = text(action['amount'], 'action.amount')
  if (decimalFromVenue(value) === undefined) throw new Undecodable('action.amount: expected a decimal string')
  return value
}

const shapes: { readonly [T in UserActionType]: Shape<T> } = {
  approveAgent: {
    primaryType: 'ApproveAgent',
    types: { agentAddress: 'address', agentName: 'string', nonce: 'uint64' },
    read: (action) => ({
      agentAddress: addressText(action['agentAddress'], 'action.agentAddress'),
      // An unnamed agent is signed with an empty name and sent without one.
      agentName: optional(action['agentName'], text, 'action.agentName') ?? '',
      nonce: nonce(action),
    }),
  },
  approveBuilderFee: {
    primaryType: 'ApproveBuilderFee',
    types: { maxFeeRate: 'string', builder: 'address', nonce: 'uint64' },
    read: (action) => ({
      maxFeeRate: text(action['maxFeeRate'], 'action.maxFeeRate'),
      builder: addressText(action['builder'], 'action.builder'),
      nonce: nonce(action),
    }),
  },
  usdSend: {
    primaryType: 'UsdSend',
    types: { destination: 'string', amount: 'string', time: 'uint64' },
    read: (action) => ({
      destination: addressText(action['destination'], 'action.destination'),
      amount: amount(action),
      time: integer(action['time'], 'action.time'),
    }),
  },
  usdClassTransfer: {
    primaryType: 'UsdClassTransfer',
    types: { amount: 'string', toPerp: 'bool', nonce: 'uint64' },
    read: (action) => ({
      amount: amount(action),
      toPerp: flag(action['toPerp'], 'action.toPerp'),
      nonce: nonce(action),
    }),
  },
  sendAsset: {
    primaryType: 'SendAsset',
    types: {
      destination: 'string',
      sourceDex: 'string',
      destinationDex: 'string',
      token: 'string',
      amount: 'string',
      fromSubAccount: 'string',
      nonce: 'uint64',
    },
    read: (action) => ({
      destination: addressText(action['destination'], 'action.destination'),
      sourceDex: text(action['sourceDex'], 'action.sourceDex'),
      destinationDex: text(action['destinationDex'], 'action.destinationDex'),
      token: text(action['token'], 'action.token'),
      amount: amount(action),
      fromSubAccount:
        action['fromSubAccount'] === '' ? '' : addressText(action['fromSubAccount'], 'action.fromSubAccount'),
      nonce: nonce(action),
    }),
  },
  userSetAbstraction: {
    primaryType: 'UserSetAbstraction',
    types: { user: 'address', abstraction: 'string', nonce: 'uint64' },
    read: (action) => ({
      user: addressText(action['user'], 'action.user'),
      abstraction: oneOf(
        action['abstraction'],
        ['disabled', 'unifiedAccount', 'portfolioMargin'],
        'action.abstraction',
      ),
      nonce: nonce(action),
    }),
  },
}

/** The action, when it is one of these. @throws {Undecodable} when it is, but malformed */
export function decodeUserAction(action: Fields): UserAction | undefined {
  const type = action['type']
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return undefined
  const known = type as UserActionType
  const chainId = text(action['signatureChainId'], 'action.signatureChainId')
  if (!/^0x[0-9a-fA-F]{1,12}$/.test(chainId)) throw new Undecodable('action.signatureChainId: expected hex')
  return {
    type: known,
    hyperliquidChain: oneOf(action['hyperliquidChain'], ['Mainnet', 'Testnet'], 'action.hyperliquidChain'),
    signatureChainId: Number(chainId),
    fields: shapes[known].read(action),
  } as UserAction
}

const VERIFYING_CONTRACT: Address = '0x0000000000000000000000000000000000000000'

export function userDigest({ type, hyperliquidChain, signatureChainId, fields }: UserAction): Hex {
  const { primaryType, types } = shapes[type]
  const primary = `HyperliquidTransaction:${primaryType}`
  return hashTypedData({
    domain: {
      name: 'HyperliquidSignTransaction',
      version: '1',
      chainId: signatureChainId,
      verifyingContract: VERIFYING_CONTRACT,
    },
    types: {
      [primary]: [
        { name: 'hyperliquidChain', type: 'string' },
        ...Object.entries(types).map(([name, kind]) => ({ name, type: kind })),
      ],
    },
    primaryType: primary,
    message: { hyperliquidChain, ...fields },
  })
}

/** What is wrong with it before anybody asks who signed it, in the venue's words. */
export function userActionError(
  action: UserAction,
  network: Network,
  envelope: {
    readonly nonce: number
    readonly vaultAddress: Address | undefined
    readonly expiresAfter: number | undefined
  },
): string | undefined {
  if (action.hyperliquidChain !== (network === 'mainnet' ? 'Mainnet' : 'Testnet')) return actionErrors.otherNetwork
  const own = action.type === 'usdSend' ? action.fields.time : action.fields.nonce
  if (own !== envelope.nonce) return actionErrors.nonceMismatch
  const isPlain = envelope.vaultAddress === undefined && envelope.expiresAfter === undefined
  return isPlain ? undefined : unpublishedErrors.userSigned
}
