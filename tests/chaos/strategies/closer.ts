/**
 * Gets out of positions with reduce-only orders: at once or resting, in part, in full or more than there is, twice in the
 * same turn, and from inside the event of a fill.
 */
import type { Intent, Position } from 'hip3-executor'
import type { Desk, Strategy } from '../desk.js'
import type { Dice } from '../dice.js'

export function createCloser(desk: Desk, dice: Dice): Strategy {
  function exitOf({ market, size }: Position): Intent {
    const side = size.gt(0) ? 'sell' : 'buy'
    const isNow = dice.chance(0.7)
    const reach = isNow ? dice.pick([5, 40]) : -dice.integer(2, 30)
    return {
      market,
      side,
      size: size.abs().times(dice.pick(['0.3', '1', '1', '2'])),
      price: desk.price(market, side === 'buy' ? reach : -reach),
      timeInForce: isNow ? 'ioc' : 'gtc',
      reduceOnly: true,
    }
  }

  desk.onFill(({ market }) => {
    if (!dice.chance(0.05)) return
    const position = desk.positions().find((one) => one.market === market)
    if (position !== undefined) desk.submit(exitOf(position))
  })

  return {
    act() {
      for (const position of desk.positions()) {
        if (!dice.chance(0.12)) continue
        const exit = exitOf(position)
        desk.submit(exit)
        if (dice.chance(0.2)) desk.submit(exitOf(position))
      }
    },
  }
}
