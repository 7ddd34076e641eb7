/** What the account is worth, dex by dex, with the age of our own receive time. A value that is old is none. */
import type { Decimal } from '../model/decimal.js'

export type AccountValues = {
  /** @param value nothing when the venue did not say @param now monotonic ms of the receipt */
  update(dex: string, value: Decimal | undefined, now: number): void
  /** @param now monotonic ms */
  get(dex: string, now: number): Decimal | undefined
}

/** Read once a minute, it may be missed once. */
const MAX_AGE_MS = 150_000

export function createAccountValues(): AccountValues {
  const values = new Map<string, { readonly value: Decimal; readonly receivedAt: number }>()
  return {
    update(dex, value, now) {
      if (value === undefined) values.delete(dex)
      else values.set(dex, { value, receivedAt: now })
    },
    get(dex, now) {
      const known = values.get(dex)
      return known !== undefined && now - known.receivedAt <= MAX_AGE_MS ? known.value : undefined
    },
  }
}
