/**
 * What the account is worth on each dex, for gates that size by it.
 *
 * An account in standard mode has a balance per dex, which the venue values itself. One that shares a balance between dexes
 * has it in its spot state; what its positions have won or lost is added to it. What cannot be read in full is not known.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/account-abstraction-modes
 */
import type { AccountValues } from '../control/account-values.js'
import { isExecutorError } from '../errors.js'
import type { Decimal } from '../model/decimal.js'
import type { Market } from '../model/market.js'
import type { Ask } from '../ports.js'
import {
  type ClearinghouseState,
  parseIsShared,
  parseSpotBalances,
  spotClearinghouseStateRequest,
  userAbstractionRequest,
} from '../wire/info.js'
import type { Parts } from './parts.js'

export type Balances = {
  /** Takes the states that were just read. Never rejects. */
  take(states: ReadonlyMap<string, ClearinghouseState>): Promise<void>
}

export type BalancesParts = {
  readonly parts: Pick<Parts, 'account' | 'clock' | 'gates' | 'logger'>
  readonly ask: Ask
  readonly values: Pick<AccountValues, 'update'>
  readonly markets: () => readonly Market[]
}

export function createBalances({ parts, ask, values, markets }: BalancesParts): Balances {
  const { account, clock, gates, logger } = parts

  async function valuesOf(
    states: ReadonlyMap<string, ClearinghouseState>,
  ): Promise<ReadonlyMap<string, Decimal | undefined>> {
    const isShared = parseIsShared(await ask(userAbstractionRequest(account)))
    if (isShared === undefined) return new Map([...states.keys()].map((dex) => [dex, undefined]))
    if (!isShared) return new Map([...states].map(([dex, { accountValue }]) => [dex, accountValue]))
    const balances = parseSpotBalances(await ask(spotClearinghouseStateRequest(account)))
    const tokens = new Map(markets().map(({ dex, collateralToken }) => [dex, collateralToken]))
    return new Map(
      [...states.keys()].map((dex) => {
        const token = tokens.get(dex)
        const sharing = [...states].filter(([other]) => tokens.get(other) === token)
        const balance = token === undefined ? undefined : balances?.get(token)
        const value = sharing.reduce<Decimal | undefined>(
          (sum, [, { unrealisedPnl }]) => (unrealisedPnl === undefined ? undefined : sum?.plus(unrealisedPnl)),
          balance,
        )
        return [dex, value]
      }),
    )
  }

  return {
    async take(states) {
      if (!gates.needs.has('accountValue')) return
      try {
        for (const [dex, value] of await valuesOf(states)) values.update(dex, value, clock.monotonic())
      } catch (error) {
        logger.warn('the balance could not be read', { detail: isExecutorError(error) ? error.message : String(error) })
      }
    },
  }
}
