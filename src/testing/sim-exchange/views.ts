/**
 * Orders, fills, positions and books as the venue spells them in JSON. Shared by the info endpoint and the feeds.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint
 */
import { type Decimal, toWire, ZERO } from '../../model/decimal.js'
import type { Level } from './book.js'
import { type BookGrouping, mergedLevels } from './book-grouping.js'
import {
  available,
  cashOf,
  equity,
  liquidationPrice,
  maintenanceMargin,
  marginUsed,
  positionValue,
  spotOf,
  unrealisedPnl,
} from './margin.js'
import { printed } from './numbers.js'
import { entryPrice } from './positions.js'
import type { Dex, Fill, Funding, OrderStatus, SimAccount, SimMarket, SimOrder, Slot, Trade, Trigger } from './state.js'
import { firesAbove } from './trigger-index.js'
import { tokenName } from './universe-tokens.js'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

const side = (isBuy: boolean): string => (isBuy ? 'B' : 'A')

/** The short form of an order, as in `openOrders` and `orderUpdates`. Absent options are absent keys. */
export function orderView(
  order: SimOrder,
  remaining: Decimal = order.remaining,
): { readonly [key: string]: Json | undefined } {
  return {
    coin: order.market.name,
    side: side(order.isBuy),
    limitPx: printed(order.price),
    sz: printed(remaining),
    oid: order.oid,
    timestamp: order.placedAt,
    origSz: printed(order.originalSize),
    ...(order.cloid === null ? {} : { cloid: order.cloid }),
    ...(order.reduceOnly ? { reduceOnly: true } : {}),
  }
}

/** The long form, as in `frontendOpenOrders` and `orderStatus`. */
export function frontendOrderView(order: SimOrder, remaining: Decimal = order.remaining): Json {
  const { trigger, group } = order
  return {
    coin: order.market.name,
    side: side(order.isBuy),
    limitPx: printed(order.price),
    sz: printed(remaining),
    oid: order.oid,
    timestamp: order.placedAt,
    triggerCondition: trigger === undefined ? 'N/A' : triggerCondition(trigger, order.isBuy),
    isTrigger: trigger !== undefined,
    triggerPx: printed(trigger?.price ?? ZERO),
    children:
      group?.parent === order
        ? group.children.filter((child) => child.waitsFor === 'fill').map((child) => frontendOrderView(child))
        : [],
    isPositionTpsl: group?.kind === 'positionTpsl',
    reduceOnly: order.reduceOnly,
    orderType: orderType(order),
    origSz: printed(order.originalSize),
    tif: trigger === undefined ? order.timeInForce : null,
    cloid: order.cloid,
  }
}

function orderType({ trigger, timeInForce }: SimOrder): string {
  if (trigger === undefined) return timeInForce === 'FrontendMarket' ? 'Market' : 'Limit'
  return `${trigger.kind === 'tp' ? 'Take Profit' : 'Stop'} ${trigger.isMarket ? 'Market' : 'Limit'}`
}

const triggerCondition = (trigger: Trigger, isBuy: boolean): string =>
  `Price ${firesAbove(trigger, isBuy) ? 'above' : 'below'} ${toWire(trigger.price)}`

export function orderUpdateView({ order, status, statusAt, remaining }: OrderStatus): Json {
  return { order: orderView(order, remaining), status, statusTimestamp: statusAt }
}

export function orderHistoryView({ order, status, statusAt, remaining }: OrderStatus): Json {
  return { order: frontendOrderView(order, remaining), status, statusTimestamp: statusAt }
}

export function fillView(fill: Fill): Json {
  const { order } = fill
  return {
    coin: fill.market.name,
    px: printed(fill.price),
    sz: printed(fill.size),
    side: side(order.isBuy),
    time: fill.time,
    startPosition: printed(fill.startPosition),
    dir: fill.direction,
    closedPnl: printed(fill.closedPnl),
    hash: fill.hash,
    oid: order.oid,
    crossed: fill.crossed,
    fee: printed(fill.fee),
    ...(fill.builderFee.eq(ZERO) ? {} : { builderFee: printed(fill.builderFee) }),
    tid: fill.tradeId,
    ...(order.cloid === null ? {} : { cloid: order.cloid }),
    feeToken: tokenName(fill.market.collateralToken),
    twapId: null,
  }
}

export function fundingView({ market, time, amount, size, rate }: Funding): { readonly [key: string]: Json } {
  return {
    time,
    coin: market.name,
    usdc: printed(amount),
    szi: printed(size),
    fundingRate: printed(rate),
    nSamples: null,
  }
}

export function tradeView(trade: Trade): Json {
  return {
    coin: trade.market.name,
    side: side(trade.takerIsBuyer),
    px: printed(trade.price),
    sz: printed(trade.size),
    time: trade.time,
    hash: trade.hash,
    tid: trade.tradeId,
    users: [trade.buyer, trade.seller],
  }
}

const levelView = (level: Pick<Level, 'price' | 'size' | 'count'> | undefined): Json =>
  level === undefined ? null : { px: printed(level.price), sz: printed(level.size), n: level.count }

export function bboView(market: SimMarket, time: number): Json {
  return { coin: market.name, time, bbo: [levelView(market.book.best(true)), levelView(market.book.best(false))] }
}

/** @param depth levels per side, after merging */
export function bookView(market: SimMarket, time: number, depth: number, grouping: BookGrouping): Json {
  const levels = (isBuy: boolean): Json[] =>
    mergedLevels(
      market.book.levels(isBuy, grouping.nSigFigs === null ? depth : Number.MAX_SAFE_INTEGER),
      grouping,
      depth,
    ).map(levelView)
  return { coin: market.name, time, levels: [levels(true), levels(false)] }
}

/** The middle of the book; none unless both sides have an order. */
export function midOf(market: SimMarket): Decimal | undefined {
  const bid = market.book.best(true)
  const ask = market.book.best(false)
  return bid && ask ? bid.price.plus(ask.price).div(2) : undefined
}

export function contextView(market: SimMarket): Json {
  const mid = midOf(market)
  const bid = market.book.best(true)
  const ask = market.book.best(false)
  return {
    funding: printed(market.funding),
    openInterest: printed(market.openInterest),
    prevDayPx: printed(market.prevDay),
    dayNtlVlm: printed(market.dayValue),
    premium: mid ? printed(mid.div(market.oracle).minus(1).round(10)) : null,
    oraclePx: printed(market.oracle),
    markPx: printed(market.mark),
    midPx: mid ? printed(mid) : null,
    impactPxs: bid && ask ? [printed(bid.price), printed(ask.price)] : null,
    dayBaseVlm: printed(market.daySize),
  }
}

export function leverageView(slot: Slot): Json {
  if (slot.isCross) return { type: 'cross', value: slot.leverage }
  const cost = slot.size.gte(ZERO) ? slot.entryValue : slot.entryValue.neg()
  return { type: 'isolated', value: slot.leverage, rawUsd: printed(slot.isolatedMargin.minus(cost)) }
}

function positionView(account: SimAccount, slot: Slot): Json {
  const pnl = unrealisedPnl(slot)
  const liquidation = liquidationPrice(account, slot)
  const invested = slot.entryValue.div(slot.leverage)
  return {
    type: 'oneWay',
    position: {
      coin: slot.market.name,
      szi: printed(slot.size),
      leverage: leverageView(slot),
      entryPx: printed(entryPrice(slot)),
      positionValue: printed(positionValue(slot)),
      unrealizedPnl: printed(pnl.round(6)),
      returnOnEquity: printed(pnl.div(invested).round(10)),
      liquidationPx: liquidation ? printed(liquidation.round(10)) : null,
      marginUsed: printed(marginUsed(slot).round(6)),
      maxLeverage: slot.market.maxLeverage,
      cumFunding: {
        allTime: printed(slot.funding.allTime),
        sinceOpen: printed(slot.funding.sinceOpen),
        sinceChange: printed(slot.funding.sinceChange),
      },
    },
  }
}

/** The account on one dex. In the unified mode the balance is the spot balance, and only positions count here. */
export function clearinghouseView(account: SimAccount | undefined, dex: Dex, time: number): Json {
  const slots = [...(account?.slots.values() ?? [])].filter(
    (slot) => slot.market.dex === dex.spec.name && !slot.size.eq(ZERO),
  )
  const pool = { dex: dex.spec.name, collateralToken: dex.spec.collateralToken }
  const isUnified = account?.mode === 'unifiedAccount'
  const sum = (list: readonly Slot[], value: (slot: Slot) => Decimal): Decimal =>
    list.reduce((total, slot) => total.plus(value(slot)), ZERO)
  const signedValue = (slot: Slot): Decimal => slot.size.times(slot.market.mark)
  const cross = slots.filter((slot) => slot.isCross)
  const used = sum(slots, marginUsed)
  const isolated = sum(
    slots.filter((slot) => !slot.isCross),
    marginUsed,
  )
  const value = account === undefined ? ZERO : isUnified ? used : equity(account, pool)
  const summary = (accountValue: Decimal, of: readonly Slot[]): Json => ({
    accountValue: printed(accountValue.round(6)),
    totalNtlPos: printed(sum(of, positionValue)),
    totalRawUsd: printed(accountValue.minus(sum(of, signedValue)).round(6)),
    totalMarginUsed: printed(sum(of, marginUsed).round(6)),
  })
  const free = account === undefined || isUnified ? ZERO : available(account, pool)
  return {
    marginSummary: summary(value, slots),
    crossMarginSummary: summary(value.minus(isolated), cross),
    crossMaintenanceMarginUsed: printed(sum(cross, maintenanceMargin).round(6)),
    withdrawable: printed(free.gt(ZERO) ? free.round(6) : ZERO),
    assetPositions: account === undefined ? [] : slots.map((slot) => positionView(account, slot)),
    time,
  }
}

export function openOrdersOf(account: SimAccount | undefined, dex: string): SimOrder[] {
  return [...(account?.openOrders.values() ?? [])].filter((order) => order.market.dex === dex)
}

/** Spot balances. Those of a unified account are its pools, and held as far as they back something. */
export function spotView(
  account: SimAccount | undefined,
  tokens: readonly { readonly name: string; readonly index: number }[],
): Json {
  if (account === undefined) return { balances: [] }
  const balances: Json[] = []
  for (const { name, index } of tokens) {
    const pool = { dex: '', collateralToken: index }
    const isUnified = account.mode === 'unifiedAccount'
    const total = isUnified ? cashOf(account, pool) : spotOf(account, index)
    if (total.eq(ZERO)) continue
    const hold = isUnified ? total.minus(available(account, pool)) : ZERO
    balances.push({
      coin: name,
      token: index,
      total: printed(total),
      hold: printed(hold.gt(ZERO) ? hold.round(6) : ZERO),
      entryNtl: '0.0',
    })
  }
  return { balances }
}
