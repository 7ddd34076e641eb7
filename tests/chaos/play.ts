/** Plays a plan: a bot of several strategies trades through all of it, and in the end its books are held against the record. */
import { createHash } from 'node:crypto'
import { createMemoryJournal, type JournalRecord } from 'hip3-executor'
import { createManualClock, type FaultHandle } from 'hip3-executor/testing'
import { clientOrderId } from '../../src/model/ids.js'
import { createBook, type Entry, type Era } from './book.js'
import { checkAlive, checkJournal, checkOver, checkQuiet } from './checks.js'
import { createDesk, type Strategy } from './desk.js'
import { createDice } from './dice.js'
import { createHistory } from './history.js'
import type { Disk } from './journal.js'
import { createLife, type Life, type Signing } from './life.js'
import type { Incident, Plan } from './plan.js'
import { createCanceller } from './strategies/canceller.js'
import { createCloser } from './strategies/closer.js'
import { createLadder } from './strategies/ladder.js'
import { createMaker } from './strategies/maker.js'
import { createRepeater } from './strategies/repeater.js'
import { createTaker } from './strategies/taker.js'
import { createTally, type Tally } from './tally.js'
import { createChaosVenue } from './venue.js'
import { judge, type Violation } from './verdict.js'

export type Played = {
  readonly plan: Plan
  readonly tally: Tally
  readonly violations: readonly Violation[]
  /** Of everything the exchange has recorded of orders and fills: the same for the same run. */
  readonly digest: string
  /** What was said, where somebody asked for it. */
  readonly history: readonly string[]
  /** The executor's own, where somebody asked for it. */
  readonly journal: readonly JournalRecord[]
}

/** Time for everything to end by itself: every timeout, expiry, back-off and margin of the executor is shorter. */
const QUIET_MS = 120_000

/** @param about ids of which everything that is said is kept */
export async function play(plan: Plan, about?: readonly string[]): Promise<Played> {
  const dice = createDice(plan.seed)
  const clock = createManualClock()
  const venue = createChaosVenue(clock, plan.seed)
  const history = createHistory(clock, about)
  const book = createBook()
  const counter = createDesk(venue, book)
  const tally = createTally()
  const signing: Signing = { maxMs: 0, failing: 0 }
  const disk: Disk = { mode: 'fast' }
  const violations: Violation[] = []
  const idDice = dice.of('ids')
  const lifeDice = dice.of('life')
  let life: Life | undefined
  let era: Era = { isDiskReliable: true }
  const file = createMemoryJournal()

  const { desk } = counter
  const strategies: readonly Strategy[] = [
    createMaker(desk, dice.of('maker')),
    createTaker(desk, dice.of('taker')),
    createCloser(desk, dice.of('closer')),
    createLadder(desk, dice.of('ladder')),
    createRepeater(desk, dice.of('repeater')),
    createCanceller(desk, dice.of('canceller')),
  ]
  const market = dice.of('market')
  const time = dice.of('time')

  async function begin(): Promise<void> {
    const begun = createLife({
      venue,
      clock,
      dice: lifeDice,
      ids: () => clientOrderId(idDice.hex(32)),
      signing,
      disk,
      file,
      history,
      onStarted: () => counter.askAgain(),
      onDeath: gone,
    })
    life = begun
    era = { isDiskReliable: disk.mode === 'fast' }
    book.begin(era)
    counter.open(begun.executor)
    tally.watch(begun)
    // Reading a long journal takes no time of the manual clock, but more turns than it waits.
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** Whatever it has promised and not kept, it never will. */
  function gone(): void {
    life = undefined
    counter.shut()
    counter.forget()
    book.abandon()
  }

  async function end(): Promise<void> {
    const ending = life
    if (ending === undefined) return
    counter.shut()
    let isClosed = false
    void ending.executor.close({ timeoutMs: 2_000 }).then(() => {
      isClosed = true
    })
    await clock.pass(5_000)
    if (!isClosed) violations.push({ kind: 'unsettled', subject: 'close', detail: 'not closed within 5 s of 2' })
    for (const timer of ending.timers) violations.push({ kind: 'timers', subject: 'close', detail: timer })
    for (const { id, waiting } of book.entries.values()) {
      if (waiting.size > 0) violations.push({ kind: 'unsettled', subject: id, detail: 'not settled by close' })
    }
    for (const { subject, what } of counter.unkept) {
      violations.push({ kind: 'unsettled', subject, detail: `${what} was not told before the end of close` })
    }
    gone()
  }

  const going = new Map<Incident, () => void | Promise<void>>()
  async function happen(step: number): Promise<void> {
    for (const incident of plan.incidents) {
      if ('until' in incident && incident.until === step) {
        await going.get(incident)?.()
        going.delete(incident)
      }
      if (incident.from === step) await start(incident)
    }
  }

  async function start(incident: Incident): Promise<void> {
    history.say(`incident: ${JSON.stringify(incident)}`)
    switch (incident.what) {
      case 'fault': {
        const handle: FaultHandle = venue.exchange.fault(incident.rule)
        going.set(incident, handle.stop)
        break
      }
      case 'outage':
        venue.setDown(true)
        going.set(incident, () => venue.setDown(false))
        break
      case 'hardStop':
        life?.executor.hardStop.trigger({ cause: 'manual', reason: 'chaos' })
        going.set(incident, () => life?.executor.hardStop.reset('chaos'))
        break
      case 'slowSigner':
        Object.assign(signing, { maxMs: incident.maxMs, failing: incident.failing })
        going.set(incident, () => void Object.assign(signing, { maxMs: 0, failing: 0 }))
        break
      case 'disk':
        disk.mode = incident.mode
        era.isDiskReliable = false
        going.set(incident, () => {
          disk.mode = 'fast'
        })
        break
      case 'drift':
        if (incident.of === 'venue') venue.exchange.fault({ fault: 'clockSkew', ms: incident.ms })
        else clock.stepWall(incident.ms)
        going.set(incident, () => clock.stepWall(incident.of === 'venue' ? incident.ms : -incident.ms))
        break
      case 'crash':
        if (incident.point === 'now') life?.crash()
        else life?.doom(incident.point, incident.nth)
        going.set(incident, () => {
          life?.crash()
          return begin()
        })
        break
      case 'restart':
        await end()
        going.set(incident, async () => {
          if (life === undefined) await begin()
        })
    }
  }

  await begin()
  await clock.pass(1_000)
  for (let step = 1; step <= plan.steps; step++) {
    await happen(step)
    venue.live(market)
    for (const strategy of strategies) strategy.act()
    await clock.pass(time.integer(10, 250))
  }
  for (const undo of going.values()) await undo()
  await clock.pass(QUIET_MS)

  if (life === undefined) throw new Error('no executor at the end of the plan')
  violations.push(...checkQuiet(life, venue), ...checkAlive(desk))
  desk.cancelAll()
  await clock.pass(QUIET_MS)
  violations.push(...checkOver(life, venue), ...(await checkJournal(life, file.records)))
  await end()
  const { orders, fills, faults } = venue.exchange.record
  const unwritten = [...book.entries.values()].filter(isUnwrittenExit)
  const told = [...book.entries.values()].filter((entry) => !isUnwrittenExit(entry))
  violations.push(...judge(told, { orders, fills }, ({ cloid }) => !unwritten.some(({ id }) => id === cloid)))
  tally.close(book, { orders, fills, faults })
  const digest = createHash('sha256')
    .update(JSON.stringify([orders, fills]))
    .digest('hex')
    .slice(0, 16)
  return { plan, tally, violations, digest, history: history.lines, journal: history.isKept ? file.records : [] }
}

/** An exit that left although the disk could not keep it, of a process that died of it: nobody could know. */
function isUnwrittenExit({ intent, era, outcomes, isForgotten }: Entry): boolean {
  return (
    isForgotten &&
    intent.reduceOnly === true &&
    !era.isDiskReliable &&
    outcomes.every(({ status }) => status === 'unknown')
  )
}
