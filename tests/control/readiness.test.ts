import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CONDITIONS,
  createReadiness,
  MARKET_CONDITIONS,
  type Missing,
  type Readiness,
  type ReadinessState,
} from '../../src/control/readiness.js'

const NVDA = 'xyz:NVDA'
const TSLA = 'xyz:TSLA'
const missingOf = ({ missing }: { readonly missing: readonly Missing[] }): readonly string[] =>
  missing.map(({ condition }) => condition)
const inMarket = ({ markets }: ReadinessState, name = NVDA) => {
  const found = markets.find(({ market }) => market === name)
  return found && { ready: found.ready, missing: missingOf(found) }
}

function createMet(markets: readonly string[] = []): Readiness {
  const readiness = createReadiness({ markets })
  for (const condition of CONDITIONS) readiness.met(condition)
  for (const market of markets) for (const condition of MARKET_CONDITIONS) readiness.metIn(market, condition)
  return readiness
}

describe('readiness', () => {
  it('lacks everything at first', () => {
    const { state } = createReadiness()
    expect(state.ready).toBe(false)
    expect(missingOf(state)).toEqual(CONDITIONS)
  })

  it.each(CONDITIONS)('does not come without %s', (last) => {
    const readiness = createReadiness()
    for (const condition of CONDITIONS) if (condition !== last) readiness.met(condition)
    expect(missingOf(readiness.state)).toEqual([last])
    readiness.met(last)
    expect(readiness.state).toMatchObject({ ready: true, missing: [] })
  })

  it('comes in whatever order the conditions are met (F-23)', () => {
    const readiness = createReadiness()
    for (const condition of [...CONDITIONS].reverse()) readiness.met(condition)
    expect(readiness.state.ready).toBe(true)
  })

  it('goes when a condition falls, and says why and what to do about it', () => {
    const readiness = createMet()
    readiness.unmet('clock', 'our clock is 6000 ms ahead')
    expect(readiness.state).toMatchObject({
      ready: false,
      missing: [{ condition: 'clock', detail: 'our clock is 6000 ms ahead', remedy: expect.stringContaining('NTP') }],
    })
  })

  it('tells listeners of each change once, and of no repetition', () => {
    const readiness = createReadiness()
    const seen: string[] = []
    readiness.onChange(({ ready, missing }) => seen.push(`${ready} ${missing.length}`))
    for (const condition of CONDITIONS) {
      readiness.met(condition)
      readiness.met(condition)
    }
    readiness.unmet('clock', 'drift 6000 ms')
    readiness.unmet('clock', 'drift 6000 ms')
    const down = CONDITIONS.map((_, index) => CONDITIONS.length - 1 - index)
    expect(seen).toEqual([...down.map((count) => `${count === 0} ${count}`), 'false 1'])
  })

  it('tells the others when one listener throws', () => {
    const failures: unknown[] = []
    const readiness = createReadiness({ onListenerError: (error) => failures.push(error) })
    const seen: boolean[] = []
    readiness.onChange(() => {
      throw new Error('a bug of the host')
    })
    const remove = readiness.onChange(({ ready }) => seen.push(ready))
    readiness.met('clock')
    remove()
    readiness.unmet('clock', 'drift')
    expect(seen).toEqual([false])
    expect(failures).toHaveLength(2)
  })
})

describe('the readiness of a market', () => {
  it('lacks what is its own, and says nothing of the others', () => {
    const readiness = createMet([NVDA, TSLA])
    readiness.unmetIn(NVDA, 'leverage', 'not confirmed')
    expect(inMarket(readiness.state)).toEqual({ ready: false, missing: ['leverage'] })
    expect(inMarket(readiness.state, TSLA)).toEqual({ ready: true, missing: [] })
    expect(readiness.state.ready).toBe(true)
    readiness.metIn(NVDA, 'leverage')
    expect(inMarket(readiness.state)).toEqual({ ready: true, missing: [] })
  })

  it('does not come while anything is missing altogether', () => {
    const readiness = createMet([NVDA])
    readiness.unmet('account', 'being read')
    expect(inMarket(readiness.state)).toEqual({ ready: false, missing: [] })
  })

  it('is kept for the markets that were named, and for no other', () => {
    const readiness = createMet([NVDA])
    readiness.unmetIn('flx:NVDA', 'prices', 'none')
    readiness.metIn('NVDA', 'prices')
    expect(readiness.state.markets.map(({ market }) => market)).toEqual([NVDA])
  })
})

describe('what may go', () => {
  it('is a cancel with the connection alone, a way out with the markets too, and a new order with everything', () => {
    const readiness = createReadiness({ markets: [NVDA] })
    expect(readiness.state.actions).toEqual({ cancel: false, reduceOnly: false, new: false })
    readiness.connected(1)
    expect(readiness.state.actions).toEqual({ cancel: true, reduceOnly: false, new: false })
    readiness.met('markets')
    expect(readiness.state.actions).toEqual({ cancel: true, reduceOnly: true, new: false })
    for (const condition of CONDITIONS) readiness.met(condition)
    expect(readiness.state.actions).toEqual({ cancel: true, reduceOnly: true, new: true })
  })
})

describe('a lost connection', () => {
  it('takes with it what was learnt over it, at once, and leaves the rest', () => {
    const readiness = createMet([NVDA, TSLA])
    readiness.connected(1)
    const heard: ReadinessState[] = []
    readiness.onChange((state) => heard.push(state))
    readiness.lost('closed')
    expect(heard).toHaveLength(1)
    expect(missingOf(readiness.state)).toEqual(['connection', 'orderUpdates', 'userFills', 'account'])
    expect(inMarket(readiness.state)).toEqual({ ready: false, missing: ['prices'] })
    readiness.connected(2)
    expect(readiness.state).toMatchObject({ ready: false, generation: 2, actions: { cancel: true, reduceOnly: true } })
    expect(missingOf(readiness.state)).toEqual(['orderUpdates', 'userFills', 'account'])
  })

  it('leaves cancels and a way out where another way carries them', () => {
    const readiness = createMet([NVDA])
    readiness.connected(1)
    readiness.lost('closed', true)
    expect(readiness.state).toMatchObject({ ready: false, actions: { cancel: true, reduceOnly: true, new: false } })
    readiness.lost('closed', false)
    expect(readiness.state.actions).toEqual({ cancel: false, reduceOnly: false, new: false })
  })

  it('leaves nothing of one connection to the next, whatever happened on it', () => {
    const steps = fc.array(
      fc.oneof(
        fc.constantFrom(...CONDITIONS).map((condition) => (one: Readiness) => one.met(condition)),
        fc.constantFrom(...CONDITIONS).map((condition) => (one: Readiness) => one.unmet(condition, 'lost')),
        fc.constantFrom(...MARKET_CONDITIONS).map((condition) => (one: Readiness) => one.metIn(NVDA, condition)),
      ),
    )
    fc.assert(
      fc.property(steps, (taken) => {
        const readiness = createReadiness({ markets: [NVDA] })
        readiness.connected(1)
        for (const take of taken) take(readiness)
        readiness.lost('closed')
        readiness.connected(2)
        expect(readiness.state.ready).toBe(false)
        expect(missingOf(readiness.state)).toEqual(expect.arrayContaining(['orderUpdates', 'userFills', 'account']))
        expect(inMarket(readiness.state)?.missing).toContain('prices')
      }),
    )
  })
})
