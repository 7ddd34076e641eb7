/**
 * What will go wrong in a run, and when: a list, so that a run that failed can be played again with less of it.
 *
 * The seed alone makes the plan and everything the bot and the market do.
 */
import type { FaultRule } from 'hip3-executor/testing'
import { createDice, type Dice } from './dice.js'
import { drawFault } from './faults.js'
import { MARKETS } from './venue.js'

/** In force from one step until before another. */
type Span = { readonly from: number; readonly until: number }

export type Incident =
  | (Span & { readonly what: 'fault'; readonly rule: FaultRule })
  /** No server: every connection is cut and none is made. */
  | (Span & { readonly what: 'outage' })
  /** The kill switch is on. */
  | (Span & { readonly what: 'hardStop' })
  | (Span & { readonly what: 'slowSigner'; readonly maxMs: number; readonly failing: number })
  /** The executor is closed, and after a while there is a new one. */
  | (Span & { readonly what: 'restart' })
  /** Our wall clock is set, as by NTP or a person. */
  | { readonly what: 'wallStep'; readonly from: number; readonly ms: number }

export type Plan = {
  readonly seed: number
  /** The bot acts once in each. */
  readonly steps: number
  readonly incidents: readonly Incident[]
}

/** On average so many steps lie between the beginnings of two faults. */
const STEPS_PER_FAULT = 5
const STEPS_PER_INCIDENT = 90

export function planOf(seed: number, steps: number): Plan {
  const dice = createDice(seed).of('plan')
  const incidents: Incident[] = []
  const span = (longest: number): Span => {
    const from = dice.integer(1, steps)
    return { from, until: from + dice.integer(1, longest) }
  }
  for (let i = 0; i < steps / STEPS_PER_FAULT; i++) {
    const longest = dice.pick([5, 30, 120])
    incidents.push({ what: 'fault', ...span(longest), rule: drawFault(dice, MARKETS) })
  }
  for (let i = 0; i < steps / STEPS_PER_INCIDENT; i++) incidents.push(drawIncident(dice, span))
  return { seed, steps, incidents }
}

function drawIncident(dice: Dice, span: (longest: number) => Span): Incident {
  switch (dice.pick(['outage', 'hardStop', 'slowSigner', 'restart', 'wallStep'] as const)) {
    case 'outage':
      return { what: 'outage', ...span(40) }
    case 'hardStop':
      return { what: 'hardStop', ...span(20) }
    case 'slowSigner':
      return {
        what: 'slowSigner',
        ...span(100),
        maxMs: dice.pick([0, 50, 1_000, 3_000]),
        failing: dice.pick([0, 0.1, 0.5]),
      }
    case 'restart':
      return { what: 'restart', ...span(30) }
    case 'wallStep':
      return { what: 'wallStep', from: span(1).from, ms: dice.integer(-2_500, 2_500) }
  }
}
