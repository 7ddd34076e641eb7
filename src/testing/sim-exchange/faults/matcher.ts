/**
 * Which messages a rule strikes: by kind and connection, by number, and by seeded chance.
 */
import type { Random } from '../../seeded.js'
import { isOfKind } from './message.js'
import type { FaultMatch, FaultMessage, MessagePattern } from './rules.js'

export type Matcher = {
  /** Whether the message is one that the rule looks at. Counts nothing. */
  fits(message: FaultMessage): boolean
  /** Counts a message that fits, and decides whether it is struck. */
  strikes(): boolean
}

const CHANCES = 1_000_000
const DIRECTIONS = ['request', 'reply', 'feed']

/** @throws {TypeError | RangeError} when a pattern names no message, or a number is out of range */
export function createMatcher(
  match: FaultMatch,
  of: MessagePattern | readonly MessagePattern[],
  random: Random,
): Matcher {
  const patterns: readonly MessagePattern[] = typeof of === 'string' ? [of] : of
  for (const pattern of patterns) checkPattern(pattern, 'of')
  const { connection, where, probability = 1, nth, every } = match
  const first = count(nth ?? 1, 'nth')
  const step = count(every ?? 1, 'every')
  const limit =
    match.times === undefined
      ? nth !== undefined && every === undefined
        ? 1
        : Number.POSITIVE_INFINITY
      : count(match.times, 'times')
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`probability: expected 0 to 1, got ${probability}`)
  }
  let met = 0
  let struck = 0
  return {
    fits: (message) =>
      (connection === undefined || connection === message.connection) &&
      patterns.some((pattern) => isOfKind(message.kind, pattern)) &&
      (where === undefined || where(message)),
    strikes() {
      met++
      if (struck === limit || met < first || (met - first) % step !== 0) return false
      // Drawn for every match that is due, certain or not, so that one rule's chances do not depend on another's.
      if (random.integer(1, CHANCES) > probability * CHANCES) return false
      struck++
      return true
    },
  }
}

export function checkPattern(pattern: unknown, name: string): void {
  if (typeof pattern !== 'string' || !DIRECTIONS.includes(pattern.split(':')[0] ?? '')) {
    throw new TypeError(
      `${name}: expected a message such as "request:action:order", "reply:info" or "feed:bbo", got ${JSON.stringify(pattern)}`,
    )
  }
}

function count(value: number, name: string): number {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name}: expected 1 or more, got ${value}`)
  return value
}
