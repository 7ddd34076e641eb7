/** Takes what it can get at once; often at a price that finds nobody, sometimes at one nobody would refuse. */
import type { Desk, Strategy } from '../desk.js'
import type { Dice } from '../dice.js'

export function createTaker(desk: Desk, dice: Dice): Strategy {
  let intents = 0
  return {
    act() {
      for (let i = dice.integer(0, 3); i > 0; i--) {
        const market = dice.pick(desk.markets)
        const side = dice.pick(['buy', 'sell'] as const)
        const reach = dice.pick([-20, 2, 10, 30])
        desk.submit({
          market,
          side,
          size: desk.size(market, dice.integer(11, 2_500)),
          price: desk.price(market, side === 'buy' ? reach : -reach),
          timeInForce: 'ioc',
          rounding: dice.pick(['passive', 'aggressive'] as const),
          ...(dice.chance(0.5) ? { intentId: `take-${++intents}` } : {}),
          edgeBps: reach,
        })
      }
    },
  }
}
