/**
 * The end: what is open is cancelled or left, positions are closed or left, and everything handed out is settled.
 *
 * Whatever the venue does or does not say, it is over when the time is over. What remains is told, so that nobody has to
 * guess what a stopped bot has left in the market.
 */
import type { OrderRecord } from '../control/order-ledger.js'
import type { CloseOptions, CloseReport } from '../executor.js'
import type { ClientOrderId } from '../model/ids.js'
import type { OrderRequest, OrderStatus } from '../model/order.js'
import type { Alarm } from './alarm.js'
import type { DeadMansSwitch } from './dead-mans-switch.js'
import type { Dispatch } from './dispatch.js'
import type { Flatten } from './flatten.js'
import type { OwnedClock } from './owned-clock.js'
import type { Parts } from './parts.js'
import type { Reconciler } from './reconcile.js'
import type { Recorder } from './recorder.js'
import type { Settlement } from './settlement.js'
import type { Submit } from './submit.js'
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
  readonly flatten: Flatten
  readonly deadMansSwitch: Pick<DeadMansSwitch, 'end'>
  readonly until: Until
  readonly timers: Pick<OwnedClock, 'stop'>
}

const DEFAULT_MS = 5_000
const DEFAULT_FLATTEN_MS = 30_000
/** For the last frames, the socket and the journal, once everything is settled. */
const FAREWELL_MS = 2_000
/** After which a cancel that did not get through is asked for again. */
const CANCEL_AGAIN_MS = 500

const RESTING: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set(['working', 'partiallyFilled'])
/** Ends by itself, and in the right direction. */
const isExit = ({ reduceOnly, timeInForce }: OrderRequest): boolean => reduceOnly && timeInForce === 'ioc'
const UNTOLD: ReadonlySet<OrderStatus> = /* @__PURE__ */ new Set(['inFlight', 'unknown'])

export function createClosing(wiring: ClosingParts): Closing {
  const { parts, submit, dispatch, settlement, alarm, reconciler, recorder, flatten, deadMansSwitch, until, timers } =
    wiring
  const { clock, orders, positions, requests, transport, readiness, emitter } = parts

  const open = (): readonly OrderRecord[] => [...orders.open()]

  /** A cancel can find its lane full, its answer can be lost, and an order can turn up late. */
  async function cancelUntilGone(deadlineAt: number): Promise<void> {
    const asked = new Set<ClientOrderId>()
    for (;;) {
      for (const { request, status } of open()) {
        const { clientOrderId } = request
        if (isExit(request)) continue
        if (!asked.has(clientOrderId) || RESTING.has(status)) void submit.cancel(clientOrderId)
        asked.add(clientOrderId)
      }
      const again = Math.min(deadlineAt, clock.monotonic() + CANCEL_AGAIN_MS)
      if ((await until.holds(() => open().length === 0 || isMute(), again)) || again === deadlineAt) return
    }
  }

  /** Nobody will ever answer. */
  const isMute = (): boolean => transport.state.status === 'idle' || transport.state.status === 'closed'

  const isSettled = (): boolean =>
    requests.size === 0 &&
    open().every(({ status, filledSize, bookedSize }) => RESTING.has(status) && filledSize.lte(bookedSize))

  function report(notes: readonly string[]): CloseReport {
    const isOnBook = ({ status }: OrderRecord): boolean => RESTING.has(status) || status === 'pendingCancel'
    return {
      openOrders: open().filter(isOnBook).map(viewOf),
      unknown: open()
        .filter(({ status }) => UNTOLD.has(status))
        .map(viewOf),
      positions: positions.all(),
      notes,
    }
  }

  return async ({ orders: ordersTo = 'leave', positions: positionsTo = 'leave', timeoutMs }, stopWatching, started) => {
    const isFlattening = positionsTo === 'flatten'
    const deadlineAt = clock.monotonic() + (timeoutMs ?? (isFlattening ? DEFAULT_FLATTEN_MS : DEFAULT_MS))
    submit.close()
    dispatch.denyNew('CLOSED', 'the executor was closed')
    const cancelled = isFlattening || ordersTo === 'cancel' ? cancelUntilGone(deadlineAt) : undefined
    const notes = !isFlattening ? [] : isMute() ? ['not connected'] : await flatten(deadlineAt)
    await cancelled
    await until.holds(() => isMute() || isSettled(), deadlineAt)

    const farewellAt = clock.monotonic() + FAREWELL_MS
    const ordersMayStay = cancelled === undefined || open().length === 0
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
