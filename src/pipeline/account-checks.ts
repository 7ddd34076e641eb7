/**
 * Who signs for whom: asked before the first order, so that a wrong key, account or network is one clear error and not a
 * refusal of every order. The venue refuses a stranger's signature in the same words whatever the mistake was.
 *
 * Another signer takes over when it is known that it may trade for the account: until then the one before is the only one
 * whose cancels the venue takes.
 *
 * An agent's approval ends. It is told before it does, looked at again every few hours, and at once when the venue refuses
 * our signer; as long as the signer is in doubt, new orders wait.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/nonces-and-api-wallets
 */
import { ExecutorError, type ExecutorErrorCode, isExecutorError } from '../errors.js'
import type { AccountReport } from '../executor.js'
import type { Address } from '../model/account.js'
import type { RejectedReason } from '../model/reasons.js'
import type { AccountMode } from '../options.js'
import type { Ask, AskOptions, Signer } from '../ports.js'
import {
  type AddressRole,
  extraAgentsRequest,
  parseAccountMode,
  parseExtraAgents,
  parseUserRole,
  parseVaultLeader,
  userRoleRequest,
  vaultDetailsRequest,
} from '../wire/account-info.js'
import { type InfoRequest, userAbstractionRequest } from '../wire/info.js'
import type { Parts } from './parts.js'

export type AccountChecks = {
  /**
   * Looks whether the signer that is wanted may trade for the account, and until when. If it may, it signs from then on.
   *
   * @throws {ExecutorError} saying what is wrong and what to do about it
   */
  check(options?: AskOptions): Promise<AccountReport>
  /**
   * Has another signer take over. Where nobody can be asked it is taken, and asked about later.
   *
   * @throws {ExecutorError} when it may not trade for the account; the one before signs what gets us out, and new orders wait
   * until it may, which is asked again by itself
   */
  replace(next: Signer): Promise<void>
}

export type AccountChecksParts = {
  readonly parts: Pick<
    Parts,
    'account' | 'vaultAddress' | 'signers' | 'transport' | 'clock' | 'nonces' | 'readiness' | 'emitter' | 'logger'
  >
  readonly ask: Ask
  readonly accountMode: AccountMode | undefined
  /** How long before its end an agent's approval is told of. */
  readonly warningMs: number
}

const LOOK_EVERY_MS = 6 * 3_600_000
/** While the signer is in doubt. */
const LOOK_AGAIN_MS = 60_000
const ABOUT_THE_SIGNER: ReadonlySet<RejectedReason> = /* @__PURE__ */ new Set([
  ...(['UNKNOWN_SIGNER', 'UNKNOWN_VAULT', 'NO_DEPOSIT', 'MULTI_SIG'] as const),
])

export function createAccountChecks({ parts, ask, accountMode, warningMs }: AccountChecksParts): AccountChecks {
  const { account, vaultAddress, signers, transport, clock, nonces, readiness, emitter, logger } = parts
  let toldOf: number | undefined
  let isLooking = false
  let hasPassed = false
  let cancelLook = (): void => {}

  async function check(options: AskOptions = {}): Promise<AccountReport> {
    const signer = signers.wanted
    const signerAddress = signer.address.toLowerCase() as Address
    try {
      const role = signerAddress === account ? undefined : await roleOf(signerAddress, options)
      // Whoever has agents is an account that trades by itself. The usual case, and the question weighs 60.
      const isPlain = vaultAddress === undefined && role?.role === 'agent' && role.of === account
      const leader = isPlain ? account : await leaderOfAccount(options)
      if (role?.role === 'missing') {
        const why = 'it was never approved there, its approval has ended or was replaced, or it is of the other network'
        throw wrong(
          'UNKNOWN_SIGNER',
          `the signer ${signerAddress} is not known on ${transport.network}`,
          why,
          approve(leader),
        )
      }
      const owner = role?.role === 'agent' ? role.of : signerAddress
      if (owner !== leader) {
        const why = `${account} is traded by ${leader}`
        throw wrong('SIGNER_NOT_ALLOWED', `the signer ${signerAddress} acts for ${owner}`, why, approve(leader))
      }
      const agentValidUntil = role?.role === 'agent' ? await endOfApproval(signerAddress, leader, options) : undefined
      // Another one is wanted by now, and this says nothing about it.
      if (signer !== signers.wanted) return await check(options)
      signers.takeWanted()
      hasPassed = true
      readiness.met('signer')
      const mode = await modeOfAccount(options)
      plan(signerAddress, agentValidUntil)
      return { owner, mode, agentValidUntil }
    } catch (error) {
      if (isOurs(error) && signer === signers.wanted)
        readiness.unmet(error.code === 'ACCOUNT_MODE' ? 'accountMode' : 'signer', error.message)
      throw error
    }
  }

  /** The account whose key, or whose agents, trade for ours. */
  async function leaderOfAccount(options: AskOptions): Promise<Address> {
    const found = await roleOf(account, options)
    switch (found.role) {
      case 'agent':
        throw wrong(
          'AGENT_AS_ACCOUNT',
          `account: ${account} is an agent`,
          `it trades for ${found.of}`,
          `set account to ${found.of}`,
        )
      case 'missing': {
        const why = `${transport.network} does not know it: it has never deposited there, or is of the other network`
        if (vaultAddress !== undefined)
          throw wrong('UNKNOWN_VAULT', `vaultAddress: there is no ${account}`, why, 'check both')
        throw wrong('UNKNOWN_ACCOUNT', `account: there is no ${account}`, why, 'check the network, or deposit')
      }
      case 'user':
        if (vaultAddress === undefined) return account
        throw wrong(
          'UNKNOWN_VAULT',
          `vaultAddress: ${account} is no vault or sub-account`,
          'it trades by itself',
          'leave it out',
        )
    }
    if (vaultAddress === undefined) {
      const why = 'it has no key of its own'
      throw wrong(
        'UNKNOWN_VAULT',
        `account: ${account} is a vault or sub-account`,
        why,
        'set vaultAddress to it as well',
      )
    }
    return found.role === 'subAccount' ? found.of : read(vaultDetailsRequest(account), parseVaultLeader, options)
  }

  const roleOf = (user: Address, options: AskOptions): Promise<AddressRole> =>
    read(userRoleRequest(user), parseUserRole, options)

  /** `undefined` for an agent without a name, whose end the venue lists nowhere. */
  async function endOfApproval(agent: Address, leader: Address, options: AskOptions): Promise<number | undefined> {
    const agents = await read(extraAgentsRequest(leader), parseExtraAgents, options)
    const validUntil = agents.find((one) => one.address === agent)?.validUntil
    if (validUntil === undefined) return undefined
    if (validUntil <= venueNow()) {
      const what = `the approval of agent ${agent} ended at ${validUntil} (Unix ms)`
      throw wrong('AGENT_EXPIRED', what, 'the venue takes no order of it', approve(leader))
    }
    return validUntil
  }

  async function modeOfAccount(options: AskOptions): Promise<string> {
    const mode = await read(userAbstractionRequest(account), parseAccountMode, options)
    if (accountMode !== undefined && mode !== accountMode) {
      const what = `the account is in mode "${mode}", and accountMode is "${accountMode}"`
      throw wrong('ACCOUNT_MODE', what, 'its collateral is kept in another way', 'change one of them')
    }
    readiness.met('accountMode')
    return mode
  }

  async function read<T>(
    request: InfoRequest,
    parse: (answer: unknown) => T | undefined,
    options: AskOptions,
  ): Promise<T> {
    const parsed = parse(await ask(request, options))
    if (parsed === undefined) throw new ExecutorError('MALFORMED_ANSWER', `${request.type}: the answer cannot be read`)
    return parsed
  }

  const venueNow = (): number => nonces.serverTime(clock.now())
  const approve = (leader: Address): string =>
    `approve it as an agent of ${leader} on ${transport.network}, or take a key that is`

  function plan(agent: Address, validUntil: number | undefined): void {
    const leftMs = validUntil === undefined ? Number.POSITIVE_INFINITY : validUntil - venueNow()
    if (validUntil !== undefined && leftMs <= warningMs && toldOf !== validUntil) {
      toldOf = validUntil
      logger.warn('the approval of the agent ends soon', { agent, validUntil })
      emitter.emit('agentExpiry', { agent, validUntil, leftMs })
    }
    lookIn(Math.min(LOOK_EVERY_MS, leftMs > warningMs ? leftMs - warningMs : leftMs))
  }

  function lookIn(ms: number): void {
    cancelLook()
    cancelLook = clock.schedule(() => void look(), ms, { background: true })
  }

  async function look(): Promise<void> {
    if (isLooking) return
    isLooking = true
    try {
      await check()
    } catch (error) {
      logger.error('the signer could not be verified', {
        detail: isExecutorError(error) ? error.message : String(error),
      })
      lookIn(LOOK_AGAIN_MS)
    }
    isLooking = false
  }

  emitter.on('outcome', (outcome) => {
    if (outcome.status !== 'rejected' || !ABOUT_THE_SIGNER.has(outcome.reason)) return
    readiness.unmet('signer', `the venue refused it: ${outcome.message}`)
    void look()
  })

  return {
    check,
    async replace(next) {
      signers.want(next)
      // Nobody has started; that will ask.
      if (!hasPassed) {
        signers.takeWanted()
        return
      }
      await check().catch((error: unknown) => {
        lookIn(LOOK_AGAIN_MS)
        if (isOurs(error)) throw error
        if (next === signers.wanted) signers.takeWanted()
      })
    },
  }
}

/** What is wrong, why, and what to do about it: in this order, in one sentence each. */
const wrong = (code: ExecutorErrorCode, what: string, why: string, remedy: string): ExecutorError =>
  new ExecutorError(code, `${what}; ${why}: ${remedy}`)

const OURS: ReadonlySet<ExecutorErrorCode> = /* @__PURE__ */ new Set<ExecutorErrorCode>([
  ...(['UNKNOWN_ACCOUNT', 'AGENT_AS_ACCOUNT', 'UNKNOWN_SIGNER', 'SIGNER_NOT_ALLOWED'] as const),
  ...(['AGENT_EXPIRED', 'UNKNOWN_VAULT', 'ACCOUNT_MODE'] as const),
])

const isOurs = (error: unknown): error is ExecutorError => isExecutorError(error) && OURS.has(error.code)
