/**
 * What an earlier life of the process left open, taken up again.
 *
 * An order that was never handed to the socket is forgotten: it is proven unsent, and its intent may be submitted again. One
 * that was, or was about to be, is unknown until the venue tells of it. New orders wait for that.
 */
import { replayInto } from '../control/replay.js'
import type { Accepted } from '../model/outcome.js'
import type { Evidence } from './evidence.js'
import type { MarketWatch } from './market-watch.js'
import type { Parts } from './parts.js'
import type { Recorder } from './recorder.js'
import type { Resolver } from './resolver.js'
import type { Settlement } from './settlement.js'
import type { StandDownPart } from './stand-down.js'

export type Recovery = {
  /**
   * Reads the journal and takes up what it left open.
   *
   * @throws {ExecutorError} when the journal is taken by another process, damaged, or not to be had
   */
  recover(): Promise<void>
  /** The orders that were not over, each with the promise of its outcome. */
  readonly recovered: readonly Accepted[]
}

export type RecoveryParts = {
  readonly parts: Pick<Parts, 'orders' | 'positions' | 'nonces' | 'hardStop' | 'halts' | 'clock' | 'readiness'>
  readonly ledgers: Pick<Parts, 'orders' | 'positions'>
  readonly recorder: Recorder
  readonly evidence: Evidence
  readonly resolver: Resolver
  readonly settlement: Settlement
  readonly marketWatch: Pick<MarketWatch, 'remember'>
  readonly standDown: Pick<StandDownPart, 'restore'>
}

export function createRecovery(wiring: RecoveryParts): Recovery {
  const { parts, ledgers, recorder, evidence, resolver, settlement, marketWatch, standDown } = wiring
  const { orders, nonces, hardStop, halts, clock, readiness } = parts
  let recovered: readonly Accepted[] = []

  async function recover(): Promise<void> {
    const left = await replayInto(ledgers, await recorder.open())
    nonces.raise(left.highestNonce)
    marketWatch.remember(left.markets)
    recorder.begin()
    if (hardStop.state.triggered) recorder.note({ kind: 'hardStop', state: hardStop.state })
    else if (left.hardStop.triggered) {
      standDown.restore(left.standDown)
      hardStop.trigger(left.hardStop)
    }
    if (halts.all().length > 0) recorder.note({ kind: 'halts', halts: halts.all() })
    for (const { market, reason, untilMs, at } of left.halts) {
      if (untilMs === undefined || untilMs > clock.now()) halts.halt(market, reason, { untilMs }, at)
    }
    recovered = [...orders.open()].flatMap((record): Accepted[] => {
      const { clientOrderId } = record.request
      if (record.isExternal) {
        // Nobody waits for it, but its claim ends only when its last fills are known.
        settlement.review(record)
        return []
      }
      if (record.status === 'pending' && record.sent === undefined) {
        orders.forget(clientOrderId)
        return []
      }
      const submission = settlement.open(record)
      if (record.status === 'pending') evidence.apply(clientOrderId, 'written')
      if (record.status === 'inFlight') evidence.apply(clientOrderId, 'lost')
      resolver.watch(clientOrderId)
      return [submission]
    })
    if (recovered.length > 0) waitUntilKnown()
    else readiness.met('recovery')
  }

  function waitUntilKnown(): void {
    readiness.unmet('recovery', `${recovered.length} orders from before the restart are not resolved`)
    void Promise.all(recovered.map(({ acknowledged }) => acknowledged)).then(() => readiness.met('recovery'))
  }

  return {
    recover,
    get recovered() {
      return recovered
    },
  }
}
