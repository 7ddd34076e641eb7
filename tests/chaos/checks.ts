/** What must hold when no fault is left: both sides show the same, nothing is left over, and the executor still works. */
import { type CloseReport, type JournalRecord, type Position, replayJournal } from 'hip3-executor'
import type { RecordedOrder } from 'hip3-executor/testing'
import { ACCOUNT } from '../helpers/harness.js'
import type { Entry } from './book.js'
import type { Desk, Promised } from './desk.js'
import type { Life } from './life.js'
import type { ChaosVenue } from './venue.js'
import type { Violation } from './verdict.js'

/** When nothing goes wrong any more, both sides show the same orders and positions. @param isOthers tells what is nobody's business */
export function checkQuiet(
  { executor }: Life,
  venue: ChaosVenue,
  isOthers: (order: Pick<RecordedOrder, 'cloid'>) => boolean,
): Violation[] {
  const violations: Violation[] = []
  const ours = executor.openOrders().map(({ orderId, clientOrderId }) => String(orderId ?? clientOrderId))
  const theirs = venue.open().flatMap((order) => (isOthers(order) ? [] : [String(order.oid)]))
  for (const id of ours) {
    if (!theirs.includes(id)) violations.push({ kind: 'openOrders', subject: id, detail: 'open here, and not there' })
  }
  for (const id of theirs) {
    if (!ours.includes(id)) violations.push({ kind: 'openOrders', subject: id, detail: 'open there, and not here' })
  }
  const { ready, missing } = executor.readiness()
  if (!ready) violations.push({ kind: 'unsettled', subject: 'readiness', detail: JSON.stringify(missing) })
  violations.push(...differences(executor.positions(), venue))
  return violations
}

/** When everything is cancelled, nothing is left of it. */
export function checkOver({ executor, exposure }: Life, venue: ChaosVenue): Violation[] {
  const violations: Violation[] = differences(executor.positions(), venue)
  const { inFlight, queued } = executor.budget()
  const waiting = queued.cancel + queued.reduceOnly + queued.new
  if (inFlight > 0 || waiting > 0) {
    violations.push({ kind: 'inFlight', subject: 'budget', detail: `${inFlight} in flight, ${waiting} queued` })
  }
  for (const { clientOrderId, status } of executor.openOrders()) {
    violations.push({
      kind: 'openOrders',
      subject: clientOrderId,
      detail: `still ${status} after everything is cancelled`,
    })
  }
  for (const { cloid, oid, status } of venue.open()) {
    violations.push({ kind: 'openOrders', subject: cloid ?? String(oid), detail: `still ${status} on the exchange` })
  }
  for (const market of venue.markets) {
    if (exposure === undefined) break
    const mark = venue.mark(market)
    const held = (venue.exchange.record.position(ACCOUNT, market)?.size ?? '0').replace('-', '')
    const counted = exposure.worst(market, mark)
    const claims = exposure.openOrders(market) + exposure.reduceOnlyOrders(market)
    if (counted.eq(mark.times(held)) && claims === 0) continue
    violations.push({
      kind: 'claims',
      subject: market,
      detail: `the gates count ${counted.toFixed()} and ${claims} orders; the position is worth ${mark.times(held).toFixed()}`,
    })
  }
  return violations
}

/** After a close, everything promised is kept and nothing runs on. @param report none: it has not come to its end */
export function checkClosed(
  { timers }: Life,
  report: CloseReport | undefined,
  entries: Iterable<Entry>,
  unkept: readonly Promised[],
): Violation[] {
  const violations: Violation[] = []
  if (report === undefined) violations.push({ kind: 'unsettled', subject: 'close', detail: 'not closed in its time' })
  for (const timer of timers) violations.push({ kind: 'timers', subject: 'close', detail: timer })
  for (const { id, waiting } of entries) {
    if (waiting.size > 0) violations.push({ kind: 'unsettled', subject: id, detail: 'not settled by close' })
  }
  for (const { subject, what } of unkept) {
    violations.push({ kind: 'unsettled', subject, detail: `${what} was not told before the end of close` })
  }
  return violations
}

/** What a close says it has left behind is what is there. */
export function checkReport(report: CloseReport | undefined, isFlattening: boolean, venue: ChaosVenue): Violation[] {
  if (report === undefined) return []
  const { openOrders, unknown, notes, positions } = report
  const violations = differences(positions, venue)
  for (const { clientOrderId, status } of [...openOrders, ...unknown]) {
    violations.push({ kind: 'openOrders', subject: clientOrderId, detail: `left ${status} by close` })
  }
  const isLeft = isFlattening && (positions.length > 0 || notes.length > 0)
  if (isLeft) violations.push({ kind: 'position', subject: 'close', detail: `not flat: ${notes.join('; ')}` })
  return violations
}

/** An order in every market, small and on the side that makes the position smaller. Its outcome is judged with all others. */
export function checkAlive(desk: Desk): Violation[] {
  const positions = new Map(desk.positions().map(({ market, size }) => [market, size]))
  return desk.markets.flatMap((market): Violation[] => {
    const side = positions.get(market)?.gt(0) ? 'sell' : 'buy'
    const price = desk.price(market, side === 'buy' ? 50 : -50)
    const id = desk.submit({ market, side, size: desk.size(market, 20), price, timeInForce: 'ioc' })
    return id === undefined ? [{ kind: 'unsettled', subject: market, detail: 'takes no order any more' }] : []
  })
}

/** What the journal has kept leads to the books that the executor has. */
export async function checkJournal({ executor }: Life, records: readonly JournalRecord[]): Promise<Violation[]> {
  const { orders, positions } = await replayJournal(records)
  const violations: Violation[] = []
  for (const { request, status, filledSize } of orders.all()) {
    const { clientOrderId } = request
    const ours = executor.order(clientOrderId)
    if (ours?.status === status && ours.filledSize.eq(filledSize)) continue
    const detail = `replayed ${status} ${filledSize.toFixed()}; ${ours?.status} ${ours?.filledSize.toFixed()} here`
    violations.push({ kind: 'journal', subject: clientOrderId, detail })
  }
  const replayed = positions.all().map(({ market, size }) => `${market} ${size.toFixed()}`)
  const ours = executor.positions().map(({ market, size }) => `${market} ${size.toFixed()}`)
  if (replayed.sort().join() !== ours.sort().join()) {
    violations.push({ kind: 'journal', subject: 'positions', detail: `replayed ${replayed}; ${ours} here` })
  }
  return violations
}

function differences(held: readonly Position[], venue: ChaosVenue): Violation[] {
  const positions = new Map(held.map(({ market, size }) => [market, size.toFixed()]))
  return venue.markets.flatMap((market): Violation[] => {
    const ours = positions.get(market) ?? '0'
    const theirs = venue.exchange.record.position(ACCOUNT, market)?.size ?? '0'
    return ours === theirs ? [] : [{ kind: 'position', subject: market, detail: `${ours} here, ${theirs} there` }]
  })
}
