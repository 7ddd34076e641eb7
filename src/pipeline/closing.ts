/**
 * The end: what is open is cancelled or left, positions are closed or left, and everything handed out is settled.
 *
 * Whatever the venue does or does not say, it is over when the time is over. What remains is told, so that nobody has to
 * guess what a stopped bot has left in the market.
 */
import { lacksFinalSize, type OrderRecord } from '../control/order-ledger.js'
import type { TakeDown } from '../control/stand-down.js'
import type { CloseOptions, CloseReport } from '../executor.js'
import type { OrderStatus } from '../model/order.js'
import type { Alarm } from './alarm.js'
import { RESTING } from './cancel-until-gone.js'
import type { ClosePosition } from './close-position.js'
import type { DeadMansSwitch } from './dead-mans-switch.js'
import type { Dispatch } from './dispatch.js'
import type { OwnedClock } from './owned-clock.js'
import type { Parts } from './parts.js'
import type { Reconciler } from './reconcile.js'
import type { Recorder } from './recorder.js'
import type { Settlement } from './settlement.js'
import type { StandDownPart } from './stand-down.js'
import type { Submit } from './submit.js'
import type { TakingDown } from './take-down.js'
import type { TimeStop } from './time-stop.js'
import type { Until } from './until.js'
import { viewOf } from './views.js'

export type Closing = (
  options: CloseOptions,
  stopWatching: () => void,
  started: Promise<unknown>,
) => Promise<CloseReport>

export type ClosingParts = {
  readonly parts: Pick<Parts, 'clock' | 'orders' | 'positions' | 'requests' | 'transport' | 'readiness' | 'emitter'>
  readonly submit: Submit
  readonly dispatch: Dispatch
  readonly settlement: Settlement
  readonly alarm: Alarm
  readonly reconciler: Reconciler
  readonly recorder: Recorder
  readonly taking: TakingDown
  readonly closePosition: Pick<ClosePosition, 'stop'>
  readonly standDown: Pick<StandDownPart, 'stop'>
  readonly timeStop: Pick<TimeStop, 'stop'> | undefined
  readonly deadMansSwitch: Pick<DeadMansSwitch, 'end'>
  readonly until: Until
  readonly timers: Pick<OwnedClock, 'stop'>
}

const DEFAULT_MS = 5_000
const DEFAULT_FLATTEN_MS = 30_000
/** For the last frames, the socket and the journal, once everything is settled. */
const FAREWELL_MS = 2_000
const UNTOLD: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set(['inFlight', 'unknown'])

export function createClosing(wiring: ClosingParts): Closing {
  const { parts, submit, dispatch, settlement, alarm, reconciler, recorder, until, timers } = wiring
  const { taking, closePosition, standDown, timeStop, deadMansSwitch } = wiring
  const { clock, orders, positions, requests, transport, readiness, emitter } = parts

  const open = (): readonly OrderRecord[] => [...orders.open()]

  /** Nobody will ever answer. */
  const isMute = (): boolean => transport.state.status === 'idle' || transport.state.status === 'closed'

  async function flatten(what: TakeDown, deadlineAt: number): Promise<readonly string[]> {
    if (isMute()) return ['not connected']
    const obstacles = await taking.takeDown(what, deadlineAt)
    return [...obstacles, ...taking.elsewhere().map((market) => `${market}: not a market of this executor`)]
  }

  const isSettled = (): boolean =>
    requests.size === 0 &&
    open().every(({ status, filledSize, bookedSize }) => RESTING.has(status) && filledSize.lte(bookedSize))

  function report(notes: readonly string[]): CloseReport {
    const isOnBook = ({ status }: OrderRecord): boolean => RESTING.has(status) || status === 'pendingCancel'
    return {
      openOrders: open().filter(isOnBook).map(viewOf),
      unknown: open()
        .filter((record) => UNTOLD.has(record.status) || lacksFinalSize(record))
        .map(viewOf),
      positions: positions.all(),
      notes,
    }
  }

  return async (options, stopWatching, started) => {
    timeStop?.stop()
    // What the kill switch has set going is not to be ended by a word that was left out.
    const unfinished = standDown.stop()
    const { orders: ordersTo = unfinished.orders, positions: positionsTo = unfinished.positions, timeoutMs } = options
    const isFlattening = positionsTo === 'flatten'
    const deadlineAt = clock.monotonic() + (timeoutMs ?? (isFlattening ? DEFAULT_FLATTEN_MS : DEFAULT_MS))
    submit.close()
    dispatch.denyNew('CLOSED', 'the executor was closed')
    const what = { orders: ordersTo, positions: positionsTo }
    const notes = isFlattening ? await flatten(what, deadlineAt) : []
    if (!isFlattening) await taking.cancel(what, () => isMute() || clock.monotonic() >= deadlineAt)
    await until.holds(() => isMute() || isSettled(), deadlineAt)

    const farewellAt = clock.monotonic() + FAREWELL_MS
    const ordersMayStay = (ordersTo === 'leave' && !isFlattening) || open().length === 0
    closePosition.stop()
    const armed = await deadMansSwitch.end(ordersMayStay, farewellAt)
    reconciler.stop()
    dispatch.close()
    alarm.stop()
    stopWatching()
    const remains = report(armed === undefined ? notes : [...notes, armed])
    settlement.close()
    await until.settles(transport.close(), farewellAt)
    // A start that is still reading the journal must let go of it first.
    await until.settles(started, farewellAt)
    await until.settles(recorder.close(), farewellAt)
    readiness.unmet('connection', 'closed')
    emitter.close()
    timers.stop()
    return remains
  }
}
