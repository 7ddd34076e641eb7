/**
 * Leverage and margin mode as configured: read, set where they differ, and read again before the first order.
 *
 * A market that was never touched has a default, and a person may have changed it since. Setting the same twice does no
 * harm, so what was not answered is simply looked at and set again.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margining
 */
import { ExecutorError } from '../errors.js'
import { oneOf, wholeNumber } from '../model/guards.js'
import type { Market } from '../model/market.js'
import type { LeverageSetting } from '../options.js'
import type { Ask, AskOptions } from '../ports.js'
import { activeAssetDataRequest, type Leverage, parseLeverage } from '../wire/account-info.js'
import { updateLeverageAction } from '../wire/actions.js'
import { parseDefaultReply } from '../wire/replies.js'
import type { Post } from './meter.js'
import type { Parts } from './parts.js'
import type { Sign } from './sign.js'
import type { Until } from './until.js'

export type LeverageKeeper = {
  /**
   * Makes these markets have what is configured; the others are left alone.
   *
   * @throws {ExecutorError} `LEVERAGE_REFUSED` when that cannot be; other codes say that it may be tried again
   */
  apply(markets: readonly Market[], options: AskOptions): Promise<void>
}

export type LeverageParts = {
  readonly parts: Pick<Parts, 'account' | 'clock' | 'limits' | 'readiness' | 'logger'>
  readonly ask: Ask
  readonly post: Post
  readonly sign: Pick<Sign, 'action'>
  readonly until: Pick<Until, 'settles'>
  /** By market. */
  readonly wanted: ReadonlyMap<string, LeverageSetting>
}

export function createLeverage({ parts, ask, post, sign, until, wanted }: LeverageParts): LeverageKeeper {
  const { account, clock, limits, readiness, logger } = parts

  async function read({ name }: Market, options: AskOptions): Promise<Leverage> {
    const set = parseLeverage(await ask(activeAssetDataRequest(account, name), options))
    if (set === undefined) throw new ExecutorError('MALFORMED_ANSWER', `activeAssetData of ${name} cannot be read`)
    return set
  }

  async function set({ name, assetId }: Market, { leverage, margin }: LeverageSetting): Promise<void> {
    const payload = await sign.action(updateLeverageAction({ assetId, isCross: margin === 'cross', leverage }))
    const posted = post({ type: 'action', payload })
    if (!posted.written) throw new ExecutorError('NOT_SENT', `the leverage of ${name} was not sent (${posted.why})`)
    const reply = await until.settles(posted.reply, clock.monotonic() + limits.replyTimeoutMs)
    if (reply?.status === 'refused') throw refused(name, reply.message)
    const answer = reply?.status === 'answered' ? parseDefaultReply(reply.payload) : undefined
    if (answer?.kind === 'error') throw refused(name, answer.message)
    if (answer?.kind !== 'ok')
      throw new ExecutorError('NO_ANSWER', `the leverage of ${name}: no answer that can be read`)
    logger.info('leverage was set', { market: name, leverage, margin })
  }

  async function ensure(market: Market, setting: LeverageSetting, options: AskOptions): Promise<void> {
    const { name, maxLeverage, marginMode } = market
    if (setting.leverage > maxLeverage)
      throw refused(name, `${setting.leverage} is above its maximum of ${maxLeverage}`)
    if (setting.margin === 'cross' && marginMode !== 'cross') throw refused(name, 'it takes isolated margin only')
    if (isSet(await read(market, options), setting)) return
    await set(market, setting)
    const now = await read(market, options)
    if (!isSet(now, setting)) throw new ExecutorError('NO_ANSWER', `the leverage of ${name} is not to be seen yet`)
  }

  return {
    async apply(markets, options) {
      for (const market of markets) {
        const setting = wanted.get(market.name)
        try {
          if (setting !== undefined) await ensure(market, setting, options)
          readiness.metIn(market.name, 'leverage')
        } catch (error) {
          const detail = error instanceof Error ? error.message : String(error)
          readiness.unmetIn(market.name, 'leverage', detail)
          throw error
        }
      }
    },
  }
}

const isSet = ({ leverage, isCross }: Leverage, setting: LeverageSetting): boolean =>
  leverage === setting.leverage && isCross === (setting.margin === 'cross')

const refused = (name: string, why: string): ExecutorError =>
  new ExecutorError('LEVERAGE_REFUSED', `leverage of ${name}: ${why}`)

/** @throws {TypeError | RangeError} naming the setting that cannot be meant */
export function readLeverage(
  settings: Readonly<Record<string, LeverageSetting>>,
  markets: readonly string[],
): ReadonlyMap<string, LeverageSetting> {
  return new Map(
    Object.entries(settings).map(([name, { leverage, margin }]) => {
      if (!markets.includes(name)) throw new RangeError(`leverage: ${name} is not one of markets`)
      wholeNumber(leverage, `leverage of ${name}`)
      oneOf(margin, `margin of ${name}`, ['cross', 'isolated'])
      return [name, { leverage, margin }]
    }),
  )
}
