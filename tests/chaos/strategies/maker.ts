/** Quotes both sides of every market, post-only, and moves its quotes with the mark: by modifying, or by cancelling first. */
import type { ClientOrderId } from 'hip3-executor'
import type { Desk, Strategy } from '../desk.js'
import type { Dice } from '../dice.js'

const LEVELS = 2

export function createMaker(desk: Desk, dice: Dice): Strategy {
  const quotes = new Map<string, ClientOrderId>()

  function quote(market: string, side: 'buy' | 'sell', level: number): void {
    const key = `${market} ${side} ${level}`
    const quoted = quotes.get(key)
    const away = dice.integer(-1, 12) + level * 8
    const price = desk.price(market, side === 'buy' ? -away : away)
    const size = desk.size(market, dice.integer(15, 900))
    if (quoted !== undefined && dice.chance(0.6)) {
      const id = desk.modify(quoted, dice.pick([{ price }, { size }, { price, size }]))
      if (id !== undefined) quotes.set(key, id)
      if (id !== undefined || dice.chance(0.5)) return
    }
    if (quoted !== undefined) desk.cancel(quoted)
    const id = desk.submit({ market, side, size, price, timeInForce: 'alo', tags: { strategy: 'maker' } })
    if (id === undefined) quotes.delete(key)
    else quotes.set(key, id)
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
