/**
 * What a test does to a dex: list markets while clients are connected.
 */
import { decimal } from '../../model/decimal.js'
import { createMarketControl, type MarketControl } from './controls.js'
import { seedBook } from './house.js'
import type { Venue } from './state.js'
import type { MarketSpec } from './universe.js'
import { addMarket } from './venue.js'

export type DexControl = {
  readonly name: string
  /** In meta order. */
  markets(): readonly string[]
  /**
   * Lists one more market behind the others, with a book around its mid. Clients learn of it when they ask for `meta`.
   *
   * @throws {TypeError | RangeError} when the name is taken or belongs to another dex, or a figure is malformed
   */
  addMarket(spec: MarketSpec): MarketControl
}

/** @throws {RangeError} when there is no such dex */
export function createDexControl(venue: Venue, name: string, publish: () => void): DexControl {
  const dex = venue.dexes.find((one) => one.spec.name === name)
  if (dex === undefined) throw new RangeError(`dex: no dex named ${JSON.stringify(name)}`)
  return {
    name,
    markets: () => dex.markets.map((market) => market.name),
    addMarket(spec) {
      const mid = decimal(spec.mid, `${spec.name}.mid`)
      const market = addMarket(venue, dex, spec)
      if (!market.isDelisted) seedBook(venue, market, mid)
      venue.notices.markets.add(market)
      publish()
      return createMarketControl(venue, market.name, publish)
    },
  }
}
