/** Lays several resting orders at once, all under intents of its own, and takes whole markets off again. */
import type { Intent } from 'hip3-executor'
import type { Desk, Strategy } from '../desk.js'
import type { Dice } from '../dice.js'

export function createLadder(desk: Desk, dice: Dice): Strategy {
  let ladders = 0
  return {
    act() {
      if (dice.chance(0.02)) desk.cancelAll(dice.chance(0.8) ? dice.pick(desk.markets) : undefined)
      if (!dice.chance(0.08)) return
      const market = dice.pick(desk.markets)
      const side = dice.pick(['buy', 'sell'] as const)
      const first = dice.integer(-10, 20)
      const ladder = ++ladders
      const rungs = Array.from({ length: dice.integer(2, 8) }, (_, rung): Intent => {
        const away = first + rung * 10
        return {
          market,
          side,
          size: desk.size(market, dice.integer(15, 400)),
          price: desk.price(market, side === 'buy' ? -away : away),
          timeInForce: 'gtc',
          intentId: `ladder-${ladder}-${rung}`,
        }
      })
      desk.submitMany(rungs)
    },
  }
}
