/** One life of the executor: from its construction to its close or its sudden death. */
import {
  type Executor,
  type ExposureView,
  type Gate,
  type IdSource,
  type Signature,
  type Signer,
  standardGates,
} from 'hip3-executor'
import { createUnverifiedSigner, type ManualClock } from 'hip3-executor/testing'
import { AGENT, createHarness } from '../helpers/harness.js'
import type { Dice } from './dice.js'
import type { History } from './history.js'
import { createMortalClock } from './mortal-clock.js'
import type { ChaosVenue } from './venue.js'

/** How the signer behaves; changed while it is in use. */
export type Signing = {
  /** Zero signs in the call. */
  maxMs: number
  /** The chance of failing, of a signer that takes time. */
  failing: number
}

export type Life = {
  readonly executor: Executor
  /** As the gates see it; undefined until the first order came as far. */
  readonly exposure: ExposureView | undefined
  /** Timers it has set and not cancelled. */
  readonly timers: number
  /** What came last from the venue, for telling what ended a doubt. */
  readonly lastHeard: string
  /** The process is gone between two instructions: no farewell, nothing written any more, no timer. */
  crash(): void
}

export type LifeOptions = {
  readonly venue: ChaosVenue
  readonly clock: ManualClock
  readonly dice: Dice
  readonly ids: IdSource
  readonly signing: Signing
  readonly history: History
}

const RETRY_MS = 1_000

export function createLife({ venue, clock: manualClock, dice, ids, signing, history }: LifeOptions): Life {
  const clock = createMortalClock(manualClock)
  const { sign } = createUnverifiedSigner(AGENT)
  let exposure: ExposureView | undefined
  let lastHeard = ''
  let isDead = false

  const signer: Signer = {
    address: AGENT,
    sign(digest, agent) {
      if (signing.maxMs === 0) return sign(digest, agent)
      const isFailing = dice.chance(signing.failing)
      return new Promise<Signature>((resolve, reject) => {
        clock.schedule(
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

  const harness = createHarness(
    {
      clock,
      ids,
      signer,
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
      socket: { clock, random: () => dice.integer(0, 1_000) / 1_000 },
    },
    { clock: manualClock, exchange: venue.exchange },
  )
  harness.toExchange = (text) => {
    if (isDead) return false
    history.frame('executor → exchange', text)
    return true
  }
  harness.toExecutor = (text) => {
    if (isDead) return false
    history.frame('exchange → executor', text)
    lastHeard = kindOf(text)
    return true
  }
  const { executor } = harness
  history.watch(executor)
  void startAndTryAgain()

  /** As a bot would: what the venue garbled once it may say clearly the next time. */
  async function startAndTryAgain(): Promise<void> {
    try {
      await executor.start()
    } catch (error) {
      history.say(`start: ${String(error)}`)
      clock.schedule(() => void startAndTryAgain(), RETRY_MS)
    }
  }

  return {
    executor,
    get exposure() {
      return exposure
    },
    get timers() {
      return clock.pending
    },
    get lastHeard() {
      return lastHeard
    },
    crash() {
      isDead = true
      clock.kill()
      for (const socket of harness.sockets) {
        socket.onclose = null
        socket.terminate()
      }
    },
  }
}

/** Which of the ways of knowing a frame belongs to. */
function kindOf(text: string): string {
  const channel = /^\{"channel":"(\w+)"/.exec(text)?.[1] ?? 'other'
  if (channel !== 'post') return channel === 'orderUpdates' || channel === 'userFills' ? 'feed' : 'other'
  if (text.includes('"type":"action"')) return text.includes('"type":"order"') ? 'answer' : 'noop'
  return text.includes('"type":"orderStatus"') ? 'lookup' : 'account'
}
