/**
 * What will go wrong in a run, and when: a list, so that a run that failed can be played again with less of it.
 *
 * The seed alone makes the plan and everything the bot and the market do.
 */
import type { FaultRule } from 'hip3-executor/testing'
import { createDice, type Dice } from './dice.js'
import { drawStorm, drawWeather } from './faults.js'
import type { Disk } from './journal.js'
import type { DeathPoint } from './life.js'
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
  | (Span & { readonly what: 'disk'; readonly mode: Disk['mode'] })
  /** Out of trade: every order is cancelled and every position settled, which no fill tells of. */
  | (Span & { readonly what: 'halt'; readonly market: string })
  /** The executor is closed, and after a while there is a new one. */
  | (Span & { readonly what: 'restart' })
  /** The process dies when it next comes to this point, or at once; after a while there is a new one. */
  | (Span & { readonly what: 'crash'; readonly point: DeathPoint | 'now'; readonly nth: number })
  /**
   * One of the two clocks is off until somebody sets ours right. The venue's runs ahead but never back, as the time of
   * blocks.
   */
  | (Span & { readonly what: 'drift'; readonly ms: number; readonly of: 'venue' | 'ours' })

export type Plan = {
  readonly seed: number
  /** The bot acts once in each. */
  readonly steps: number
  readonly incidents: readonly Incident[]
}

/** On average so many steps lie between the beginnings of two faults. */
const STEPS_PER_FAULT = 5
const STEPS_PER_STORM = 200
const LONGEST_STORM = 60
const STEPS_PER_INCIDENT = 60

export function planOf(seed: number, steps: number): Plan {
  const dice = createDice(seed).of('plan')
  const incidents: Incident[] = []
  const draw = drawWeather(dice)
  const span = (longest: number): Span => {
    const from = dice.integer(1, steps)
    return { from, until: from + dice.integer(1, longest) }
  }
  for (let i = 0; i < steps / STEPS_PER_FAULT; i++) {
    const longest = dice.pick([5, 30, 120])
    incidents.push({ what: 'fault', ...span(longest), rule: draw(MARKETS) })
  }
  for (let i = 0; i < steps / STEPS_PER_STORM; i++) {
    const during = span(LONGEST_STORM)
    for (const rule of drawStorm(dice)) incidents.push({ what: 'fault', ...during, rule })
  }
  for (let i = 0; i < steps / STEPS_PER_INCIDENT; i++) incidents.push(drawIncident(dice, span))
  return { seed, steps, incidents }
}

const KINDS = [
  'outage',
  'hardStop',
  'slowSigner',
  'disk',
  'restart',
  'crash',
  'crash',
  'crash',
  'drift',
  'halt',
] as const
const POINTS = ['now', 'beforeAppend', 'afterAppend', 'beforeSend', 'afterSend', 'beforeHearing'] as const

function drawIncident(dice: Dice, span: (longest: number) => Span): Incident {
  switch (dice.pick(KINDS)) {
    case 'outage':
      return { what: 'outage', ...span(40) }
    case 'hardStop':
      return { what: 'hardStop', ...span(20) }
    case 'slowSigner': {
      const maxMs = dice.pick([50, 1_000, 3_000])
      return { what: 'slowSigner', ...span(100), maxMs, failing: dice.pick([0, 0.1, 0.5]) }
    }
    case 'disk':
      return { what: 'disk', ...span(60), mode: dice.pick(['slow', 'slow', 'full'] as const) }
    case 'halt':
      return { what: 'halt', ...span(40), market: dice.pick(MARKETS) }
    case 'restart':
      return { what: 'restart', ...span(12) }
    case 'crash':
      return { what: 'crash', ...span(12), point: dice.pick(POINTS), nth: dice.integer(1, 40) }
    case 'drift': {
      const of = dice.pick(['venue', 'ours'] as const)
      return { what: 'drift', ...span(60), of, ms: dice.integer(of === 'venue' ? 1 : -8_000, 8_000) }
    }
  }
}
