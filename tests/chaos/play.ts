/** Plays a plan: a bot of several strategies trades through all of it, and in the end its books are held against the record. */
import { createHash } from 'node:crypto'
import {
  type ClientOrderId,
  type CloseOptions,
  type CloseReport,
  createMemoryJournal,
  type JournalRecord,
} from 'hip3-executor'
import { createManualClock, type FaultHandle, type RecordedOrder } from 'hip3-executor/testing'
import { clientOrderId } from '../../src/model/ids.js'
import { createBook, type Entry, type Era } from './book.js'
import { checkAlive, checkClosed, checkJournal, checkOver, checkQuiet, checkReport } from './checks.js'
import { createDesk, type Strategy } from './desk.js'
import { createDice, type Dice } from './dice.js'
import { createHistory } from './history.js'
import type { Disk } from './journal.js'
import { createLife, type Life, type Signing } from './life.js'
import type { Wall } from './mortal-clock.js'
import type { Incident, Plan } from './plan.js'
import { createCanceller } from './strategies/canceller.js'
import { createCloser } from './strategies/closer.js'
import { createLadder } from './strategies/ladder.js'
import { createMaker } from './strategies/maker.js'
import { createRepeater } from './strategies/repeater.js'
import { createStranger } from './strategies/stranger.js'
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
const QUIET_MS = 180_000
/** How often somebody looks, meanwhile, at markets that are not what they were. */
const LOOK_EVERY_MS = 30_000
/** What a close may take beyond its own time. */
const FAREWELL_MS = 2_500

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
  const wall: Wall = { offsetMs: 0 }
  const violations: Violation[] = []
  const idDice = dice.of('ids')
  const lifeDice = dice.of('life')
  const externalOrders = dice.of('policy').pick(['adopt', 'adopt', 'ignore', 'cancel'] as const)
  /** What executors have placed by themselves to get out of positions. */
  const exits = new Set<string>()
  /** How many reasons there are to keep the kill switch on. */
  let stops = 0
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
  const stranger = createStranger(venue, dice.of('stranger'))
  const market = dice.of('market')
  const time = dice.of('time')

  async function begin(): Promise<void> {
    const begun = createLife({
      venue,
      clock,
      wall,
      dice: lifeDice,
      ids: () => clientOrderId(idDice.hex(32)),
      signing,
      disk,
      externalOrders,
      file,
      history,
      onStarted() {
        // The kill switch outlives the process, and so may what it was thrown for.
        if (stops === 0) begun.executor.hardStop.reset('chaos')
        counter.askAgain()
      },
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

  /** Closes the executor in good order, if it lives to see the end of it. */
  async function end(options: CloseOptions): Promise<CloseReport | undefined> {
    const ending = life
    if (ending === undefined) return undefined
    history.say(`close: ${JSON.stringify(options)}`)
    counter.shut()
    ending.executor.on('order', ({ clientOrderId, isExternal }) => {
      if (!isExternal && !book.entries.has(clientOrderId)) exits.add(clientOrderId)
    })
    let report: CloseReport | undefined
    void ending.executor.close(options).then((told) => {
      report = told
    })
    await clock.pass((options.timeoutMs ?? 0) + FAREWELL_MS)
    if (ending.isDead) return undefined
    violations.push(...checkClosed(ending, report, book.entries.values(), counter.unkept))
    gone()
    return report
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
        stops += 1
        life?.executor.hardStop.trigger({ cause: 'manual', reason: 'chaos' })
        going.set(incident, () => {
          stops -= 1
          if (stops === 0) life?.executor.hardStop.reset('chaos')
        })
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
      case 'halt':
        venue.setHalted(incident.market, true)
        going.set(incident, () => venue.setHalted(incident.market, false))
        break
      case 'drift':
        if (incident.of === 'venue') venue.exchange.fault({ fault: 'clockSkew', ms: incident.ms })
        else wall.offsetMs += incident.ms
        going.set(incident, () => {
          wall.offsetMs += incident.of === 'venue' ? incident.ms : -incident.ms
        })
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
        await end(closeOptions(lifeDice))
        going.set(incident, async () => {
          if (life === undefined) await begin()
        })
    }
  }

  /** Somebody looks at the markets that are not what they were, and lets the bot go on. */
  function acknowledge(): void {
    for (const { market: name, missing } of life?.executor.readiness().markets ?? []) {
      const isChanged = missing.some(({ condition }) => condition === 'unchanged')
      // Refused while the lists cannot be read; somebody looks again.
      if (isChanged) life?.executor.acknowledgeMarket(name).catch(() => {})
    }
  }

  /** A look that the venue's limits have no room for, or a late word of a halt, is not the end of a market. */
  async function calmDown(): Promise<void> {
    for (let ms = 0; ms < QUIET_MS; ms += LOOK_EVERY_MS) {
      acknowledge()
      await clock.pass(LOOK_EVERY_MS)
    }
  }

  /** Not among the orders that the executor must know of. */
  function isOthers(order: Pick<RecordedOrder, 'cloid'>): boolean {
    if (venue.isStranger(order)) return externalOrders === 'ignore'
    const entry = book.entries.get((order.cloid ?? '0x') as ClientOrderId)
    return entry !== undefined && isUnwrittenExit(entry)
  }

  await begin()
  await clock.pass(1_000)
  for (let step = 1; step <= plan.steps; step++) {
    await happen(step)
    acknowledge()
    venue.live(market)
    for (const strategy of strategies) strategy.act()
    stranger.act()
    await clock.pass(time.integer(10, 250))
  }
  for (const undo of going.values()) await undo()
  await calmDown()

  if (life === undefined) throw new Error('no executor at the end of the plan')
  violations.push(...checkQuiet(life, venue, isOthers), ...checkAlive(desk))
  await clock.pass(1_000)
  stranger.leave()
  venue.calm()
  desk.cancelAll()
  await clock.pass(QUIET_MS)
  violations.push(...checkOver(life, venue), ...(await checkJournal(life, file.records)))
  const isFlattening = lifeDice.chance(0.5)
  const report = await end({ positions: isFlattening ? 'flatten' : 'leave', timeoutMs: 60_000 })
  violations.push(...checkReport(report, isFlattening, venue))
  const { orders, fills, faults } = venue.exchange.record
  const entries = [...book.entries.values()]
  const unasked = new Set([...exits, ...entries.filter(isUnwrittenExit).map(({ id }) => id)])
  const told = entries.filter(({ id }) => !unasked.has(id))
  const isOurs = (order: RecordedOrder): boolean => !venue.isStranger(order) && !unasked.has(order.cloid ?? '')
  violations.push(...judge(told, { orders, fills }, isOurs))
  tally.close(book, { orders, fills, faults })
  const digest = createHash('sha256')
    .update(JSON.stringify([orders, fills]))
    .digest('hex')
    .slice(0, 16)
  return { plan, tally, violations, digest, history: history.lines, journal: history.isKept ? file.records : [] }
}

function closeOptions(dice: Dice): CloseOptions {
  return {
    orders: dice.pick(['leave', 'leave', 'cancel'] as const),
    positions: dice.chance(0.15) ? 'flatten' : 'leave',
    timeoutMs: dice.pick([500, 2_000, 10_000]),
  }
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
