/**
 * Questions about who is who: roles, agents, vaults, account mode, leverage.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint/perpetuals
 */
import { type Address, address } from '../model/account.js'
import type { InfoRequest } from './info.js'
import { everyOf, integerOf, isObject, stringOf } from './json.js'

export const userRoleRequest = (user: Address): InfoRequest => ({ type: 'userRole', user })
export const extraAgentsRequest = (user: Address): InfoRequest => ({ type: 'extraAgents', user })
export const vaultDetailsRequest = (vaultAddress: Address): InfoRequest => ({ type: 'vaultDetails', vaultAddress })
export const activeAssetDataRequest = (user: Address, coin: string): InfoRequest => ({
  type: 'activeAssetData',
  user,
  coin,
})

export type AddressRole =
  /** `missing`: the network has never heard of the address. */
  | { readonly role: 'user' | 'vault' | 'missing' }
  /** Signs for this account. */
  | { readonly role: 'agent'; readonly of: Address }
  | { readonly role: 'subAccount'; readonly of: Address }

export function parseUserRole(answer: unknown): AddressRole | undefined {
  if (!isObject(answer)) return undefined
  const { role, data } = answer
  if (role === 'user' || role === 'vault' || role === 'missing') return { role }
  const of = isObject(data) ? addressOf(role === 'agent' ? data['user'] : data['master']) : undefined
  return (role === 'agent' || role === 'subAccount') && of !== undefined ? { role, of } : undefined
}

export type NamedAgent = {
  readonly address: Address
  /** Unix ms; absent when it has no end. */
  readonly validUntil?: number | undefined
}

/** The agents of an account that have a name. The one without is in no list. */
export const parseExtraAgents = (answer: unknown): readonly NamedAgent[] | undefined =>
  everyOf(answer, (value) => {
    const agent = isObject(value) ? addressOf(value['address']) : undefined
    const until = isObject(value) ? value['validUntil'] : undefined
    const validUntil = integerOf(until)
    // An end that cannot be read is not the lack of one.
    if (agent === undefined || (validUntil === undefined && until !== null && until !== undefined)) return undefined
    return { address: agent, validUntil }
  })

/** Who leads a vault; `undefined` where there is none. */
export const parseVaultLeader = (answer: unknown): Address | undefined =>
  isObject(answer) ? addressOf(answer['leader']) : undefined

/** In the venue's word; there may be new ones. */
export const parseAccountMode = (answer: unknown): string | undefined => stringOf(answer)

export type Leverage = { readonly leverage: number; readonly isCross: boolean }

export function parseLeverage(answer: unknown): Leverage | undefined {
  const set: unknown = isObject(answer) ? answer['leverage'] : undefined
  if (!isObject(set) || (set['type'] !== 'cross' && set['type'] !== 'isolated')) return undefined
  const leverage = integerOf(set['value'])
  return leverage === undefined ? undefined : { leverage, isCross: set['type'] === 'cross' }
}

function addressOf(value: unknown): Address | undefined {
  try {
    return address(value, 'address')
  } catch {
    return undefined
  }
}
