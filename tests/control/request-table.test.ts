import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRequestTable, type RequestTable } from '../../src/control/request-table.js'

const TIMEOUT_MS = 5_000
const TOMBSTONE_MS = 60_000
const createTable = (): RequestTable<string> => createRequestTable({ timeoutMs: TIMEOUT_MS, tombstoneMs: TOMBSTONE_MS })

function send(table: RequestTable<string>, content: string, now: number): number {
  const id = table.open(content)
  table.written(id, now)
  return id
}

describe('a request', () => {
  it('is settled once', () => {
    const table = createTable()
    const id = send(table, 'a', 0)
    expect(table.settle(id)).toEqual({ content: 'a', late: false })
    expect(table.settle(id)).toBeUndefined()
  })

  it('is matched by its own id when two answers come swapped (F-05)', () => {
    const table = createTable()
    const [a, b] = [send(table, 'a', 0), send(table, 'b', 0)]
    expect(table.settle(b)).toEqual({ content: 'b', late: false })
    expect(table.settle(a)).toEqual({ content: 'a', late: false })
  })

  it('holds its place from before it is written until it is settled, expired or discarded', () => {
    const table = createTable()
    const [a, b, c] = [table.open('a'), table.open('b'), table.open('c')]
    expect(table.size).toBe(3)
    table.written(a, 0)
    table.written(b, 0)
    expect(table.size).toBe(3)
    table.settle(a)
    expect(table.size).toBe(2)
    table.expire(TIMEOUT_MS)
    expect(table.size).toBe(1)
    table.discard(c)
    expect(table.size).toBe(0)
  })

  it('that could not be written leaves nothing behind (F-04)', () => {
    const table = createTable()
    const id = table.open('a')
    table.discard(id)
    expect(table.size).toBe(0)
    expect(table.nextDeadlineAt).toBeUndefined()
    expect(table.settle(id)).toBeUndefined()
  })

  it('never runs out of time before it is written', () => {
    const table = createTable()
    const id = table.open('a')
    expect(table.expire(1_000_000)).toEqual([])
    table.written(id, 1_000_000)
    expect(table.nextDeadlineAt).toBe(1_000_000 + TIMEOUT_MS)
  })

  it('is matched by an answer that overtakes the note that it was written (F-06, F-62)', () => {
    const table = createTable()
    const id = table.open('a')
    expect(table.settle(id)).toEqual({ content: 'a', late: false })
    table.written(id, 0)
    expect(table.size).toBe(0)
    expect(table.expire(TIMEOUT_MS)).toEqual([])
  })
})

describe('time running out', () => {
  it.each([
    [TIMEOUT_MS - 1, []],
    [TIMEOUT_MS, ['a']],
  ])('after %d ms: %j', (elapsed, expired) => {
    const table = createTable()
    send(table, 'a', 100)
    expect(table.nextDeadlineAt).toBe(100 + TIMEOUT_MS)
    expect(table.expire(100 + elapsed)).toEqual(expired)
  })

  it('hands over in the order of writing, not of opening, and only what is due', () => {
    const table = createTable()
    const [a, b] = [table.open('a'), table.open('b')]
    table.written(b, 0)
    table.written(a, 1)
    send(table, 'c', 2)
    expect(table.expire(TIMEOUT_MS + 1)).toEqual(['b', 'a'])
    expect(table.nextDeadlineAt).toBe(TIMEOUT_MS + 2)
  })

  it('leaves a tombstone: an answer that comes late is matched once, and says that it is late', () => {
    const table = createTable()
    const id = send(table, 'a', 0)
    table.expire(TIMEOUT_MS)
    expect(table.settle(id)).toEqual({ content: 'a', late: true })
    expect(table.settle(id)).toBeUndefined()
  })

  it.each([
    [TIMEOUT_MS + TOMBSTONE_MS - 1, true],
    [TIMEOUT_MS + TOMBSTONE_MS, false],
  ])('keeps the tombstone at %d ms: %s', (now, isKept) => {
    const table = createTable()
    const id = send(table, 'a', 0)
    table.expire(TIMEOUT_MS)
    table.expire(now)
    expect(table.settle(id) !== undefined).toBe(isKept)
  })

  it('keeps the tombstone its full time when expiry was noticed late, as after a sleeping machine', () => {
    const table = createTable()
    const id = send(table, 'a', 0)
    expect(table.expire(10_000_000)).toEqual(['a'])
    table.expire(10_000_000 + TOMBSTONE_MS - 1)
    expect(table.settle(id)).toEqual({ content: 'a', late: true })
  })
})

describe('the cost of expiring', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('is the number of expired requests, however many wait (O-01, W-42)', () => {
    const table = createTable()
    for (let n = 0; n < 10_000; n++) send(table, String(n), n)
    let visited = 0
    const iterate = Map.prototype[Symbol.iterator]
    vi.spyOn(Map.prototype, Symbol.iterator).mockImplementation(function* (this: Map<unknown, unknown>) {
      for (const entry of { [Symbol.iterator]: () => iterate.call(this) }) {
        visited += 1
        yield entry
      }
    } as unknown as typeof iterate)
    expect(table.expire(TIMEOUT_MS + 2)).toEqual(['0', '1', '2'])
    expect(visited).toBeLessThanOrEqual(4)
  })
})

describe('the number in flight', () => {
  const event = fc.oneof(
    fc.constant({ do: 'open' as const }),
    fc.record({ do: fc.constantFrom('written', 'settle', 'discard'), id: fc.integer({ min: -1, max: 12 }) }),
    fc.record({ do: fc.constant('expire' as const), ms: fc.nat(TIMEOUT_MS + TOMBSTONE_MS) }),
  )

  it('equals the requests that are open, whatever events come in whatever order, and returns to zero (F-03, F-62)', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (script) => {
        const table = createTable()
        const inFlight = new Map<number, 'reserved' | number>()
        const writing: number[] = []
        const timesEnded = new Map<number, number>()
        let now = 0
        const end = (id: number): void => {
          inFlight.delete(id)
          timesEnded.set(id, (timesEnded.get(id) ?? 0) + 1)
        }
        for (const step of script) {
          if (step.do === 'open') {
            const id = table.open(`request ${inFlight.size + timesEnded.size + 1}`)
            inFlight.set(id, 'reserved')
          } else if (step.do === 'expire') {
            now += step.ms
            const due = writing.filter((id) => Number(inFlight.get(id)) + TIMEOUT_MS <= now)
            expect(table.expire(now)).toEqual(due.map((id) => `request ${id}`))
            for (const id of due) end(id)
          } else if (step.do === 'written') {
            table.written(step.id, now)
            if (inFlight.get(step.id) === 'reserved') {
              inFlight.set(step.id, now)
              writing.push(step.id)
            }
          } else if (step.do === 'discard') {
            table.discard(step.id)
            if (inFlight.get(step.id) === 'reserved') end(step.id)
          } else {
            const wasOpen = inFlight.has(step.id)
            const answer = table.settle(step.id)
            expect(answer?.late === false).toBe(wasOpen)
            if (wasOpen) end(step.id)
          }
          expect(table.size).toBe(inFlight.size)
        }
        for (const id of inFlight.keys()) expect(table.settle(id)?.late).toBe(false)
        expect(table.size).toBe(0)
        expect(table.nextDeadlineAt).toBeUndefined()
        for (const times of timesEnded.values()) expect(times).toBe(1)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('options', () => {
  it.each(['timeoutMs', 'tombstoneMs'])('refuse a %s of zero by name', (field) => {
    expect(() => createRequestTable({ [field]: 0 })).toThrow(RangeError)
    expect(() => createRequestTable({ [field]: 0 })).toThrow(field)
  })
})
