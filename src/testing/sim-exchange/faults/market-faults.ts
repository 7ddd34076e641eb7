/**
 * What can happen on a market in the instant before an order is executed.
 */
import type { Address } from '../../../model/account.js'
import { type Decimal, decimal, ZERO } from '../../../model/decimal.js'
import { floorSize, roundPrice, tickAt } from '../../../model/market.js'
import { createAccount } from '../accounts.js'
import { decodeAction, type OrderWire } from '../actions.js'
import { cancelAll } from '../cancel.js'
import { createMarketControl } from '../controls.js'
import { Undecodable } from '../decode.js'
import { quote } from '../house.js'
import { wouldMatch } from '../matching.js'
import type { SimAccount, SimMarket, Venue } from '../state.js'
import type { Matcher } from './matcher.js'
import { field, type Message } from './message.js'
import type { ActiveFault } from './message-faults.js'
import type { MarketFault } from './rules.js'

type Options = {
  readonly venue: Venue
  readonly publish: () => void
  readonly matcher: Matcher
  readonly note: (message: Message) => void
}

/** @throws {RangeError} when there is no such market or a number is out of range */
export function createMarketFault(rule: MarketFault, options: Options): ActiveFault {
  const { venue, publish, matcher, note } = options
  const happen = effect(rule, venue, publish)
  return {
    meet(message) {
      if (message.before === undefined || !matcher.fits(message) || !matcher.strikes()) return false
      note(message)
      message.before.push(() => happen(message))
      return false
    },
  }
}

function effect(rule: MarketFault, venue: Venue, publish: () => void): (message: Message) => void {
  switch (rule.fault) {
    case 'markJump': {
      const market = createMarketControl(venue, rule.market, publish)
      const { szDecimals = 0 } = venue.marketsByName.get(rule.market) ?? {}
      const factor = decimal(String(rule.byBps), 'byBps').div(10_000).plus(1)
      if (factor.lte(ZERO)) throw new RangeError(`byBps: expected above -10000, got ${rule.byBps}`)
      return () => market.setMark(roundPrice(decimal(market.mark(), 'mark').times(factor), 'buy', szDecimals))
    }
    case 'emptyBook': {
      const market = createMarketControl(venue, rule.market, publish)
      return () => market.clearBook()
    }
    case 'makersMoveAway':
      return (message) => {
        for (const order of ordersOf(venue, message)) moveAway(venue, order)
        publish()
      }
    case 'partialFill': {
      const { percent = 50, counterparties = 3 } = rule
      if (!(percent > 0 && percent < 100)) throw new RangeError(`percent: expected between 0 and 100, got ${percent}`)
      if (!(Number.isInteger(counterparties) && counterparties >= 1 && counterparties <= MOST_COUNTERPARTIES)) {
        throw new RangeError(`counterparties: expected 1 to ${MOST_COUNTERPARTIES}, got ${counterparties}`)
      }
      const share = decimal(String(percent), 'percent').div(100)
      const makers = Array.from({ length: counterparties }, (_, index) => createAccount(makerAddress(index), true))
      return (message) => {
        for (const order of ordersOf(venue, message)) meetInPart(venue, order, share, makers)
        publish()
      }
    }
  }
}

const MOST_COUNTERPARTIES = 20
const makerAddress = (index: number): Address => `0x${(0xb000 + index).toString(16).padStart(40, '0')}`

type Arriving = {
  readonly market: SimMarket
  readonly isBuy: boolean
  readonly price: Decimal
  readonly size: Decimal
}

/** The orders of a request that could trade. */
function ordersOf(venue: Venue, message: Message): Arriving[] {
  return wiresOf(message).flatMap(({ a, b, p, s, t }) => {
    const market = venue.markets.get(a)
    const isMaker = 'limit' in t && t.limit.tif === 'Alo'
    if (market === undefined || market.isHalted || market.isDelisted || isMaker) return []
    return [{ market, isBuy: b, price: decimal(p, 'p'), size: decimal(s, 's') }]
  })
}

function wiresOf({ payload }: Message): readonly OrderWire[] {
  try {
    const action = decodeAction(field(payload, 'action'))
    return action.type === 'order' ? action.orders : []
  } catch (error) {
    if (error instanceof Undecodable) return []
    throw error
  }
}

/** How far beyond the order's limit the makers go: half a percent. */
const OUT_OF_REACH = '0.005'

function moveAway(venue: Venue, { market, isBuy, price }: Arriving): void {
  const makers = market.book.orders().filter((order) => order.account.isHouse && order.isBuy !== isBuy)
  cancelAll(venue, makers, 'canceled')
  const shift = price.times(OUT_OF_REACH).times(isBuy ? 1 : -1)
  const start = roundPrice(price.plus(shift), isBuy ? 'sell' : 'buy', market.szDecimals)
  makers.forEach(({ remaining }, index) => {
    const level = stepped(start, index, !isBuy, market)
    if (level.gt(ZERO)) quote(venue, market, !isBuy, { price: level, size: remaining })
  })
}

function meetInPart(venue: Venue, order: Arriving, share: Decimal, makers: readonly SimAccount[]): void {
  const { market, isBuy, price, size } = order
  const best = wouldMatch(market, isBuy, price) ? market.book.best(!isBuy)?.price : undefined
  moveAway(venue, order)
  const total = floorSize(size.times(share), market.szDecimals)
  const each = floorSize(total.div(makers.length), market.szDecimals)
  const start = best ?? roundPrice(price, isBuy ? 'buy' : 'sell', market.szDecimals)
  makers.forEach((maker, index) => {
    const isLast = index === makers.length - 1
    const part = isLast ? total.minus(each.times(index)) : each
    const wanted = stepped(start, index, !isBuy, market)
    const isInReach = isBuy ? wanted.lte(price) : wanted.gte(price)
    if (part.gt(ZERO)) quote(venue, market, !isBuy, { price: isInReach ? wanted : start, size: part }, maker)
  })
}

/** So many ticks behind a price, on its side of the book. */
function stepped(price: Decimal, steps: number, isBuy: boolean, { szDecimals }: SimMarket): Decimal {
  const moved = price.plus(tickAt(price, szDecimals).times(isBuy ? -steps : steps))
  return roundPrice(moved, isBuy ? 'buy' : 'sell', szDecimals)
}
