/**
 * Faults as verbs: every request and every frame goes through here, and here only, and whatever was ordered to happen
 * to it happens.
 *
 * Faults act in the order in which they were ordered. One that takes a message hides it from those after it, until it
 * hands it on.
 */
import type { Clock } from '../../../ports.js'
import { createRandom, type Random, scramble } from '../../seeded.js'
import type { Recorder } from '../record.js'
import type { Venue } from '../state.js'
import { createLastingFault } from './lasting-faults.js'
import { createMarketFault } from './market-faults.js'
import { createMatcher } from './matcher.js'
import type { Message } from './message.js'
import { type ActiveFault, createMessageFault } from './message-faults.js'
import type { FaultHandle, FaultRule } from './rules.js'

export type Faults = {
  /** @throws {TypeError | RangeError} when the rule makes no sense */
  add(rule: FaultRule): FaultHandle
  /** Sends a message on its way. */
  send(message: Message): void
  /** A connection has ended; what is held for it is dropped. */
  ended(connection: string): void
}

type FaultsOptions = {
  readonly venue: Venue
  readonly clock: Pick<Clock, 'schedule'>
  readonly recorder: Recorder
  readonly seed: number
  readonly publish: () => void
}

/** Keeps the chances of faults apart from those of the exchange, so that a fault changes nothing but what it strikes. */
const SALT = 0x5eed_fa17

export function createFaults({ venue, clock, recorder, seed, publish }: FaultsOptions): Faults {
  const active = new Set<ActiveFault>()
  let ordered = 0

  function create(rule: FaultRule, random: Random, note: (message?: Message) => void): ActiveFault {
    switch (rule.fault) {
      case 'markJump':
      case 'emptyBook':
      case 'makersMoveAway':
      case 'partialFill': {
        const matcher = createMatcher(rule, rule.of ?? 'request:action:order', random)
        return createMarketFault(rule, { venue, publish, matcher, note })
      }
      case 'clockSkew':
      case 'postOnlyMode':
      case 'oracleSilence':
      case 'staleOrderStatus': {
        const match = rule.fault === 'staleOrderStatus' ? rule : {}
        const matcher = createMatcher(match, 'reply:info:orderStatus', random)
        return createLastingFault(rule, { venue, clock, publish, matcher, note })
      }
      case 'lose':
      case 'delay':
      case 'duplicate':
      case 'reorder':
      case 'cut':
      case 'halfOpen':
      case 'malform':
      case 'tooManyRequests':
      case 'serverError':
        return createMessageFault(rule, { matcher: createMatcher(rule, rule.of, random), clock, note })
      default:
        throw new TypeError(`fault: there is no fault ${JSON.stringify((rule as { fault?: unknown }).fault)}`)
    }
  }

  function travel(message: Message, faults: readonly ActiveFault[], from: number, text: string): void {
    for (let index = from; index < faults.length; index++) {
      const fault = faults[index]
      if (fault === undefined || !active.has(fault)) continue
      if (fault.meet?.(message, text, (next) => travel(message, faults, index + 1, next))) return
    }
    message.pass(text)
    for (const fault of active) fault.passed?.(message)
  }

  return {
    add(rule) {
      let hits = 0
      const note = (message?: Message): void => {
        hits++
        recorder.fault(rule.fault, message?.connection ?? 'venue', message?.kind ?? 'venue')
      }
      ordered++
      const fault = create(rule, createRandom(scramble(seed ^ SALT) + ordered), note)
      active.add(fault)
      return {
        get hits() {
          return hits
        },
        stop() {
          if (active.delete(fault)) fault.stop?.()
        },
      }
    },
    send(message) {
      if (active.size === 0) message.pass(message.text)
      else travel(message, [...active], 0, message.text)
    },
    ended(connection) {
      for (const fault of active) fault.ended?.(connection)
    },
  }
}
