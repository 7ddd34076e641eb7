/**
 * One history of a connection: an executor trades while it is cut, deaf, slow, mute and lied to, and when all is well again
 * everything it believes is held against the exchange's record. The seed alone decides what happens.
 */
import {
  createFallbackTransport,
  createHttpSender,
  type FillEvent,
  type Intent,
  type OrderView,
  type Submission,
  type TransportState,
} from 'hip3-executor'
import type { RecordedRequest } from 'hip3-executor/testing'
import { createDice, type Dice } from '../chaos/dice.js'
import { judge, type Told } from '../chaos/verdict.js'
import { ACCOUNT, buy, createHarness, type Harness, NVDA, TSLA } from '../helpers/harness.js'
import { createSimFetch } from '../helpers/sim-fetch.js'
import { AILS, type Ail, fallIll, type Sickness } from './ails.js'

export type Played = {
  readonly seed: number
  /** Each a sentence; none is how it should be. */
  readonly violations: readonly string[]
  readonly ails: readonly Ail[]
  readonly reconnects: number
  readonly orders: number
}

const STEPS = 25
/** For a reading that was refused for its weight, for a feed that may be silent, and for whatever was delayed. */
const CALM_MS = 180_000
const FEEDS = [`orderUpdates ${ACCOUNT}`, `userFills ${ACCOUNT}`, `activeAssetCtx ${NVDA}`, `activeAssetCtx ${TSLA}`]
/** Where a price rests and where it trades at once, for each side. */
const PRICES = {
  [NVDA]: { buy: ['170', '177'], sell: ['183', '176'] },
  [TSLA]: { buy: ['390', '402'], sell: ['410', '399'] },
} as const

export async function playHistory(seed: number): Promise<Played> {
  const dice = createDice(seed)
  const harness = createHarness({
    // Well within the calm at the end.
    refreshMarketsEveryMs: 60_000,
    socket: { random: () => dice.integer(0, 1_000) / 1_000 },
    beside: (socket, { clock, exchange }) =>
      dice.chance(0.5)
        ? socket
        : createFallbackTransport(
            socket,
            createHttpSender({ network: 'testnet', fetch: createSimFetch(exchange), clock }),
          ),
  })
  const { executor, exchange, sockets, clock } = harness
  const violations: string[] = []
  const desk = createDesk(harness, dice)
  const watch = watchConnection(harness, violations)
  const starting = executor.start()
  await harness.settle()
  await starting

  const ails: Ail[] = []
  let sicknesses: readonly Sickness[] = []
  for (let step = 0; step < STEPS; step++) {
    if (sicknesses.length < 2 && dice.chance(0.3)) {
      const ail = dice.pick(AILS)
      ails.push(ail)
      const sickness = fallIll(ail, { harness, block: watch.block, changeMarket: watch.changeMarket }, dice)
      if (sickness.foundBy !== undefined) watch.mustEndBy(sickness.foundBy, ail)
      sicknesses = [...sicknesses, sickness]
    } else if (dice.chance(0.3)) {
      sicknesses[0]?.end()
      sicknesses = sicknesses.slice(1)
    }
    for (let act = dice.integer(0, 3); act > 0; act--) desk.act()
    await harness.pass(dice.pick([0, 20, 300, 2_000, 7_000]))
  }
  for (const { end } of sicknesses) end()
  await harness.pass(CALM_MS)

  violations.push(...differences(harness, desk.fills), ...(await lostFeeds(harness, desk)))
  violations.push(...marketsTold(desk, watch.isMarketChanged, watch.changes))
  const reconnects = sockets.length - 1
  void executor.cancelAll()
  await harness.pass(CALM_MS)
  violations.push(...staleOrders(exchange.record.requests, desk.submittedOn))
  for (const { kind, subject, detail } of judge(desk.told, exchange.record, ({ account }) => account === ACCOUNT)) {
    violations.push(`${kind} ${subject}: ${detail}`)
  }

  const closing = executor.close()
  await harness.pass(60_000)
  await closing
  if (!sockets.every(({ readyState }) => readyState === 3)) violations.push('a socket was left open')
  if (clock.pendingTimers > 0) violations.push(`${clock.pendingTimers} timers were left`)
  return { seed, violations, ails, reconnects, orders: desk.told.length }
}

type Desk = {
  act(): void
  /** Places an order of the bot. */
  submit(intent: Intent): Submission
  readonly told: readonly Told[]
  readonly fills: readonly FillEvent[]
  /** On which connection each order was taken in. */
  readonly submittedOn: ReadonlyMap<string, number>
}

/** What the bot and the others in the market do. */
function createDesk({ executor, exchange }: Harness, dice: Dice): Desk {
  const told: Told[] = []
  const fills: FillEvent[] = []
  const submittedOn = new Map<string, number>()
  let generation = 0
  executor.on('connection', (state) => {
    generation = state.generation
  })
  executor.on('fill', (fill) => fills.push(fill))

  function submit(intent: Intent): Submission {
    const submission = executor.submit(intent)
    if (submission.status === 'denied') return submission
    const outcomes: OutcomeOf[] = []
    told.push({ id: submission.clientOrderId, outcomes, isForgotten: false })
    submittedOn.set(submission.clientOrderId, generation)
    void submission.outcome.then((outcome) => outcomes.push(outcome))
    return submission
  }

  return {
    submit,
    told,
    fills,
    submittedOn,
    act() {
      const market = dice.pick([NVDA, TSLA] as const)
      const side = dice.pick(['buy', 'sell'] as const)
      const [rests, trades] = PRICES[market][side]
      const held = executor.positions().find((position) => position.market === market)
      const [open] = executor.openOrders()
      switch (dice.integer(1, 6)) {
        case 1:
        case 2:
          submit(buy({ market, side, price: rests, timeInForce: 'gtc', size: '0.4' }))
          break
        case 3:
          submit(buy({ market, side, price: trades, size: '0.3' }))
          break
        case 4:
          if (open !== undefined) void executor.cancel(open.clientOrderId)
          break
        case 5:
          if (held !== undefined) {
            const out = held.size.gt(0) ? 'sell' : 'buy'
            submit(buy({ market, side: out, price: PRICES[market][out][1], size: '0.2', reduceOnly: true }))
          }
          break
        default:
          // Somebody trades against what rests, ours included.
          exchange
            .market(market)
            .clearBook()
            .take(side === 'buy' ? 'sell' : 'buy', rests, '0.5')
            .seedBook()
      }
    },
  }
}

type OutcomeOf = Told['outcomes'][number]

type Watch = {
  block(directions: 'out' | 'both'): void
  changeMarket(): void
  /** The connection there is now must be given up by then. */
  mustEndBy(at: number, ail: Ail): void
  readonly isMarketChanged: boolean
  /** By market, what was last told of it. */
  readonly changes: ReadonlyMap<string, string | undefined>
}

/** The hands of a history on the frames, and its eyes on what the connection promises. */
function watchConnection(harness: Harness, violations: string[]): Watch {
  const { executor, sockets, clock } = harness
  const blocked = new Map<number, 'out' | 'both'>()
  const changes = new Map<string, string | undefined>()
  let state: TransportState = { status: 'idle', generation: 0, isSubscribed: false }
  let isMarketChanged = false
  let gapUpTo = 0
  let wholeOn = 0
  executor.on('marketChanged', ({ market, change }) => changes.set(market, change))
  executor.on('gap', ({ generation, from, to }) => {
    gapUpTo = generation
    if (!(from <= to && to === clock.now())) violations.push(`a gap from ${from} to ${to} at ${clock.now()}`)
  })
  executor.on('connection', (next) => {
    if (next.generation < state.generation) violations.push(`generation ${next.generation} after ${state.generation}`)
    state = next
  })
  executor.on('readiness', ({ ready }) => {
    if (!ready || wholeOn === state.generation) return
    if (wholeOn > 0 && gapUpTo !== state.generation)
      violations.push(`no gap was told before connection ${state.generation}`)
    wholeOn = state.generation
  })

  harness.toExchange = (text) => {
    if (blocked.has(sockets.length - 1)) return false
    if (isNewOrder(text) && !(state.status === 'open' && state.isSubscribed))
      violations.push(`written too early: ${text}`)
    return true
  }
  let isInjecting = false
  harness.toExecutor = (text) => {
    if (blocked.get(sockets.length - 1) === 'both') return false
    if (isInjecting || !isMarketChanged || !text.includes('"type":"meta"')) return true
    isInjecting = true
    harness.inject(text.replace(new RegExp(`("name":"${TSLA}"[^}]*"maxLeverage":)\\d+`), '$13'))
    isInjecting = false
    return false
  }

  return {
    changes,
    block: (directions) => void blocked.set(sockets.length - 1, directions),
    changeMarket() {
      isMarketChanged = true
    },
    mustEndBy(at, ail) {
      const { generation, status } = state
      if (status !== 'open') return
      clock.schedule(
        () => {
          if (state.generation === generation && state.status === 'open') {
            violations.push(`${ail} was not found out in ${at} ms, on connection ${generation}`)
          }
        },
        at + 1 - clock.monotonic(),
      )
    },
    get isMarketChanged() {
      return isMarketChanged
    },
  }
}

const isNewOrder = (text: string): boolean => text.includes('"type":"order"') && text.includes('"r":false')

/** Where the executor's view is not the exchange's. */
function differences({ executor, exchange }: Harness, heard: readonly FillEvent[]): string[] {
  const { ready, missing } = executor.readiness()
  const found = ready
    ? []
    : [`not ready: ${missing.map(({ condition, detail }) => `${condition} (${detail})`).join(', ')}`]
  const compare = (what: string, ours: readonly string[], theirs: readonly string[]): void => {
    const [left, right] = [[...ours].sort().join(', '), [...theirs].sort().join(', ')]
    if (left !== right) found.push(`${what}: ours ${left || 'none'}; the exchange's ${right || 'none'}`)
  }
  compare(
    'orders',
    executor.openOrders().map(({ orderId, remainingSize }: OrderView) => `${orderId} ${remainingSize.toFixed()}`),
    exchange
      .account(ACCOUNT)
      .openOrders()
      .map(({ oid, remaining }) => `${oid} ${remaining}`),
  )
  compare(
    'positions',
    executor.positions().map(({ market, size }) => `${market} ${size.toFixed()}`),
    [NVDA, TSLA].flatMap((market) => {
      const size = exchange.record.position(ACCOUNT, market)?.size ?? '0'
      return size === '0' ? [] : [`${market} ${size}`]
    }),
  )
  compare(
    'fills',
    heard.map(({ tradeId, orderId, size, price }) => `${tradeId} ${orderId} ${size.toFixed()}@${price.toFixed()}`),
    exchange.record.fills
      .filter(({ account }) => account === ACCOUNT)
      .map(({ tradeId, oid, size, price }) => `${tradeId} ${oid} ${size}@${price}`),
  )
  return found
}

/** Every feed is subscribed on the last connection, and what happens now is heard now. */
async function lostFeeds({ exchange, sockets, settle }: Harness, { fills, submit }: Desk): Promise<string[]> {
  const live = new Set<string>()
  for (const { connection, kind, payload } of exchange.record.requests) {
    const { type, user, coin } = payload as { readonly type: string; readonly user?: string; readonly coin?: string }
    if (connection !== `ws-${sockets.length}`) continue
    if (kind === 'subscribe') live.add(`${type} ${user ?? coin}`)
    if (kind === 'unsubscribe') live.delete(`${type} ${user ?? coin}`)
  }
  const lost = FEEDS.filter((feed) => !live.has(feed)).map((feed) => `${feed} is not subscribed`)
  const probe = submit(buy({ side: 'buy', price: '171', timeInForce: 'gtc', size: '0.4' }))
  if (probe.status === 'denied') return [...lost, `a last order was denied: ${probe.reason} ${probe.value}`]
  await settle()
  const before = fills.length
  exchange.market(NVDA).clearBook().take('sell', '171', '0.4').seedBook()
  await settle()
  if (fills.length === before) lost.push('a last fill was not heard')
  if (probe.current().status !== 'filled') lost.push(`a last order is ${probe.current().status}`)
  return lost
}

function marketsTold({ submit }: Desk, isChanged: boolean, changes: Watch['changes']): string[] {
  const { status } = submit(buy({ market: TSLA, price: '390', timeInForce: 'gtc', size: '0.4' }))
  const isTold = changes.get(TSLA)?.includes('maxLeverage') === true
  if (isChanged !== isTold) return [`a change of ${TSLA} was ${isChanged ? 'not ' : ''}told`]
  return (status === 'denied') === isChanged ? [] : [`an order in ${TSLA} was ${status}`]
}

/** New orders arrive on the connection they were taken in on, or nowhere. */
function staleOrders(requests: readonly RecordedRequest[], submittedOn: Desk['submittedOn']): string[] {
  return requests.flatMap(({ kind, connection, payload }) => {
    const { action } = payload as { readonly action?: { readonly orders?: readonly { r: boolean; c: string }[] } }
    if (kind !== 'action' || action?.orders === undefined) return []
    return action.orders.flatMap(({ r, c }) => {
      const taken = submittedOn.get(c)
      return r || taken === undefined || connection === `ws-${taken}`
        ? []
        : [`${c} of connection ${taken} came on ${connection}`]
    })
  })
}
