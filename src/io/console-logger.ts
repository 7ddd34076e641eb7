/** The default logger: warnings and errors on the console, nothing else. */
import type { Logger } from '../ports.js'

export function createConsoleLogger(): Logger {
  return {
    debug() {},
    info() {},
    warn: (message, fields) => console.warn(`[hip3-executor] ${message}`, fields ?? ''),
    error: (message, fields) => console.error(`[hip3-executor] ${message}`, fields ?? ''),
  }
}
