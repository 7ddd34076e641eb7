/** Cancels anything at any moment: just submitted, unanswered, long over, twice, by either id. */
import type { Desk, Strategy } from '../desk.js'
import type { Dice } from '../dice.js'

export function createCanceller(desk: Desk, dice: Dice): Strategy {
  return {
    act() {
      const { ids } = desk.book
      for (let i = dice.integer(0, 2); i > 0 && ids.length > 0; i--) {
        const newest = dice.chance(0.8) ? Math.max(0, ids.length - 12) : 0
        const id = ids[dice.integer(newest, ids.length - 1)]
        if (id === undefined) continue
        const orderId = desk.order(id)?.orderId
        desk.cancel(orderId !== undefined && dice.chance(0.2) ? orderId : id)
        if (dice.chance(0.1)) desk.cancel(id)
      }
      // What rests for ever would fill the book with orders the bot has forgotten.
      const open = desk.openOrders()
      if (open.length > 60) for (const { clientOrderId } of open.slice(0, 20)) desk.cancel(clientOrderId)
    },
  }
}
