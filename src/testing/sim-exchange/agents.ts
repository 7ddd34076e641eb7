/**
 * Agents: keys that an account lets trade for it, one without a name and three with one, each for a time.
 *
 * An agent that is replaced or has expired, or whose account has run out of funds, is pruned, and its nonces with it:
 * approve the same key again, and everything it ever signed can be sent once more.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import type { Address } from '../../model/account.js'
import { hasFunds } from './margin.js'
import type { Agent, SimAccount, Venue } from './state.js'
import { unpublishedErrors } from './words.js'

const DAY_MS = 86_400_000
/** The lifetime of an agent approved without an expiry. Not published; other clients reckon with it. */
export const AGENT_LIFETIME_MS: number = 90 * DAY_MS
const MAX_LIFETIME_MS = 180 * DAY_MS
const MAX_NAME_LENGTH = 16
const NAMED_AGENTS = 3
const NAMED_AGENTS_PER_SUB_ACCOUNT = 2

/** Approving an agent retires the one of the same name; the unnamed one counts as a name. */
export function approveAgent(venue: Venue, account: SimAccount, agent: Omit<Agent, 'account'>): void {
  const former = account.agents.get(agent.name)
  if (former !== undefined) prune(venue, former)
  const approved = { ...agent, account }
  account.agents.set(agent.name, approved)
  venue.agents.set(agent.address, approved)
}

/** An approval as it is signed: the name may end in its expiry. Returns the venue's words when it refuses. */
export function approveSignedAgent(
  venue: Venue,
  account: SimAccount,
  address: Address,
  signedName: string,
): string | undefined {
  const now = venue.now()
  const [, name = signedName, expiry] = /^(.*?) ?valid_until (\d{1,15})$/.exec(signedName) ?? []
  const validUntil = expiry === undefined ? now + AGENT_LIFETIME_MS : Number(expiry)
  if (name.length > MAX_NAME_LENGTH) return unpublishedErrors.agentName
  if (validUntil <= now || validUntil > now + MAX_LIFETIME_MS) return unpublishedErrors.agentExpiry
  const holder = venue.agents.get(address)
  if (holder !== undefined && !(holder.account === account && holder.name === name)) return unpublishedErrors.agentUsed
  if (venue.accounts.has(address)) return unpublishedErrors.agentIsUser
  const named = agentsOf(venue, account).filter((agent) => agent.name !== '')
  const room = NAMED_AGENTS + account.subAccounts.length * NAMED_AGENTS_PER_SUB_ACCOUNT
  if (name !== '' && !account.agents.has(name) && named.length >= room) return unpublishedErrors.tooManyAgents
  approveAgent(venue, account, { address, name, validUntil })
  return undefined
}

/** Those that can sign now. */
export function agentsOf(venue: Venue, account: SimAccount): Agent[] {
  for (const agent of [...account.agents.values()]) if (agent.validUntil <= venue.now()) prune(venue, agent)
  return [...account.agents.values()]
}

/** The agent behind an address, unless its time is over. */
export function agentAt(venue: Venue, address: Address): Agent | undefined {
  const agent = venue.agents.get(address)
  if (agent === undefined || agent.validUntil > venue.now()) return agent
  prune(venue, agent)
  return undefined
}

/** The account a signer acts for: its own, or that of the master who approved it. */
export function accountOfSigner(venue: Venue, signer: Address): SimAccount | undefined {
  const agent = agentAt(venue, signer)
  if (agent === undefined) return venue.accounts.get(signer)
  if (hasFunds(agent.account)) return agent.account
  prune(venue, agent)
  return undefined
}

function prune(venue: Venue, agent: Agent): void {
  agent.account.agents.delete(agent.name)
  venue.agents.delete(agent.address)
  venue.nonces.delete(agent.address)
}
