/** Those who wait for a connection: each until it is there, until their own signal fires, or until it is given up. */
import { ExecutorError } from '../errors.js'

export type Waiters = {
  /** @throws {ExecutorError} `ABORTED` with the message when the signal fires first */
  wait(signal: AbortSignal | undefined, message: string): Promise<void>
  /** Ends every wait, well or with an error. */
  finish(error?: ExecutorError): void
  readonly size: number
}

export function createWaiters(): Waiters {
  const waiting = new Set<(error?: ExecutorError) => void>()
  return {
    wait(signal, message) {
      if (signal?.aborted) return Promise.reject(new ExecutorError('ABORTED', message, { cause: signal.reason }))
      return new Promise((resolve, reject) => {
        const finish = (error?: ExecutorError): void => {
          waiting.delete(finish)
          signal?.removeEventListener('abort', onAbort)
          if (error === undefined) resolve()
          else reject(error)
        }
        const onAbort = (): void => finish(new ExecutorError('ABORTED', message, { cause: signal?.reason }))
        waiting.add(finish)
        signal?.addEventListener('abort', onAbort, { once: true })
      })
    },
    finish(error) {
      for (const end of [...waiting]) end(error)
    },
    get size() {
      return waiting.size
    },
  }
}
