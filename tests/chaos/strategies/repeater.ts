/** A bot that is not sure it has spoken: submits again what was submitted before, at once, later, and after the end. */
import type { Desk, Strategy } from '../desk.js'
import type { Dice } from '../dice.js'

export function createRepeater(desk: Desk, dice: Dice): Strategy {
  let intents = 0
  return {
    act() {
      if (dice.chance(0.15)) {
        const market = dice.pick(desk.markets)
        const side = dice.pick(['buy', 'sell'] as const)
        const intent = {
          market,
          side,
          size: desk.size(market, dice.integer(11, 700)),
          price: desk.price(market, side === 'buy' ? 4 : -4),
          timeInForce: dice.pick(['ioc', 'gtc'] as const),
          intentId: `again-${++intents}`,
        }
        for (let i = dice.integer(1, 3); i > 0; i--) desk.submit(intent)
      }
      const { entries, ids } = desk.book
      if (ids.length === 0 || !dice.chance(0.3)) return
      const newest = dice.chance(0.7) ? Math.max(0, ids.length - 40) : 0
      const entry = entries.get(ids[dice.integer(newest, ids.length - 1)] ?? '0x')
      if (entry?.intent.intentId !== undefined) desk.submit(entry.intent)
    },
  }
}
