/** Step 2l: times of the week at which nothing new is begun: before an opening, over a settlement, at a weekend. */
import { deny, type Gate, PASS } from '../risk-gates.js'

/** UTC, `HH:MM` for every day or `Fri HH:MM` for one of the week. The end is not part of it, and may come before the beginning. */
export type BlackoutWindow = { readonly from: string; readonly to: string }

const DAYS: readonly string[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const TIME = /^(?:(Sun|Mon|Tue|Wed|Thu|Fri|Sat) )?([01]\d|2[0-3]):([0-5]\d)$/
const MINUTE_MS = 60_000
const DAY = 1_440
const WEEK = 7 * DAY
/** The first of January 1970 was a Thursday. */
const EPOCH = 4 * DAY

/** @throws {TypeError | RangeError} naming the window, when it cannot be read or has no length */
export function blackoutGate(windows: readonly BlackoutWindow[]): Gate {
  const read = windows.map(({ from, to }, index) => {
    const name = `market.blackouts[${index}]`
    const [start, end] = [minuteOf(from, `${name}.from`), minuteOf(to, `${name}.to`)]
    if (start.period !== end.period)
      throw new RangeError(`${name}: expected a day in both of from and to, or in neither`)
    if (start.minute === end.minute) throw new RangeError(`${name}: expected from and to to differ`)
    return { text: `${from} to ${to}`, period: start.period, start: start.minute, end: end.minute }
  })
  return {
    step: '2l',
    id: 'blackout',
    rule: `no new order, UTC, from ${read.map(({ text }) => text).join(', ')}`,
    check(_order, { utcNow }) {
      const minute = Math.floor(utcNow() / MINUTE_MS) + EPOCH
      const hit = read.find(({ period, start, end }) => {
        const at = minute % period
        return start < end ? at >= start && at < end : at >= start || at < end
      })
      return hit === undefined ? PASS : deny('BLACKOUT', 'outside of it', hit.text)
    },
  }
}

function minuteOf(text: string, name: string): { readonly period: number; readonly minute: number } {
  if (typeof text !== 'string') throw new TypeError(`${name}: expected a string, got ${typeof text}`)
  const [, day, hours, minutes] = TIME.exec(text) ?? []
  if (hours === undefined) throw new RangeError(`${name}: expected "HH:MM" or "Fri HH:MM", got ${JSON.stringify(text)}`)
  const minute = Number(hours) * 60 + Number(minutes)
  return day === undefined ? { period: DAY, minute } : { period: WEEK, minute: DAYS.indexOf(day) * DAY + minute }
}
