/**
 * The dead man's switch: at a given time all open orders of an account are cancelled, at most ten times a day.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/exchange-endpoint
 */
import { cancelAll } from './cancel.js'
import type { SimAccount, Venue } from './state.js'
import { actionErrors } from './words.js'

const MIN_LEAD_MS = 5_000
const MAX_PER_DAY = 10
const DAY_MS = 86_400_000
const REQUIRED_VOLUME = 1_000_000

/** Sets the switch, or clears it when no time is given. Returns the venue's words when it refuses. */
export function scheduleCancel(venue: Venue, account: SimAccount, at: number | undefined): string | undefined {
  if (at !== undefined) {
    if (account.volume.lt(REQUIRED_VOLUME)) return actionErrors.scheduleVolume(account.volume.toFixed(2))
    if (at < venue.now() + MIN_LEAD_MS) return actionErrors.scheduleTooEarly
    if (triggeredToday(venue, account) >= MAX_PER_DAY) return actionErrors.scheduleTooMany
  }
  account.scheduledCancel?.unset()
  account.scheduledCancel = undefined
  if (at !== undefined) {
    account.scheduledCancel = { at, unset: venue.schedule(() => trigger(venue, account), at - venue.now()) }
  }
  return undefined
}

function trigger(venue: Venue, account: SimAccount): void {
  account.scheduledCancel = undefined
  account.triggeredCancels.count = triggeredToday(venue, account) + 1
  cancelAll(venue, [...account.openOrders.values()], 'scheduledCancel')
}

/** The count starts anew at midnight UTC. */
function triggeredToday(venue: Venue, account: SimAccount): number {
  const day = Math.floor(venue.now() / DAY_MS)
  if (account.triggeredCancels.day !== day) {
    account.triggeredCancels.day = day
    account.triggeredCancels.count = 0
  }
  return account.triggeredCancels.count
}
