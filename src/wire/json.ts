/** Reading what the venue sent: narrow one step at a time, never throw, never trust. */

export type JsonObject = { readonly [key: string]: unknown }

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** A whole number that survived JSON, zero or more: ids, times, counts. Some feeds carry them as strings. */
export function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
