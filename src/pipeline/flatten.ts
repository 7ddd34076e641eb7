/**
 * Out of every position, and made sure of it: the venue itself must say flat.
 *
 * A position that only the venue knows of, because a feed fell silent, is closed like any other.
 */

import type { ClosePosition } from './close-position.js'
import type { Parts } from './parts.js'
import type { Reconciler } from './reconcile.js'
import type { Until } from './until.js'

/** Ends by then (monotonic ms) at the latest, and says what stands in the way of being flat, for people. */
export type Flatten = (deadlineAt: number) => Promise<readonly string[]>

export type FlattenParts = {
  readonly parts: Pick<Parts, 'clock' | 'positions' | 'market'>
  readonly closePosition: ClosePosition
  readonly reconciler: Pick<Reconciler, 'agreed'>
  readonly until: Until
}

/** How long a comparison with the venue may hold us up: a difference that stands is no reason to stay in. */
const COMPARE_MS = 2_000

export function createFlatten({ parts, closePosition, reconciler, until }: FlattenParts): Flatten {
  const { clock, positions, market } = parts

  return async (deadlineAt) => {
    const obstacles = new Map<string, string>()
    for (;;) {
      const agreed = reconciler.agreed().then(() => true)
      const isAgreed = await until.settles(agreed, Math.min(clock.monotonic() + COMPARE_MS, deadlineAt))
      const held = positions.all().map(({ market: name }) => name)
      const ours = held.filter((name) => market(name) !== undefined)
      if ((ours.length === 0 && isAgreed) || clock.monotonic() >= deadlineAt) {
        const notes = held.map((name) => `${name}: ${obstacles.get(name) ?? 'not a market of this executor'}`)
        return isAgreed ? notes : [...notes, 'what is left could not be compared with the venue']
      }
      const closed = ours.map(async (name) => obstacles.set(name, (await closePosition.close(name, deadlineAt)) ?? ''))
      await Promise.all(closed)
    }
  }
}
