/** What can be wrong with a connection, and how a harness is made to suffer from it. */
import type { FaultRule } from 'hip3-executor/testing'
import type { Dice } from '../chaos/dice.js'
import type { Harness } from '../helpers/harness.js'

export const AILS = [
  'cut',
  'cutInTheMiddle',
  'halfOpen',
  'nothingArrives',
  'slow',
  'deadFeed',
  'deadMarks',
  'restart',
  'mute',
  'lostAck',
  'lateAck',
  'garbage',
  'disorder',
  'marketChanges',
] as const

export type Ail = (typeof AILS)[number]

export type Patient = {
  readonly harness: Harness
  /** From now on nothing comes through on the newest socket, in one direction or in both. */
  block(directions: 'out' | 'both'): void
  /** From now on a market is not what it was. */
  changeMarket(): void
}

export type Sickness = {
  readonly ail: Ail
  /** When the connection that has it must have been given up, monotonic ms. Absent where nobody can know of it. */
  readonly foundBy?: number
  end(): void
}

/** What the connection promises. */
const LIVENESS_MS = 20_000
const FRAMES = ['reply', 'feed', 'reply:action', 'reply:info', 'reply:subscribe'] as const
const FEEDS = ['feed:orderUpdates', 'feed:userFills', 'feed'] as const

export function fallIll(ail: Ail, { harness, block, changeMarket }: Patient, dice: Dice): Sickness {
  const { exchange, clock, sockets } = harness
  const connection = `ws-${sockets.length}`
  const foundBy = clock.monotonic() + LIVENESS_MS
  const cut = (): void => sockets.at(-1)?.terminate()
  const suffer = (rule: FaultRule): Sickness => ({ ail, end: exchange.fault(rule).stop })
  const passing: Sickness = { ail, end() {} }

  switch (ail) {
    case 'cut':
      cut()
      return passing
    case 'cutInTheMiddle':
      return suffer({ fault: 'cut', of: dice.pick(['request', 'reply', 'feed'] as const), nth: dice.integer(1, 12) })
    case 'halfOpen':
      block('both')
      return { ...passing, foundBy }
    case 'nothingArrives':
      block('out')
      return { ...passing, foundBy }
    case 'slow':
      return suffer({ fault: 'delay', of: ['request', 'reply', 'feed'], ms: dice.pick([50, 500, 4_000]), connection })
    case 'deadFeed':
      return suffer({ fault: 'lose', of: dice.pick(FEEDS), connection })
    case 'deadMarks':
      return suffer({ fault: 'lose', of: 'feed:activeAssetCtx', connection })
    case 'restart':
      cut()
      return suffer({ fault: 'cut', of: ['reply:connect', 'request'] })
    case 'mute':
      cut()
      return suffer({ fault: 'halfOpen', of: 'reply:connect', nth: 1, every: 1, times: dice.integer(1, 3) })
    case 'lostAck':
      cut()
      return suffer({ fault: 'lose', of: 'reply:subscribe', nth: 1, every: 1, times: dice.integer(1, 12) })
    case 'lateAck':
      cut()
      return suffer({ fault: 'delay', of: 'reply:subscribe', ms: dice.integer(100, 30_000) })
    case 'garbage':
      return suffer({
        fault: 'malform',
        of: dice.pick(FRAMES),
        as: dice.pick(['truncated', 'text', 'empty']),
        probability: 0.5,
      })
    case 'disorder':
      return suffer({ fault: dice.pick(['duplicate', 'reorder'] as const), of: dice.pick(FRAMES), probability: 0.5 })
    case 'marketChanges':
      changeMarket()
      cut()
      return passing
  }
}
