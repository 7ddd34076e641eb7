/** Every pair of status and event, spelled out: whoever changes the table changes it here too. */
import { describe, expect, it } from 'vitest'
import { isTerminal, type OrderEvent, type OrderStatus, transition } from '../../src/model/order.js'

/** One row per status, one column per event; a dash is a contradiction. */
const [HEAD = [], ...ROWS] = `
  status          | written  | requeued | denied | acknowledged    | partiallyFilled | filled | cancelSent    | cancelRejected  | canceled | rejected | lost            | provenAbsent
  pending         | inFlight | -        | denied | -               | -               | -      | pending       | pending         | -        | -        | -               | -
  inFlight        | -        | pending  | denied | working         | partiallyFilled | filled | inFlight      | inFlight        | canceled | rejected | unknown         | -
  working         | -        | -        | -      | working         | partiallyFilled | filled | pendingCancel | working         | canceled | rejected | working         | -
  partiallyFilled | -        | -        | -      | partiallyFilled | partiallyFilled | filled | pendingCancel | partiallyFilled | canceled | rejected | partiallyFilled | -
  pendingCancel   | -        | -        | -      | pendingCancel   | pendingCancel   | filled | pendingCancel | working         | canceled | rejected | unknown         | -
  unknown         | -        | -        | -      | working         | partiallyFilled | filled | unknown       | unknown         | canceled | rejected | unknown         | expired
  filled          | -        | -        | -      | -               | filled          | filled | -             | -               | -        | -        | -               | -
  canceled        | -        | -        | -      | -               | canceled        | filled | -             | -               | canceled | -        | -               | -
  rejected        | -        | -        | -      | -               | partiallyFilled | filled | -             | -               | -        | rejected | -               | -
  expired         | -        | -        | -      | -               | partiallyFilled | filled | -             | -               | -        | -        | -               | -
  denied          | -        | -        | -      | -               | -               | -      | -             | -               | -        | -        | -               | -
`
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))

const EVENTS = HEAD.slice(1) as OrderEvent[]
const STATUSES = ROWS.map(([status]) => status as OrderStatus)
const PAIRS = ROWS.flatMap(([status, ...cells]) =>
  cells.map((cell, index) => ({ status: status as OrderStatus, event: EVENTS[index] as OrderEvent, next: cell })),
)

describe('the status table', () => {
  it('is whole: 11 statuses times 12 events', () => {
    expect([STATUSES.length, EVENTS.length, PAIRS.length]).toStrictEqual([11, 12, 132])
  })

  it.each(PAIRS)('$status, $event → $next', ({ status, event, next }) => {
    expect(transition(status, event) ?? '-').toBe(next)
  })

  it('ends in five statuses and no other', () => {
    expect(STATUSES.filter(isTerminal)).toStrictEqual(['filled', 'canceled', 'rejected', 'expired', 'denied'])
  })

  it('leaves an end for nothing but a fill', () => {
    for (const status of STATUSES.filter(isTerminal)) {
      for (const event of EVENTS) {
        const next = transition(status, event)
        if (next !== undefined && next !== status) expect(event).toMatch(/^(filled|partiallyFilled)$/)
      }
    }
  })

  it('books a whole fill from every status in which something may have been written', () => {
    for (const status of STATUSES) {
      const neverWritten = status === 'pending' || status === 'denied'
      expect(transition(status, 'filled')).toBe(neverWritten ? undefined : 'filled')
    }
  })

  it('takes an order for dead only on proof: not because an answer was lost', () => {
    for (const status of STATUSES) {
      if (!isTerminal(status)) expect(isTerminal(transition(status, 'lost') ?? status)).toBe(false)
      if (status !== 'unknown') expect(transition(status, 'provenAbsent')).toBeUndefined()
    }
  })

  it('denies only what has not been written, or was written and came back', () => {
    expect(STATUSES.filter((status) => transition(status, 'denied') !== undefined)).toStrictEqual([
      'pending',
      'inFlight',
    ])
  })
})
