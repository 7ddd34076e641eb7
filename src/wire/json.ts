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

/** The fields as they are, if every one of them could be read. */
export function complete<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T | undefined {
  return Object.values(fields).includes(undefined) ? undefined : (fields as T)
}

/** A list of which every element could be read, or nothing: half a list looks just like a shorter one. */
export function everyOf<T>(values: unknown, parse: (value: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(values)) return undefined
  const items: T[] = []
  for (const value of values as unknown[]) {
    const item = parse(value)
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}
