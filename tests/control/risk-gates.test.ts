import { describe, expect, it } from 'vitest'
import { actionBudgetGate } from '../../src/control/gates/budget.js'
import { coreGates } from '../../src/control/gates/core.js'
import { maxConcurrentPositionsGate } from '../../src/control/gates/position-limits.js'
import { pendingOrderGate } from '../../src/control/gates/single-entry.js'
import { standardGates } from '../../src/control/gates/standard.js'
import {
  createRiskGates,
  deny,
  type Gate,
  type GateAnswer,
  type GateTurn,
  type GateWork,
  PASS,
  type RiskGates,
} from '../../src/control/risk-gates.js'
import { fillOf, tripOf } from './gates/boundaries.js'
import { approve, createWorld, d, judged, orderOf, type World } from './support.js'

const gate = (id: string, check: GateWork['check']): Gate => ({ step: 'x', id, rule: 'a rule of the test', check })
const LIMITS = { maxNotionalPerMarket: '50', maxNotionalTotal: '100', maxConcurrentPositions: 5 }
const orElse = { reason: 'USER_GATE', limit: 'room for an order', value: 'none' } as const
const answering = (answer: unknown): Gate => gate('odd', () => answer as GateAnswer)

describe('judging an order', () => {
  it('asks the gates in their order and stops at the first that denies', () => {
    const asked: string[] = []
    const ask = (id: string, answer: GateAnswer): Gate =>
      gate(id, () => {
        asked.push(id)
        return answer
      })
    const gates = createRiskGates(
      [ask('a', PASS), ask('b', deny('USER_GATE', 'limit', 'value')), ask('c', PASS)],
      createWorld(),
    )
    expect(judged(gates.evaluate(orderOf(), 0))).toEqual({
      gate: 'b',
      reason: 'USER_GATE',
      limit: 'limit',
      value: 'value',
    })
    expect(asked).toEqual(['a', 'b'])
  })

  it('lets a reduce-only order pass without asking anybody', () => {
    const world = createWorld({ maxActions: 1 })
    world.hardStop.trigger({ cause: 'manual', reason: 'news' })
    world.readiness.unmet('connection', 'closed')
    const gates = createRiskGates(
      [...coreGates(), gate('never', () => deny('USER_GATE', 'nothing', 'anything')), actionBudgetGate()],
      world,
    )
    expect(judged(gates.evaluate(orderOf({ reduceOnly: true, size: '3' }), 0))).toEqual({ size: '3' })
    expect(world.budget.remaining(0)).toBe(1)
  })

  it('describes the gates as they are run', () => {
    const listed = [...coreGates(), ...standardGates(LIMITS)]
    const described = createRiskGates(listed, createWorld()).describe()
    const find = (id: string): Gate | undefined => listed.find((one) => one.id === id)
    for (const { step, id, rule, entriesOnly } of described) {
      expect({ entriesOnly: false, ...find(id) }).toMatchObject({ step, rule, entriesOnly })
    }
    expect(described).toHaveLength(listed.length)
    const rule = 'no new order while the kill switch is on'
    expect(described[0]).toEqual({ step: '1', id: 'hardStop', rule, entriesOnly: false })
  })

  it('refuses a list with one gate twice', () => {
    expect(() => createRiskGates([pendingOrderGate(), pendingOrderGate()], createWorld())).toThrow(/pendingOrder/)
  })
})

describe('the order of the gates', () => {
  const run = (...steps: readonly string[]): readonly string[] =>
    createRiskGates(
      steps.map((step, i) => ({ step, id: `${step} ${i}`, rule: 'a rule of the test', check: () => PASS })),
      createWorld(),
    )
      .describe()
      .map(({ id }) => id)

  it('is that of their steps, by number and then by letter, whatever the order of the list', () => {
    expect(run('10', '2b', '1f', '9', '2', '1', '1b')).toEqual(['1 5', '1b 6', '1f 2', '2 4', '2b 1', '9 3', '10 0'])
  })

  it('keeps the order of the list where steps are equal, and puts last what has no number', () => {
    expect(run('mine', '5', 'yours', '5', '9')).toEqual(['5 1', '5 3', '9 4', 'mine 0', 'yours 2'])
  })

  it('puts what remembers the session before readiness and limits, as the original did', () => {
    const gates = standardGates({ ...LIMITS, maxDrawdown: { maxLoss: '10' }, tiltGuard: {} })
    const steps = createRiskGates([...coreGates(), ...gates], createWorld()).describe()
    expect(steps.map(({ step }) => step)).toEqual([
      '1',
      '1a',
      '1b',
      '1e',
      '2',
      '2b',
      '2k',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
    ])
  })
})

describe('a gate that turns', () => {
  function turning(): { readonly gates: RiskGates; readonly turns: readonly GateTurn[]; isOpen: boolean } {
    const turns: GateTurn[] = []
    const door = { isOpen: true }
    const check = (): GateAnswer => (door.isOpen ? PASS : deny('USER_GATE', 'open', 'closed'))
    return Object.assign(door, {
      turns,
      gates: createRiskGates([gate('door', check)], createWorld(), (turn) => turns.push(turn)),
    })
  }
  const closed = {
    gate: 'door',
    market: 'xyz:NVDA',
    isOpen: false,
    reason: 'USER_GATE',
    limit: 'open',
    value: 'closed',
  }

  it('is told of once, however many orders it denies, and once when it passes them again (F-60)', () => {
    const state = turning()
    for (const isOpen of [true, false, false, false, true, true, false]) {
      state.isOpen = isOpen
      state.gates.evaluate(orderOf(), 0)
    }
    expect(state.turns).toEqual([closed, { gate: 'door', market: 'xyz:NVDA', isOpen: true }, closed])
  })

  it('is told of for each market', () => {
    const state = turning()
    state.isOpen = false
    for (const market of ['xyz:NVDA', 'xyz:TSLA', 'xyz:NVDA']) state.gates.evaluate(orderOf({ market }), 0)
    expect(state.turns).toEqual([closed, { ...closed, market: 'xyz:TSLA' }])
  })

  it('is not told of by a gate that was not asked', () => {
    const turns: GateTurn[] = []
    const never = gate('never', () => deny('USER_GATE', '', ''))
    const gates = createRiskGates([never, actionBudgetGate()], createWorld({ maxActions: 1 }), (turn) =>
      turns.push(turn),
    )
    for (let i = 0; i < 3; i++) gates.evaluate(orderOf(), 0)
    expect(turns.map((turn) => turn.gate)).toEqual(['never'])
  })
})

describe('a gate that hears', () => {
  it('of fills and round trips, in the order of the list', () => {
    const heard: string[] = []
    const listening = (id: string): Gate => ({
      ...gate(id, () => PASS),
      onFill: ({ closedPnl }, now) => heard.push(`${id} fill ${closedPnl} at ${now}`),
      onClosed: ({ netPnl }, now) => heard.push(`${id} trip ${netPnl} at ${now}`),
    })
    const gates = createRiskGates([listening('a'), gate('deaf', () => PASS), listening('b')], createWorld())
    gates.onFill(fillOf('3'), 7)
    gates.onClosed(tripOf('2'), 8)
    expect(heard).toEqual(['a fill 3 at 7', 'b fill 3 at 7', 'a trip 2 at 8', 'b trip 2 at 8'])
  })

  it('and throws at it has an old world before it: it denies from then on, and the others still hear', () => {
    const heard: string[] = []
    const broken: Gate = {
      ...gate('broken', () => PASS),
      onFill() {
        throw new Error('a bug of the host')
      },
    }
    const after: Gate = { ...gate('after', () => PASS), onFill: () => void heard.push('fill') }
    const gates = createRiskGates([broken, after], createWorld())
    expect(judged(gates.evaluate(orderOf(), 0))).toEqual({ size: '1' })
    gates.onFill(fillOf('1'), 0)
    expect(heard).toEqual(['fill'])
    expect(judged(gates.evaluate(orderOf(), 0))).toMatchObject({ gate: 'broken', reason: 'GATE_FAILED' })
    expect(judged(gates.evaluate(orderOf({ reduceOnly: true }), 0))).toEqual({ size: '1' })
  })
})

describe('a gate that does not answer', () => {
  it('denies when it throws, with what it threw', () => {
    const gates = createRiskGates(
      [
        gate('mine', () => {
          throw new Error('no such price')
        }),
      ],
      createWorld(),
    )
    expect(judged(gates.evaluate(orderOf(), 0))).toMatchObject({
      gate: 'mine',
      reason: 'GATE_FAILED',
      value: 'no such price',
    })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'pass'],
    ['a promise', Promise.resolve(PASS)],
    ['an answer nobody knows', { answer: 'maybe' }],
    ['a pass with something to release that cannot be called', { answer: 'pass', release: 'later' }],
    ['a resize to nothing', { answer: 'resize', orElse }],
    ['a resize to a float', { answer: 'resize', size: 0.5, orElse }],
    ['a resize to a string', { answer: 'resize', size: '0.5', orElse }],
    ['a resize without a word for when too little is left', { answer: 'resize', size: d('0.5') }],
    ['a denial for no known reason', { answer: 'deny', reason: 'BECAUSE', limit: '1', value: '2' }],
    ['a denial without numbers', { answer: 'deny', reason: 'USER_GATE' }],
  ])('denies when it answers %s', (_, answer) => {
    const world = createWorld({ maxActions: 1 })
    const gates = createRiskGates([actionBudgetGate(), answering(answer)], world)
    expect(judged(gates.evaluate(orderOf(), 0))).toMatchObject({ gate: 'odd', reason: 'GATE_FAILED' })
    expect(world.budget.remaining(0)).toBe(1)
  })
})

describe('resizing', () => {
  const resized = (to: string, size = '1', price = '100'): unknown =>
    judged(
      createRiskGates([gate('half', () => ({ answer: 'resize', size: d(to), orElse }))], createWorld()).evaluate(
        orderOf({ size, price }),
        0,
      ),
    )

  it('goes on with the smaller size, floored to the lot', () => {
    expect(resized('0.5')).toEqual({ size: '0.5' })
    expect(resized('0.519')).toEqual({ size: '0.51' })
  })

  it.each(['1', '1.01', '1000000'])('never makes an order larger: %s', (size) => {
    expect(resized(size)).toEqual({ size: '1' })
  })

  it('passes the smaller order on to the gates that follow', () => {
    const seen: string[] = []
    const gates = createRiskGates(
      [
        gate('half', () => ({ answer: 'resize', size: d('0.5'), orElse })),
        gate('look', ({ size }) => {
          seen.push(size.toFixed())
          return PASS
        }),
      ],
      createWorld(),
    )
    gates.evaluate(orderOf(), 0)
    expect(seen).toEqual(['0.5'])
  })

  it.each([
    ['0.1', true],
    ['0.1099', true],
    ['0.0999', false],
    ['0.09', false],
    ['0.009', false],
    ['0', false],
    ['-1', false],
  ])('to %s at a price of 100 is worth an order after flooring: %s', (to, isWorthIt) => {
    expect(resized(to)).toEqual(isWorthIt ? { size: '0.1' } : { gate: 'half', ...orElse })
  })
})

describe('what a gate took', () => {
  const taking = (id: string, log: string[]): Gate =>
    gate(id, () => {
      log.push(`${id} took`)
      return { answer: 'pass', release: () => void log.push(`${id} gave back`) }
    })

  it('is given back when a later gate denies, and a denied order costs no budget', () => {
    const world = createWorld({ maxActions: 1 })
    const log: string[] = []
    const gates = createRiskGates(
      [taking('a', log), actionBudgetGate(), gate('no', () => deny('USER_GATE', '', ''))],
      world,
    )
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(judged(gates.evaluate(orderOf(), 0))).toMatchObject({ gate: 'no' })
    }
    expect(log).toEqual(['a took', 'a gave back', 'a took', 'a gave back', 'a took', 'a gave back'])
    expect(world.budget.remaining(0)).toBe(1)
  })

  it('is kept by an order that passed, and given back once when that order is released', () => {
    const world = createWorld({ maxActions: 2 })
    const log: string[] = []
    const gates = createRiskGates([actionBudgetGate(), taking('a', log)], world)
    const [first] = [gates.evaluate(orderOf(), 0), gates.evaluate(orderOf(), 0)]
    expect(world.budget.remaining(0)).toBe(0)
    if ('approved' in first) {
      first.approved.release()
      first.approved.release()
    }
    expect(world.budget.remaining(0)).toBe(1)
    expect(log).toEqual(['a took', 'a took', 'a gave back'])
  })

  it('is spent by an order that was written, and neither given back nor spent twice', () => {
    const log: string[] = []
    const spending = gate('a', () => ({
      answer: 'pass',
      release: () => void log.push('gave back'),
      written: (now) => void log.push(`spent at ${now}`),
    }))
    const broken = gate('broken', () => ({
      answer: 'pass',
      written() {
        throw new Error('a bug of the host')
      },
    }))
    const verdict = createRiskGates([broken, spending], createWorld()).evaluate(orderOf(), 0)
    if ('denial' in verdict) throw new Error(verdict.denial.reason)
    verdict.approved.written(7)
    verdict.approved.written(8)
    verdict.approved.release()
    expect(log).toEqual(['spent at 7'])
  })

  it('is given back even if the gate before it cannot take its own back', () => {
    const world = createWorld({ maxActions: 1 })
    const broken = gate('broken', () => ({
      answer: 'pass',
      release() {
        throw new Error('a bug of the host')
      },
    }))
    const gates = createRiskGates([broken, actionBudgetGate(), gate('no', () => deny('USER_GATE', '', ''))], world)
    expect(judged(gates.evaluate(orderOf(), 0))).toMatchObject({ gate: 'no', reason: 'USER_GATE' })
    expect(world.budget.remaining(0)).toBe(1)
  })
})

describe('many orders in one tick', () => {
  /** As the pipeline does it: judge, and register in the same turn. */
  function submitAll(world: World, gates: readonly Gate[], markets: readonly string[]): number {
    const risk = createRiskGates(gates, world)
    return markets.filter((market) => {
      const verdict = risk.evaluate(orderOf({ market }), 0)
      if ('approved' in verdict) world.orders.register(verdict.approved.request)
      return 'approved' in verdict
    }).length
  }

  const oneMarket = Array.from({ length: 20 }, () => 'xyz:NVDA')
  const manyMarkets = Array.from({ length: 20 }, (_, n) => `xyz:M${n}`)

  it('in one market: one passes the pending-order gate (F-08)', () => {
    expect(submitAll(createWorld(), [pendingOrderGate()], oneMarket)).toBe(1)
  })

  it('in as many markets: one passes a limit of one position (W-24e)', () => {
    expect(submitAll(createWorld(), [maxConcurrentPositionsGate(1)], manyMarkets)).toBe(1)
  })

  it('pass no limit of money, per market or in total', () => {
    const limits = { maxNotionalPerMarket: '250', maxNotionalTotal: '501', maxConcurrentPositions: 100 }
    const gates = standardGates({ ...limits, singleEntry: false })
    const world = createWorld()
    for (const market of [...manyMarkets, 'xyz:NVDA']) world.marketData.update({ market, markPrice: d('100') }, 0)
    // 100 each: two whole ones and a half of the third fit into a market, five into all of them.
    expect(submitAll(world, gates, oneMarket)).toBe(3)
    expect(submitAll(world, gates, manyMarkets)).toBe(2)
  })

  it('pass no budget', () => {
    expect(submitAll(createWorld({ maxActions: 7 }), [actionBudgetGate()], manyMarkets)).toBe(7)
  })
})

describe('an approved order', () => {
  it('carries exactly the order that was judged', () => {
    const order = orderOf({ tags: { strategy: 'a' }, edgeBps: 12 })
    expect(approve(order).request).toBe(order)
  })
})
