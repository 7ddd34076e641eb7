/** Somebody else at the same account, by hand and past the executor: places orders of his own, and cancels any. */

import type { Strategy } from '../desk.js'
import type { Dice } from '../dice.js'
import type { ChaosVenue } from '../venue.js'

export type Stranger = Strategy & {
  /** Takes all of his orders off. */
  leave(): void
}

export function createStranger(venue: ChaosVenue, dice: Dice): Stranger {
  let placed = 0

  function place(): void {
    const market = dice.pick(venue.markets)
    const isBuy = dice.chance(0.5)
    const away = dice.integer(-15, 25)
    venue.byHand({
      type: 'order',
      grouping: 'na',
      orders: [
        {
          ...venue.onGrid(market, isBuy ? 'buy' : 'sell', isBuy ? -away : away, dice.integer(15, 900)),
          r: dice.chance(0.2),
          t: { limit: { tif: dice.pick(['Gtc', 'Ioc', 'Alo'] as const) } },
          ...(dice.chance(0.5) ? { c: venue.strangerId(++placed) } : {}),
        },
      ],
    })
  }

  function cancel(isHis: boolean): void {
    const open = venue.open().filter((order) => !isHis || venue.isStranger(order))
    if (open.length === 0) return
    const { oid, market } = dice.pick(open)
    venue.byHand({ type: 'cancel', cancels: [{ a: venue.assetId(market), o: oid }] })
  }

  return {
    act() {
      if (dice.chance(0.06)) place()
      if (dice.chance(0.03)) cancel(dice.chance(0.7))
    },
    leave() {
      for (const order of venue.open().filter(venue.isStranger)) {
        venue.byHand({ type: 'cancel', cancels: [{ a: venue.assetId(order.market), o: order.oid }] })
      }
    },
  }
}
