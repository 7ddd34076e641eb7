/**
 * One life of a bot with a file journal: it takes up what earlier lives left, trades, and dies where it was told to.
 *
 * It says what it was told before it does anything else, by writes that are done when they return, so that its killer
 * knows all that it knew.
 */
import { readFileSync, writeSync } from 'node:fs'
import {
  type Accepted,
  createExecutor,
  createLocalSigner,
  createWsSender,
  type Intent,
  type Journal,
  type Logger,
  type Outcome,
  standardGates,
  type WebSocketLike,
} from 'hip3-executor'
import { createFileJournal } from 'hip3-executor/node'
import { WebSocket } from 'ws'
import { ACCOUNT, AGENT_KEY, MARKETS, priceOf } from '../../helpers/two-markets.js'
import { createDice } from '../dice.js'
import type { Death, Line, Orders } from './lines.js'

const { wsUrl, directory, life, seed, death, doubtful, done } = JSON.parse(readFileSync(0, 'utf8')) as Orders
const dice = createDice(seed)
const say = (line: Line): void => void writeSync(1, `${JSON.stringify(line)}\n`)

let left = 'count' in death ? death.count : Number.POSITIVE_INFINITY
/** Nothing in this process happens after the last of these. */
function passes(point: Exclude<Death['at'], 'anyMoment' | 'never'>): void {
  if (death.at !== point) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

/** A file journal with the moments around each record. Short segments, so that checkpoints are made all the time. */
function journalToDieIn(): Journal {
  const journal = createFileJournal({
    directory,
    maxSegmentBytes: 200_000,
    durability: life % 4 === 3 ? 'fsync' : 'os',
  })
  return {
    open: journal.open,
    replay: journal.replay,
    close: journal.close,
    get wantsCheckpoint() {
      return journal.wantsCheckpoint
    },
    append(record) {
      passes('beforeAppend')
      const kept = journal.append(record)
      passes('afterAppend')
      return kept
    },
    checkpoint(records) {
      return journal.checkpoint(
        (function* () {
          for (const record of records) {
            passes('inCheckpoint')
            yield record
          }
        })(),
      )
    },
  }
}

/** A socket with the moments around each frame. */
function socketToDieIn(url: string): WebSocketLike {
  const socket = new WebSocket(url)
  const mortal: WebSocketLike = {
    onopen: null,
    onclose: null,
    onerror: null,
    onmessage: null,
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    get readyState() {
      return socket.readyState
    },
    send(text) {
      const isAction = text.includes('"type":"action"')
      if (isAction) passes('beforeSend')
      socket.send(text)
      if (isAction) passes('afterSend')
    },
    close: () => socket.close(),
    terminate: () => socket.terminate(),
  }
  socket.on('open', () => mortal.onopen?.())
  socket.on('close', () => mortal.onclose?.())
  socket.on('error', () => mortal.onerror?.())
  socket.on('message', (data) => {
    passes('beforeFrame')
    mortal.onmessage?.({ data: String(data) })
    passes('afterFrame')
  })
  return mortal
}

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} }

const executor = createExecutor({
  account: ACCOUNT,
  signer: createLocalSigner(AGENT_KEY),
  transport: createWsSender({ network: 'testnet', url: wsUrl, webSocket: socketToDieIn, logger: QUIET }),
  journal: journalToDieIn(),
  markets: MARKETS,
  gates: standardGates({
    maxNotionalPerMarket: '10000000',
    maxNotionalTotal: '100000000',
    maxConcurrentPositions: 5,
    singleEntry: false,
  }),
  queue: { newOrderSpacingMs: 20 },
  riskMonitor: false,
  venueLimits: { weightPerMinute: 1_000_000, messagesPerMinute: 1_000_000 },
  replyTimeoutMs: 1_000,
  expiresAfterMs: 4_000,
  logger: QUIET,
})

const heard = new Set<Accepted>()

function follow(order: Accepted): void {
  if (heard.has(order)) return
  heard.add(order)
  void order.outcome.then(({ clientOrderId: id, status, size, filledSize, averagePrice }: Outcome) => {
    if (status === 'unknown') return
    const price = averagePrice?.toFixed()
    say({ say: 'outcome', id, status, size: size.toFixed(), filledSize: filledSize.toFixed(), averagePrice: price })
  })
}

function place(intent: Intent): void {
  const order = executor.submit(intent)
  if (order.status === 'denied') return
  say({ say: 'accepted', id: order.clientOrderId, intent })
  follow(order)
}

let placed = 0
function freshIntent(): Intent {
  const market = dice.pick(MARKETS)
  const side = dice.pick(['buy', 'sell'] as const)
  const timeInForce = dice.pick(['ioc', 'gtc', 'alo'] as const)
  placed += 1
  return {
    market,
    side,
    timeInForce,
    size: (dice.integer(100, 3_000) / 1_000).toFixed(3),
    price: priceOf(market, side, timeInForce !== 'alo' && dice.chance(0.6)),
    intentId: `life ${life}, order ${placed}`,
  }
}

function act(): void {
  const choice = dice.integer(1, 10)
  const open = executor.openOrders()
  if (choice <= 5 || open.length === 0) place(freshIntent())
  else if (choice <= 7) void executor.cancel(dice.pick(open).clientOrderId)
  else if (choice === 8 && done.length > 0) place(dice.pick(done))
  else {
    const { clientOrderId, market, side } = dice.pick(open)
    const intentId = `life ${life}, replacement ${++placed}`
    const price = priceOf(market, side, false)
    const order = executor.modify(clientOrderId, { price, intentId })
    if (order.status === 'denied') return
    const { size } = order.current()
    const intent: Intent = { market, side, price, size: size.toFixed(), timeInForce: 'alo', intentId }
    say({ say: 'accepted', id: order.clientOrderId, intent })
    follow(order)
  }
}

/** All that an earlier life left in doubt: known here and promised, or never heard of, and then sometimes asked for again. */
function takeUp(): void {
  for (const { id, intent } of doubtful) {
    if (executor.order(id) !== undefined) place(intent)
    else {
      say({ say: 'forgotten', id })
      if (dice.chance(0.5)) place(intent)
    }
  }
}

const { recovered } = await executor.start({ signal: AbortSignal.timeout(60_000) })
for (const order of recovered) follow(order)
say({ say: 'ready', recovered: recovered.length })
takeUp()

if (death.at !== 'never') setInterval(act, 4)
else {
  await Promise.all([...heard].map(({ acknowledged }) => acknowledged))
  await executor.cancelAll()
  await Promise.all([...heard].map(({ outcome }) => outcome))
  const positions = Object.fromEntries(executor.positions().map(({ market, size }) => [market, size.toFixed()]))
  say({ say: 'done', positions, openOrders: executor.openOrders().length })
  await executor.close()
}
