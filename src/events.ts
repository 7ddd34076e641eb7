/**
 * A typed emitter whose listeners cannot hurt the one who emits.
 *
 * A listener that throws is logged and the others still hear; an executor with orders in the market must not die of
 * a bug in somebody's metrics.
 */
import { ExecutorError } from './errors.js'
import type { Logger } from './ports.js'

export type ListenOptions = { readonly signal?: AbortSignal | undefined }

export type Emitter<Events> = {
  emit<K extends keyof Events>(event: K, value: Events[K]): void
  /** Returns a function that removes the listener; an aborted signal does the same. */
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void, options?: ListenOptions): () => void
  /** The same as an async iterator. Ends when the signal aborts or the emitter closes. */
  events<K extends keyof Events>(event: K, options?: ListenOptions): AsyncIterableIterator<Events[K]>
  /** How many listen, iterators among them. */
  readonly size: number
  /** Removes every listener and ends every iterator. */
  close(): void
}

/** A consumer that lags this far behind is told so, instead of filling the memory. */
const MAX_UNREAD = 10_000

/** @param onListener told of everybody who begins to listen */
export function createEmitter<Events>(
  logger: Pick<Logger, 'error'>,
  onListener: () => void = () => {},
): Emitter<Events> {
  type Listener = (value: never) => void
  const listeners = new Map<keyof Events, Set<{ readonly listener: Listener }>>()
  const closing = new AbortController()

  function on<K extends keyof Events>(
    event: K,
    listener: (value: Events[K]) => void,
    { signal }: ListenOptions = {},
  ): () => void {
    if (signal?.aborted || closing.signal.aborted) return () => {}
    // An entry of its own, so that the same function registered twice is removed once at a time.
    const entry = { listener: listener as Listener }
    const entries = listeners.get(event) ?? new Set()
    listeners.set(event, entries.add(entry))
    onListener()
    const off = (): void => {
      entries.delete(entry)
      signal?.removeEventListener('abort', off)
    }
    signal?.addEventListener('abort', off, { once: true })
    return off
  }

  function events<K extends keyof Events>(event: K, { signal }: ListenOptions = {}): AsyncIterableIterator<Events[K]> {
    const unread: Events[K][] = []
    let wake: (() => void) | undefined
    let isDone = false
    const end = (): void => {
      isDone = true
      off()
      wake?.()
    }
    const off = on(event, (value) => {
      unread.push(value)
      wake?.()
    })
    const ended = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
    if (ended.aborted) end()
    else ended.addEventListener('abort', end, { once: true })
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      async next() {
        while (unread.length === 0 && !isDone) await new Promise<void>((resolve) => (wake = resolve))
        if (unread.length > MAX_UNREAD) {
          end()
          throw new ExecutorError('CONSUMER_TOO_SLOW', `${unread.length} unread ${String(event)} events`)
        }
        const value = unread.shift()
        return value === undefined ? { done: true, value: undefined } : { done: false, value }
      },
      async return() {
        unread.length = 0
        end()
        return { done: true, value: undefined }
      },
    }
  }

  return {
    emit(event, value) {
      const entries = listeners.get(event)
      if (entries === undefined) return
      for (const { listener } of [...entries]) {
        try {
          listener(value as never)
        } catch (error) {
          logger.error('a listener threw', { event: String(event), error })
        }
      }
    },
    on,
    events,
    get size() {
      return [...listeners.values()].reduce((sum, entries) => sum + entries.size, 0)
    },
    close() {
      closing.abort()
      listeners.clear()
    },
  }
}
