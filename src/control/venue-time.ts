/**
 * The venue's time, carried on by our monotonic clock: what was measured once goes on whatever anybody does to the wall clock.
 */
export type VenueTime = {
  /** @param venueTime Unix ms, as the venue said it @param now monotonic ms */
  observe(venueTime: number, now: number): void
  /** Unix ms; not known before the venue was heard. @param now monotonic ms */
  at(now: number): number | undefined
}

export function createVenueTime(): VenueTime {
  let offset: number | undefined
  return {
    observe(venueTime, now) {
      offset = venueTime - now
    },
    at: (now) => (offset === undefined ? undefined : now + offset),
  }
}
