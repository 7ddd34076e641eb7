/** Which requests can open nothing, judged by what they say and not by what anybody calls them. */
import { isObject } from './json.js'

/** `noop` takes a nonce; `scheduleCancel` cancels. */
const ALWAYS: ReadonlySet<unknown> = /* @__PURE__ */ new Set(['cancel', 'cancelByCloid', 'scheduleCancel', 'noop'])

/** Whether an action, whatever becomes of it, adds to no position: cancels, and orders that are all reduce-only. */
export function opensNothing(action: unknown): boolean {
  if (!isObject(action)) return false
  const { type, orders } = action
  if (type !== 'order') return ALWAYS.has(type)
  return Array.isArray(orders) && orders.length > 0 && orders.every((order) => isObject(order) && order['r'] === true)
}
