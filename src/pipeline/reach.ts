/** Which requests the connection can take at the moment. */
import type { TransportState } from '../ports.js'

/** Cancels, reduce-only orders and questions; new orders only when it is `open`. */
export function takesExits({ status, carriesExits }: TransportState): boolean {
  return status === 'open' || carriesExits === true
}
