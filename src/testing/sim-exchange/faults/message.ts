/**
 * A message on its way, with everything that a fault may do to it. Whatever carries messages makes these.
 */
import type { Reply } from '../gateway.js'
import type { FaultMessage, MessagePattern } from './rules.js'

export type Message = FaultMessage & {
  /** What goes over the wire, of a frame; empty for a request, which has been read already. */
  readonly text: string
  /** What was answered, of a reply that is not a frame of the socket alone. */
  readonly reply?: Reply | undefined
  /** Carries on: executes the request, or sends this text. */
  readonly pass: (text: string) => void
  /** Gives another answer: instead of executing the request, or instead of this reply. */
  readonly answer?: ((reply: Reply) => void) | undefined
  /** What is to happen right before the request is executed, of a request. */
  readonly before?: (() => void)[] | undefined
  readonly cut: () => void
  /** Leaves the connection open and dead. */
  readonly silence: () => void
}

/** Whether a kind such as `reply:action:order` begins with the parts of a pattern such as `reply:action`. */
export function isOfKind(kind: string, pattern: MessagePattern): boolean {
  return kind === pattern || (kind.startsWith(pattern) && kind[pattern.length] === ':')
}

/** The kind of a post over the socket or of a body over HTTP, without its direction: `action:order`, `info:meta`. */
export function kindOfPost(type: unknown, payload: unknown): string {
  const subject = type === 'action' ? field(payload, 'action') : payload
  return `${part(type)}:${part(field(subject, 'type'))}`
}

/** The kind of a frame from a client, without its direction. */
export function kindOfFrame(frame: unknown): { readonly kind: string; readonly payload: unknown } {
  const method = field(frame, 'method')
  if (method === 'ping') return { kind: 'ping', payload: frame }
  if (method === 'post') {
    const request = field(frame, 'request')
    const payload = field(request, 'payload')
    return { kind: kindOfPost(field(request, 'type'), payload), payload }
  }
  const payload = field(frame, 'subscription')
  if (method === 'subscribe' || method === 'unsubscribe') {
    return { kind: `${method}:${part(field(payload, 'type'))}`, payload }
  }
  return { kind: 'malformed', payload: frame }
}

/** Runs what is to happen before a request, once, however often the request comes. */
export function runAll(before: (() => void)[]): void {
  for (const act of before.splice(0)) act()
}

export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown })[key] : undefined
}

/** Kinds are echoed in the record, so what a client invents in their place must not be long. */
const MAX_PART = 32
const part = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_PART) : 'malformed')
