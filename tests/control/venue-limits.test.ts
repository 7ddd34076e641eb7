import { describe, expect, it } from 'vitest'
import type { Lane } from '../../src/control/batch-queue.js'
import {
  createVenueLimits,
  type Traffic,
  type VenueLimits,
  type VenueLimitsOptions,
  type VenueLimitsState,
} from '../../src/control/venue-limits.js'
import { d } from './support.js'

const LANES: readonly Lane[] = ['cancel', 'reduceOnly', 'new']
const NEVER = Number.POSITIVE_INFINITY

function create(options: VenueLimitsOptions = {}, openCount = (): number => 0): VenueLimits {
  return createVenueLimits(options, { orders: { openCount } })
}

/** Writes and has it answered at once. */
function write(limits: VenueLimits, traffic: Traffic, { weight = 1, actions = 1, now = 0 } = {}): void {
  limits.written(traffic, { weight, actions: traffic === 'info' ? 0 : actions }, now).answered()
}

/** As many as may go, one after another, and how many that were. */
function drain(limits: VenueLimits, traffic: Traffic, now = 0, cost = { weight: 1, actions: 1 }): number {
  for (let count = 0; ; count++) {
    if (limits.waitMs(traffic, cost, now) > 0) return count
    write(limits, traffic, { ...cost, now })
  }
}

/** Hands in what the venue would say. */
function read(limits: VenueLimits, used: number, limit = 10_000, volume = '0', now = 0): void {
  limits.beginReading(now)({ used, limit, volume: d(volume) }, now)
}

const roomOf = (limits: VenueLimits, now = 0): readonly number[] => {
  const room = limits.room(now)
  return LANES.map((lane) => room[lane])
}

describe('weight', () => {
  it('is shared: new orders take 80 %, reduce-only orders 90 %, cancels 95 % of a minute', () => {
    const limits = create({ weightPerMinute: 1_000 })
    expect(drain(limits, 'new')).toBe(800)
    expect(drain(limits, 'info')).toBe(50)
    expect(drain(limits, 'reduceOnly')).toBe(50)
    expect(drain(limits, 'cancel')).toBe(50)
    expect(limits.state(0).weight).toEqual({ used: 950, limit: 1_000, leftForNew: 0 })
  })

  it('comes back a minute after it was spent, and a second for the way', () => {
    const limits = create({ weightPerMinute: 1_000 })
    write(limits, 'info', { weight: 300, now: 0 })
    write(limits, 'info', { weight: 500, now: 10_000 })
    const cost = { weight: 1, actions: 1 }
    expect(limits.waitMs('new', cost, 60_999)).toBe(1)
    expect(limits.waitMs('new', cost, 61_000)).toBe(0)
    expect(limits.waitMs('new', { ...cost, weight: 301 }, 61_000)).toBe(10_000)
    expect(limits.waitMs('new', { ...cost, weight: 801 }, 61_000)).toBe(NEVER)
  })

  it('counts what an answer costs on top of its question', () => {
    const limits = create({ weightPerMinute: 1_000 })
    limits.charge('info', { weight: 800, actions: 0 }, 0)
    expect(roomOf(limits)).toEqual([20_000, 10_000, 0])
  })

  it('rests for new orders and questions when the venue says it was too much, and for nobody else', () => {
    const limits = create()
    limits.refused('weight', 0)
    const waits = (['new', 'info', 'reduceOnly', 'cancel'] as const).map((traffic) =>
      limits.waitMs(traffic, { weight: 1, actions: 1 }, 1_000),
    )
    expect(waits).toEqual([4_000, 4_000, 0, 0])
    expect(limits.waitMs('new', { weight: 1, actions: 1 }, 5_000)).toBe(0)
  })
})

describe('messages', () => {
  it('count every frame of the transport once, those that are no posts among them', () => {
    const limits = create({ messagesPerMinute: 100 })
    limits.framesWritten(79, 0)
    expect(roomOf(limits)[2]).toBeGreaterThan(0)
    limits.framesWritten(80, 0)
    limits.framesWritten(80, 500)
    expect(roomOf(limits)).toEqual([20_000, 10_000, 0])
    limits.framesWritten(90, 1_000)
    expect(roomOf(limits, 1_000)).toEqual([20_000, 0, 0])
    limits.framesWritten(95, 2_000)
    expect(limits.room(2_000)).toEqual({ cancel: 0, reduceOnly: 0, new: 0, nextAt: 61_000 })
    expect(limits.state(2_000)).toMatchObject({ exhausted: ['messages'], messages: { used: 95, leftForNew: 0 } })
  })
})

describe('posts without an answer', () => {
  it('leave the last tenth to reduce-only orders and the last twentieth to cancels', () => {
    const limits = create()
    const open = (traffic: Traffic): number => {
      for (let count = 0; ; count++) {
        if (limits.waitMs(traffic, { weight: 1, actions: 1 }, 0) > 0) return count
        limits.written(traffic, { weight: 1, actions: 1 }, 0)
      }
    }
    expect([open('new'), open('reduceOnly'), open('cancel')]).toEqual([80, 10, 5])
  })

  it('make room when they are answered, and after ten seconds without an answer', () => {
    const limits = create({ postsInFlight: 10 })
    const posts = Array.from({ length: 8 }, (_, at) => limits.written('new', { weight: 1, actions: 1 }, at))
    expect(limits.room(8)).toEqual({ cancel: 19_992, reduceOnly: 9_992, new: 0, nextAt: 10_000 })
    posts[3]?.answered()
    posts[3]?.answered()
    expect(limits.state(8).posts).toEqual({ used: 7, limit: 10, leftForNew: 1 })
    expect(limits.state(10_000).posts.used).toBe(6)
  })

  it('are no reason to refuse a new order: the next answer is near', () => {
    const limits = create({ postsInFlight: 10 })
    for (let i = 0; i < 9; i++) limits.written('new', { weight: 1, actions: 1 }, 0)
    expect(limits.newOrderWaitMs(0)).toBe(0)
    expect(limits.reserve({ isReplacement: false }, 0, 0)).toMatchObject({ granted: true })
  })
})

describe('actions of the account', () => {
  it('are 10,000 until the venue has said otherwise, and 500 of them are not for new orders', () => {
    const limits = create()
    expect(roomOf(limits)).toEqual([20_000, 10_000, 9_500])
    expect(limits.state(0).actions).toEqual({ used: 0, limit: 10_000, leftForNew: 9_500 })
  })

  it.each([
    // used, of 10,000: what may leave as cancels, reduce-only, new
    [9_499, [10_501, 501, 1]],
    [9_500, [10_500, 500, 0]],
    [9_999, [10_001, 1, 0]],
    [10_000, [10_000, 1, 0]],
    [19_999, [1, 1, 0]],
    [20_000, [1, 1, 0]],
  ])('with %d used leave room for %j', (used, expected) => {
    const limits = create()
    read(limits, used)
    expect(roomOf(limits)).toEqual(expected)
  })

  it('allow 100,000 cancels more, but never more than twice the limit', () => {
    const limits = create()
    read(limits, 0, 50_000)
    expect(limits.room(0).cancel).toBe(100_000)
    read(limits, 0, 2_000_000)
    expect(limits.room(0).cancel).toBe(2_100_000)
  })

  it('when used up are one in ten seconds, alone in its request and for getting out only', () => {
    const limits = create()
    read(limits, 10_000)
    expect(limits.waitMs('new', { weight: 1, actions: 1 }, 0)).toBe(NEVER)
    expect(limits.waitMs('reduceOnly', { weight: 1, actions: 2 }, 0)).toBe(NEVER)
    expect(limits.waitMs('reduceOnly', { weight: 1, actions: 1 }, 0)).toBe(0)
    write(limits, 'reduceOnly', { now: 0 })
    expect(limits.room(1)).toMatchObject({ reduceOnly: 0, nextAt: 11_000 })
    expect(limits.waitMs('reduceOnly', { weight: 1, actions: 1 }, 11_000)).toBe(0)
    expect(limits.waitMs('cancel', { weight: 1, actions: 39 }, 1)).toBe(0)
  })

  it('count a batch by its entries, and five times when it came after its expiry', () => {
    const limits = create()
    write(limits, 'new', { actions: 39 })
    limits.charge('new', { weight: 0, actions: 4 * 39 }, 0)
    expect(limits.state(0).actions.used).toBe(195)
  })

  it('are corrected by the venue’s count, with what it may not have counted yet on top', () => {
    const limits = create()
    write(limits, 'new', { actions: 10 })
    const unanswered = limits.written('cancel', { weight: 1, actions: 3 }, 0)
    const finish = limits.beginReading(0)
    write(limits, 'new', { actions: 5 })
    unanswered.answered()
    finish({ used: 1_000, limit: 12_000, volume: d('2000') }, 1)
    expect(limits.state(1).actions).toEqual({ used: 1_008, limit: 12_000, leftForNew: 10_492 })
  })

  it('of which no answer will come may be counted by the venue for ten seconds more', () => {
    const limits = create()
    limits.written('new', { weight: 1, actions: 7 }, 0).lost(1_000)
    read(limits, 100, 10_000, '0', 10_999)
    expect(limits.state(10_999).actions.used).toBe(107)
    read(limits, 107, 10_000, '0', 11_000)
    expect(limits.state(11_000).actions.used).toBe(107)
  })

  it('that were bought count first', () => {
    const limits = create()
    read(limits, -700)
    expect(limits.state(0).actions).toEqual({ used: -700, limit: 10_000, leftForNew: 10_200 })
  })

  it('are used up when the venue says so, whatever we have counted', () => {
    const limits = create()
    limits.refused('actions', 0)
    expect(limits.room(0)).toEqual({ cancel: 10_000, reduceOnly: 0, new: 0, nextAt: 11_000 })
  })

  it('are reserved one by one, so that many orders in one tick cannot take the same one', () => {
    const limits = create()
    read(limits, 9_498)
    const reserve = (): ReturnType<VenueLimits['reserve']> => limits.reserve({ isReplacement: false }, 0, 0)
    const first = reserve()
    expect(reserve().granted).toBe(true)
    expect(reserve()).toEqual({ granted: false, limit: '10000 actions', value: '9500' })
    expect(limits.newOrderWaitMs(0)).toBe(NEVER)
    if (first.granted) {
      first.release()
      first.release()
    }
    expect([reserve().granted, reserve().granted]).toEqual([true, false])
  })
})

describe('open orders', () => {
  const at = (open: number, options: VenueLimitsOptions = {}, volume = '0'): unknown => {
    const limits = create(options, () => open)
    read(limits, 0, 10_000, volume)
    return limits.reserve({ isReplacement: false }, 0, 0).granted
  }

  it('end at 950, from where on new ones would take the place of reduce-only orders', () => {
    expect([at(949), at(950)]).toEqual([true, false])
    const limits = create({}, () => 950)
    expect(limits.reserve({ isReplacement: false }, 0, 0)).toEqual({
      granted: false,
      limit: '950 open orders',
      value: '950',
    })
    expect(limits.state(0)).toMatchObject({
      exhausted: ['openOrders'],
      openOrders: { used: 950, limit: 950, leftForNew: 0 },
    })
    expect(limits.newOrderWaitMs(0)).toBe(NEVER)
  })

  it('may be more when asked for and earned: one for each 5,000,000 of volume', () => {
    const options = { maxOpenOrders: 1_500 }
    expect([at(1_000, options, '4999999'), at(1_000, options, '5000000'), at(1_001, options, '5000000')]).toEqual([
      false,
      true,
      false,
    ])
    expect([at(1_499, options, '99000000000'), at(1_500, options, '99000000000')]).toEqual([true, false])
  })

  it('do not stand in the way of an order that takes the place of one of them', () => {
    const limits = create({}, () => 950)
    expect(limits.reserve({ isReplacement: true }, 0, 0).granted).toBe(true)
  })
})

describe('a wait for weight', () => {
  it('is bearable up to the patience of the queue, and a refusal beyond it', () => {
    const limits = create({ weightPerMinute: 1_000 })
    write(limits, 'info', { weight: 800, now: 0 })
    const reserve = (now: number): unknown => limits.reserve({ isReplacement: false }, now, 2_000)
    expect(reserve(58_999)).toEqual({ granted: false, limit: 'a wait of 2000 ms', value: '2001' })
    expect(reserve(59_000)).toMatchObject({ granted: true })
  })
})

describe('what is exhausted', () => {
  it('is told when it changes, and not again while it stays', () => {
    const limits = create({ weightPerMinute: 1_000 })
    const told: (readonly string[])[] = []
    limits.onChange(({ exhausted }) => told.push(exhausted))
    read(limits, 9_500)
    read(limits, 9_600)
    write(limits, 'info', { weight: 800, now: 0 })
    limits.review(60_999)
    read(limits, 0, 10_000, '0', 60_999)
    limits.review(61_000)
    expect(told).toEqual([['actions'], ['actions', 'weight'], ['weight'], []])
  })

  it('is not told of an order that holds its place and its place in the count at once', () => {
    const limits = create()
    const told: VenueLimitsState[] = []
    read(limits, 9_496)
    limits.onChange((state) => told.push(state))
    const places = [1, 2].map(() => limits.reserve({ isReplacement: false }, 0, 0))
    write(limits, 'new', { actions: 2 })
    for (const place of places) if (place.granted) place.release()
    expect(told).toEqual([])
  })
})

describe('options', () => {
  it.each<[keyof VenueLimitsOptions, number]>([
    ['weightPerMinute', 0],
    ['weightPerMinute', -1],
    ['weightPerMinute', 149],
    ['messagesPerMinute', 0],
    ['messagesPerMinute', Number.NaN],
    ['postsInFlight', 1],
    ['newOrderShare', 0],
    ['newOrderShare', 0.9],
    ['newOrderShare', Number.NaN],
    ['reduceOnlyShare', 0.95],
    ['reduceOnlyShare', -1],
    ['reservedActions', 0],
    ['reservedActions', 1.5],
    ['maxOpenOrders', 0],
    ['maxOpenOrders', 5_001],
    ['refreshMs', 0],
    ['refreshMs', Number.NaN],
  ])('refuse a %s of %d by name', (field, value) => {
    expect(() => create({ [field]: value })).toThrow(RangeError)
    expect(() => create({ [field]: value })).toThrow(`venueLimits.${field}`)
  })
})
