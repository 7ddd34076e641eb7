/** Questions to the venue: asked over the transport, answered or failed in bounded time. */
import { ExecutorError, NotSentError } from '../errors.js'
import type { Ask, Clock, Transport } from '../ports.js'

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * @throws {NotSentError} when the connection could not take the question
 * @throws {ExecutorError} `NO_ANSWER`, `VENUE_REFUSED` or `ABORTED`; a question changes nothing, so it may be asked again
 */
export function createAsk(transport: Pick<Transport, 'post'>, clock: Pick<Clock, 'schedule'>): Ask {
  return (request, { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new ExecutorError('ABORTED', `${request.type}: aborted`, { cause: signal.reason }))
        return
      }
      const posted = transport.post({ type: 'info', payload: request })
      if (!posted.written) {
        reject(new NotSentError(`${request.type}: the connection is not writable (${posted.why})`))
        return
      }
      const finish = (settle: () => void): void => {
        cancelTimer()
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      const fail = (error: ExecutorError): void => finish(() => reject(error))
      const onAbort = (): void =>
        fail(new ExecutorError('ABORTED', `${request.type}: aborted`, { cause: signal?.reason }))
      const cancelTimer = clock.schedule(
        () => fail(new ExecutorError('NO_ANSWER', `${request.type}: no answer within ${timeoutMs} ms`)),
        timeoutMs,
      )
      signal?.addEventListener('abort', onAbort, { once: true })
      posted.reply.then((reply) => {
        if (reply.status === 'answered') finish(() => resolve(reply.payload))
        else if (reply.status === 'refused')
          fail(new ExecutorError('VENUE_REFUSED', `${request.type}: ${reply.message}`))
        else fail(new ExecutorError('NO_ANSWER', `${request.type}: ${reply.why}`))
      })
    })
}
