/** The actions that are encoded and signed: an immediate order as bots send it, and a batch of such. */

import { createNanoidIds } from '../../dist/index.js'
import type { Action } from '../../dist/signing.js'

const newId = createNanoidIds()

export const oneOrder = (): Action => batchOf(1)

/** Every order has an id of its own, as in life; the rest does not matter to any encoder. */
export function batchOf(count: number): Action {
  const orders = Array.from({ length: count }, (_, index) => ({
    a: 110_002,
    b: index % 2 === 0,
    p: '182.51',
    s: '0.25',
    r: false,
    t: { limit: { tif: 'Ioc' as const } },
    c: newId(),
  }))
  return { type: 'order', orders, grouping: 'na' }
}
