/**
 * What can happen to a message on its way: each fault takes it, and hands it on later, twice, altered, or never.
 */
import type { Clock } from '../../../ports.js'
import type { Matcher } from './matcher.js'
import { checkPattern } from './matcher.js'
import { isOfKind, type Message } from './message.js'
import type { MessageFault } from './rules.js'

/** A fault in force. */
export type ActiveFault = {
  /** Takes a message, or lets it by. Who takes it calls `next`, now, later, or never. */
  meet?(message: Message, text: string, next: (text: string) => void): boolean
  /** A message has gone by. */
  passed?(message: Message): void
  /** A connection has ended. */
  ended?(connection: string): void
  stop?(): void
}

type Next = (text: string) => void
type Strike = (message: Message, text: string, next: Next) => void

type Options = {
  readonly matcher: Matcher
  readonly clock: Pick<Clock, 'schedule'>
  /** Notes that the fault has struck. */
  readonly note: (message: Message) => void
}

const REASONS = {
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
} as const

/** @throws {TypeError | RangeError} when the rule contradicts itself */
export function createMessageFault(rule: MessageFault, options: Options): ActiveFault {
  switch (rule.fault) {
    case 'lose':
      return striking(options, () => undefined)
    case 'duplicate':
      return striking(options, (_message, text, next) => {
        next(text)
        next(text)
      })
    case 'cut':
      return striking(options, (message) => message.cut())
    case 'halfOpen':
      return striking(options, (message) => message.silence())
    case 'malform': {
      const { as = 'truncated' } = rule
      return striking(options, (_message, text, next) => next(malformed(text, as)))
    }
    case 'tooManyRequests':
      return answering(options, 429)
    case 'serverError':
      return answering(options, rule.status ?? 502)
    case 'delay':
      return delaying(options, rule.ms)
    case 'reorder':
      if (rule.until === undefined) return swapping(options)
      checkPattern(rule.until, 'until')
      return holding(options, rule.until)
  }
}

function striking({ matcher, note }: Options, strike: Strike): ActiveFault {
  return {
    meet(message, text, next) {
      if (!matcher.fits(message) || !matcher.strikes()) return false
      note(message)
      strike(message, text, next)
      return true
    },
  }
}

function answering({ matcher, note }: Options, httpStatus: keyof typeof REASONS): ActiveFault {
  return {
    meet(message) {
      // A ping or a subscription has no answer that could be a status.
      if (message.answer === undefined || !matcher.fits(message) || !matcher.strikes()) return false
      note(message)
      message.answer({ httpStatus, text: REASONS[httpStatus] })
      return true
    },
  }
}

function delaying(options: Options, ms: number): ActiveFault {
  if (!(ms >= 0)) throw new RangeError(`ms: expected zero or more milliseconds, got ${ms}`)
  const waiting = new Set<() => void>()
  return {
    ...striking(options, (_message, text, next) => {
      const arrive = (): void => {
        cancel()
        if (waiting.delete(arrive)) next(text)
      }
      const cancel = options.clock.schedule(arrive, ms, { background: true })
      waiting.add(arrive)
    }),
    stop() {
      for (const arrive of waiting) arrive()
    },
  }
}

/** Two neighbours of a kind change places. */
function swapping({ matcher, note }: Options): ActiveFault {
  const held = new Map<string, () => void>()
  return {
    meet(message, text, next) {
      if (!matcher.fits(message) || held.has(message.connection) || !matcher.strikes()) return false
      note(message)
      held.set(message.connection, () => next(text))
      return true
    },
    passed(message) {
      const release = held.get(message.connection)
      if (release === undefined || !matcher.fits(message)) return
      held.delete(message.connection)
      release()
    },
    ended: (connection) => void held.delete(connection),
    stop() {
      for (const [connection, release] of held) {
        held.delete(connection)
        release()
      }
    },
  }
}

/** All that are struck wait, in order, for a message of another kind. */
function holding(options: Options, until: Parameters<typeof isOfKind>[1]): ActiveFault {
  let held: { readonly connection: string; readonly release: () => void }[] = []
  const releaseIf = (isFree: (connection: string) => boolean): void => {
    const free = held.filter(({ connection }) => isFree(connection))
    held = held.filter(({ connection }) => !isFree(connection))
    for (const { release } of free) release()
  }
  return {
    ...striking(options, (message, text, next) => {
      held.push({ connection: message.connection, release: () => next(text) })
    }),
    passed(message) {
      if (isOfKind(message.kind, until)) releaseIf((connection) => connection === message.connection)
    },
    ended(connection) {
      held = held.filter((one) => one.connection !== connection)
    },
    stop: () => releaseIf(() => true),
  }
}

function malformed(text: string, as: 'truncated' | 'text' | 'empty'): string {
  if (as === 'truncated') return text.slice(0, text.length >> 1)
  return as === 'text' ? '<html><body><h1>502 Bad Gateway</h1></body></html>' : '{}'
}
