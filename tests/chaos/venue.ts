/**
 * The venue a chaos run trades on: an exchange nobody limits and that forgets nothing, a server that can be down, and a
 * market that moves.
 */
import { type Decimal, floorSize, roundPrice, type Side } from 'hip3-executor'
import {
  createSimExchange,
  createUnverifiedSigner,
  type Link,
  type ManualClock,
  type MarketControl,
  type RecordedOrder,
  type SimConnection,
  type SimExchange,
} from 'hip3-executor/testing'
import { decimal, toWire } from '../../src/model/decimal.js'
import { ACCOUNT, AGENT } from '../helpers/harness.js'
import type { Dice } from './dice.js'

/** Three dexes with three collaterals, names that occur twice, and lots from 0.001 to 0.01. */
export const MARKETS: readonly string[] = ['xyz:NVDA', 'xyz:TSLA', 'flx:TSLA', 'flx:COIN', 'hyna:SOL']
const DECIMALS: Readonly<Record<string, number>> = { 'hyna:SOL': 2 }
const FORGETS_NOTHING = 10_000_000
/** How the client order ids begin of orders that were not placed by the bot; some have none. */
const STRANGER = `0x${'f'.repeat(16)}`
const OWNER = createUnverifiedSigner(ACCOUNT).sign('0x', { network: 'testnet', connectionId: '0x' })

const decimalsOf = (market: string): number => DECIMALS[market] ?? 3

export type ChaosVenue = {
  readonly exchange: SimExchange
  readonly markets: readonly string[]
  mark(market: string): Decimal
  /** A price so far from the mark, as a decimal string on no particular grid. */
  price(market: string, offsetBps: number): string
  /** A size worth about so much, as a decimal string on no particular grid. */
  size(market: string, value: number): string
  /** While it is down, no connection lives and none is made. */
  setDown(isDown: boolean): void
  /** Lets time leave its traces on the market: prices walk, makers quote anew, somebody trades with what rests. */
  live(dice: Dice): void
  /** Makers quote every market around its mark. */
  calm(): void
  /** Takes a market out of trade and puts it back. */
  setHalted(market: string, isHalted: boolean): void
  /** An action that the account's owner signs elsewhere; it goes past every fault. */
  byHand(action: { readonly type: string; readonly [key: string]: unknown }): void
  /** Market, side, price and size as the venue spells them, legal for the market. */
  onGrid(market: string, side: Side, offsetBps: number, value: number): { a: number; b: boolean; p: string; s: string }
  assetId(market: string): number
  /** Orders of the account that rest. */
  open(): readonly RecordedOrder[]
  strangerId(number: number): string
  /** Whether an order was placed by hand. */
  isStranger(order: Pick<RecordedOrder, 'cloid'>): boolean
}

export function createChaosVenue(clock: ManualClock, seed: number): ChaosVenue {
  const inner = createSimExchange({
    clock,
    seed,
    verifySignatures: false,
    limits: 'none',
    recordLimit: FORGETS_NOTHING,
  })
  const account = inner.account(ACCOUNT).approveAgent(AGENT, { name: 'chaos' })
  for (const dex of ['', 'flx', 'hyna']) account.deposit('100000000', { dex })
  const controls = new Map<string, MarketControl>(MARKETS.map((name) => [name, inner.market(name)]))
  const anchors = new Map<string, Decimal>(MARKETS.map((name) => [name, markOf(name)]))
  const halted = new Set<string>()
  const live = new Map<SimConnection, Link>()
  let isDown = false
  let lastNonce = 0

  function control(name: string): MarketControl {
    const found = controls.get(name)
    if (found === undefined) throw new RangeError(`market: ${name} is not one of ${MARKETS.join(', ')}`)
    return found
  }

  function markOf(name: string): Decimal {
    return decimal(control(name).mark(), 'mark')
  }

  function connect(link: Link): SimConnection {
    if (isDown) {
      link.close()
      return { id: 'down', receive: () => {}, closed: () => {} }
    }
    const connection = inner.connect(link)
    live.set(connection, link)
    return {
      ...connection,
      closed() {
        live.delete(connection)
        connection.closed()
      },
    }
  }

  function walk(name: string, dice: Dice): void {
    const mark = markOf(name)
    const anchor = anchors.get(name) ?? mark
    // Back towards where it came from, so that a jump is not kept for good and no order is refused for its distance.
    const pull = anchor.minus(mark).div(20)
    const next = mark.times(10_000 + dice.integer(-12, 12)).div(10_000)
    const price = roundPrice(next.plus(pull), 'buy', decimalsOf(name))
    control(name).setMark(price).seedBook(price)
  }

  const price = (market: string, offsetBps: number): string =>
    markOf(market)
      .times(10_000 + offsetBps)
      .div(10_000)
      .toFixed(6)

  const size = (market: string, value: number): string => decimal(String(value), 'value').div(markOf(market)).toFixed(4)

  return {
    exchange: { ...inner, connect },
    markets: MARKETS,
    mark: markOf,
    price,
    size,
    setDown(down) {
      isDown = down
      if (!down) return
      for (const [connection, link] of [...live]) {
        live.delete(connection)
        connection.closed()
        link.close()
      }
    },
    live(dice) {
      for (const name of MARKETS) {
        if (halted.has(name)) continue
        if (dice.chance(0.04)) walk(name, dice)
        if (!dice.chance(0.12)) continue
        const side = dice.pick(['buy', 'sell'] as const)
        const limit = roundPrice(
          decimal(price(name, side === 'buy' ? 15 : -15), 'price'),
          side === 'buy' ? 'buy' : 'sell',
          decimalsOf(name),
        )
        const lots = decimal(size(name, dice.integer(20, 3_000)), 'size').round(decimalsOf(name), 3)
        control(name).take(side, limit, lots)
      }
    },
    calm() {
      for (const market of controls.values()) market.seedBook()
    },
    byHand(action) {
      lastNonce = Math.max(lastNonce + 1, clock.now())
      inner.handleExchange({ action, nonce: lastNonce, signature: OWNER }, () => {})
    },
    onGrid(market, side, offsetBps, value) {
      const szDecimals = decimalsOf(market)
      const legal = roundPrice(decimal(price(market, offsetBps), 'price'), side, szDecimals)
      const lots = floorSize(decimal(size(market, value), 'size'), szDecimals)
      return { a: control(market).assetId, b: side === 'buy', p: toWire(legal), s: toWire(lots) }
    },
    assetId: (market) => control(market).assetId,
    open: account.openOrders,
    strangerId: (number) => `${STRANGER}${number.toString(16).padStart(16, '0')}`,
    isStranger: ({ cloid }) => cloid === null || cloid.startsWith(STRANGER),
    setHalted(market, isHalted) {
      if (isHalted) {
        halted.add(market)
        control(market).halt()
      } else if (halted.delete(market)) {
        control(market).resume().seedBook()
      }
    },
  }
}
