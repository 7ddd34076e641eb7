/** One life of the executor: from its construction to its close or its sudden death. */
import {
  type Executor,
  type ExecutorOptions,
  type ExposureView,
  type Gate,
  type IdSource,
  isExecutorError,
  type Journal,
  type Signature,
  type Signer,
  standardGates,
} from 'hip3-executor'
import { createUnverifiedSigner, type ManualClock } from 'hip3-executor/testing'
import { AGENT, createHarness, LEAVE_ALL } from '../helpers/harness.js'
import type { Dice } from './dice.js'
import type { History } from './history.js'
import { createChaosJournal, type Disk } from './journal.js'
import { createMortalClock, type Wall } from './mortal-clock.js'
import type { ChaosVenue } from './venue.js'

/** How the signer behaves; changed while it is in use. */
export type Signing = {
  /** Zero signs in the call. */
  maxMs: number
  /** The chance of failing, of a signer that takes time. */
  failing: number
}

/** Where a process can die. */
export type DeathPoint = 'beforeAppend' | 'afterAppend' | 'beforeSend' | 'afterSend' | 'beforeHearing'

export type Life = {
  readonly executor: Executor
  /** As the gates see it; undefined until the first order came as far. */
  readonly exposure: ExposureView | undefined
  /** Timers it has set and not cancelled. */
  readonly timers: readonly string[]
  readonly isDead: boolean
  /** Dies when it comes past this point for the n-th time. */
  doom(point: DeathPoint, nth: number): void
  /** The process is gone between two instructions: no farewell, nothing written any more, no timer. */
  crash(): void
}

export type LifeOptions = {
  readonly venue: ChaosVenue
  readonly clock: ManualClock
  readonly wall: Wall
  readonly dice: Dice
  readonly ids: IdSource
  readonly signing: Signing
  readonly disk: Disk
  readonly externalOrders: NonNullable<ExecutorOptions['externalOrders']>
  readonly file: Journal
  readonly history: History
  /** The executor is ready for the first time. */
  readonly onStarted: () => void
  readonly onDeath: () => void
}

const RETRY_MS = 1_000
/** A minute of chaos holds more than the venue would take in one; in some lives it is held to that all the same. */
const UNLIMITED = { weightPerMinute: 1_000_000_000, messagesPerMinute: 1_000_000_000 }

export function createLife(options: LifeOptions): Life {
  const { venue, dice, signing, history } = options
  const clock = createMortalClock(options.clock, options.wall, history.isKept)
  const { sign } = createUnverifiedSigner(AGENT)
  let exposure: ExposureView | undefined
  let isDead = false
  let doomed: { readonly point: DeathPoint; left: number } | undefined

  /** Whether the process is still there behind this point. */
  function survives(point: DeathPoint): boolean {
    if (!isDead && doomed?.point === point && --doomed.left === 0) crash()
    return !isDead
  }

  function crash(): void {
    if (isDead) return
    isDead = true
    history.say('the process dies')
    clock.kill()
    journal.die()
    for (const socket of harness.sockets) {
      socket.onclose = null
      socket.terminate()
    }
    options.onDeath()
  }

  const signer: Signer = {
    address: AGENT,
    sign(digest, agent) {
      if (signing.maxMs === 0) return sign(digest, agent)
      const isFailing = dice.chance(signing.failing)
      return new Promise<Signature>((resolve, reject) => {
        // The wallet is another process, and no timer of ours.
        options.clock.schedule(
          () => (isFailing ? reject(new Error('the wallet is locked')) : resolve(sign(digest, agent))),
          dice.integer(0, signing.maxMs),
        )
      })
    },
  }

  /** Passes everything, and lets us look through the gates' eyes. */
  const window: Gate = {
    step: '9',
    id: 'window',
    rule: 'none',
    check(_order, context) {
      exposure = context.exposure
      return { answer: 'pass' }
    },
  }

  const journal = createChaosJournal({
    file: options.file,
    disk: options.disk,
    dice,
    clock,
    passing: (point) => void survives(point),
  })

  const harness = createHarness(
    {
      clock,
      ids: options.ids,
      signer,
      journal,
      markets: venue.markets,
      gates: [
        ...standardGates({
          maxNotionalPerMarket: '60000',
          maxNotionalTotal: '200000',
          maxConcurrentPositions: 5,
          singleEntry: false,
        }),
        window,
      ],
      queue: { newOrderSpacingMs: dice.pick([0, 0, 50]) },
      venueLimits: dice.pick([UNLIMITED, UNLIMITED, UNLIMITED, {}]),
      externalOrders: options.externalOrders,
      // What may follow it is played in tests/stand-down; here the strategies keep their positions.
      ...LEAVE_ALL,
      reconcileEveryMs: dice.pick([10_000, 60_000]),
      resolution: { useNoop: dice.chance(0.7) },
      socket: { clock, random: () => dice.integer(0, 1_000) / 1_000 },
    },
    { clock: options.clock, exchange: venue.exchange },
  )
  harness.toExchange = (text) => {
    if (!survives('beforeSend')) return false
    history.frame('executor → exchange', text)
    // By then the exchange has it, and has not answered.
    void Promise.resolve().then(() => survives('afterSend'))
    return true
  }
  harness.toExecutor = (text) => {
    if (!survives('beforeHearing')) return false
    history.frame('exchange → executor', text)
    return true
  }
  const { executor } = harness
  history.watch(executor)
  void startAndTryAgain()

  /** As a bot would: what the venue garbled once it may say clearly the next time. */
  async function startAndTryAgain(): Promise<void> {
    try {
      await executor.start()
      if (!isDead) options.onStarted()
    } catch (error) {
      history.say(`start: ${String(error)}`)
      if (isExecutorError(error) && error.code === 'CLOSED') return
      clock.schedule(() => void startAndTryAgain(), RETRY_MS)
    }
  }

  return {
    executor,
    crash,
    doom(point, nth) {
      doomed = { point, left: nth }
    },
    get exposure() {
      return exposure
    },
    get timers() {
      return clock.pending
    },
    get isDead() {
      return isDead
    },
  }
}
