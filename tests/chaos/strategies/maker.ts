/** Quotes both sides of every market, post-only, and takes quotes back to quote anew as the mark moves. */
import type { ClientOrderId } from 'hip3-executor'
import type { Desk, Strategy } from '../desk.js'
import type { Dice } from '../dice.js'

const LEVELS = 2

export function createMaker(desk: Desk, dice: Dice): Strategy {
  const quotes = new Map<string, ClientOrderId>()

  function quote(market: string, side: 'buy' | 'sell', level: number): void {
    const key = `${market} ${side} ${level}`
    const quoted = quotes.get(key)
    if (quoted !== undefined) desk.cancel(quoted)
    const away = dice.integer(-1, 12) + level * 8
    const id = desk.submit({
      market,
      side,
      size: desk.size(market, dice.integer(15, 900)),
      price: desk.price(market, side === 'buy' ? -away : away),
      timeInForce: 'alo',
      tags: { strategy: 'maker' },
    })
    if (id !== undefined) quotes.set(key, id)
    else quotes.delete(key)
  }

  return {
    act() {
      for (const market of desk.markets) {
        if (!dice.chance(0.25)) continue
        for (const side of ['buy', 'sell'] as const) {
          for (let level = 0; level < LEVELS; level++) if (dice.chance(0.7)) quote(market, side, level)
        }
      }
    },
  }
}
