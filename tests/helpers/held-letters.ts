/**
 * Holds back what the exchange says about an account, and hands it in when, as often and in whatever order a test wants.
 *
 * Frames that tell of several orders or fills are taken apart, so that each can come alone. An answer to a question can
 * be handed in as it would have been a while before, as from a server that lags behind the chain.
 */
import type { SimExchange } from 'hip3-executor/testing'
import { ACCOUNT, type Harness } from './harness.js'

type Json = { readonly [key: string]: unknown }

/** What a letter tells of fills. */
export type Delivery =
  /** A feed: these, by their trade ids. */
  | { readonly trades: readonly number[] }
  /** An answer, if anybody still waited for it: so many of the exchange's record, the oldest. Not known to the single one. */
  | { readonly atLeast: number; readonly atMost: number; readonly madeAt: number }

export type HeldLetters = {
  /** How many are held back. */
  readonly size: number
  /**
   * Hands one in.
   *
   * @param which from the oldest on, or below zero from the newest back; beyond the end it starts over
   * @param options.isKept it stays here as well and can come again
   * @param options.ageMs an answer is as old as this when it is given; what is not an answer does not age
   */
  deliver(which: number, options?: { readonly isKept?: boolean; readonly ageMs?: number }): Delivery | undefined
  lose(which: number): void
  /** Loses everything that came on a feed. */
  loseFeeds(): void
  /** Notes how the exchange stands; to be called after whatever changes it. */
  note(): void
  /** From now on everything passes. */
  release(): void
}

type Question = { readonly payload: Json; readonly fillsAtAsk: number }
type Letter = {
  readonly frame: Json
  readonly question: Question | undefined
  readonly heldAt: number
  readonly fillsThen: number
}
type Note = { readonly at: number; readonly fills: number; readonly answers: ReadonlyMap<string, unknown> }

const OPEN = 1
const FEEDS = new Set<unknown>(['orderUpdates', 'userFills'])
/** Questions about the account. What is asked about the venue passes. */
const ABOUT_ACCOUNT = new Set<unknown>([
  'orderStatus',
  'frontendOpenOrders',
  'openOrders',
  'clearinghouseState',
  'userFillsByTime',
])
const TELLS_OF_FILLS = new Set<unknown>(['clearinghouseState', 'userFillsByTime'])

/**
 * @param harness a started one; from now on nothing about its account reaches it by itself
 * @param mayPass decides what reaches the exchange
 */
export function holdLetters(harness: Harness, mayPass: (text: string) => boolean): HeldLetters {
  const { exchange, clock } = harness
  const letters: Letter[] = []
  const questions = new Map<unknown, Question>()
  const notes: Note[] = []
  let isDelivering = false

  const fillCount = (): number => exchange.record.fills.length

  function hold(text: string): boolean {
    const frame = JSON.parse(text) as { channel: unknown; data: Json }
    const question = frame.channel === 'post' ? questions.get(frame.data['id']) : undefined
    const isAction = frame.channel === 'post' && question === undefined
    const isHeld = isAction || FEEDS.has(frame.channel) || ABOUT_ACCOUNT.has(question?.payload['type'])
    if (isHeld) {
      for (const one of apart(frame)) {
        letters.push({ frame: one, question, heldAt: clock.now(), fillsThen: fillCount() })
      }
    }
    return isHeld
  }

  harness.toExecutor = (text) => isDelivering || !text.startsWith('{') || !hold(text)
  harness.toExchange = (text) => {
    const { method, id, request } = JSON.parse(text) as { method: string; id: unknown; request?: Json }
    if (method === 'post' && request?.['type'] === 'info') {
      questions.set(id, { payload: request['payload'] as Json, fillsAtAsk: fillCount() })
    }
    return mayPass(text)
  }

  function note(): void {
    const answers = new Map<string, unknown>()
    for (const question of standingQuestions(exchange)) {
      const reply = exchange.handleInfo(question)
      if ('body' in reply) answers.set(JSON.stringify(question), reply.body)
    }
    notes.push({ at: clock.now(), fills: fillCount(), answers })
  }

  function answerThen(question: Json, { answers }: Note): unknown {
    if (question['type'] !== 'userFillsByTime') {
      return answers.get(JSON.stringify(question)) ?? (question['type'] === 'orderStatus' ? NOT_FOUND : undefined)
    }
    const fills = answers.get(JSON.stringify(ALL_FILLS)) as readonly { readonly time: number }[]
    return fills.filter(({ time }) => time >= Number(question['startTime']))
  }

  /** The letter as it would have been `ageMs` before. */
  function aged(
    { frame, question, heldAt }: Letter,
    ageMs: number,
  ): { frame: Json; fills: number; at: number } | undefined {
    const then = notes.findLast(({ at }) => at <= heldAt - ageMs)
    if (question === undefined || then === undefined) return undefined
    const { type } = question.payload
    const answer = answerThen(question.payload, then)
    if (answer === undefined) return undefined
    const data = frame['data'] as Json
    return {
      frame: { ...frame, data: { ...data, response: { type: 'info', payload: { type, data: answer } } } },
      fills: then.fills,
      at: then.at,
    }
  }

  return {
    get size() {
      return letters.length
    },
    deliver(which, { isKept = false, ageMs = 0 } = {}) {
      const index = which % Math.max(1, letters.length)
      const letter = letters.at(index)
      if (letter === undefined || harness.sockets.at(-1)?.readyState !== OPEN) return undefined
      if (!isKept) letters.splice(index, 1)
      const { question, frame, fillsThen, heldAt } = letter
      const old = ageMs > 0 ? aged(letter, ageMs) : undefined
      isDelivering = true
      harness.inject(JSON.stringify(old?.frame ?? frame))
      isDelivering = false
      if (question === undefined) return { trades: tradesIn(frame) }
      if (!TELLS_OF_FILLS.has(question.payload['type'])) return undefined
      return old === undefined
        ? { atLeast: question.fillsAtAsk, atMost: fillsThen, madeAt: heldAt }
        : { atLeast: old.fills, atMost: old.fills, madeAt: old.at }
    },
    lose(which) {
      letters.splice(which % Math.max(1, letters.length), 1)
    },
    loseFeeds() {
      const answers = letters.filter(({ frame }) => frame['channel'] === 'post')
      letters.splice(0, letters.length, ...answers)
    },
    note,
    release() {
      letters.length = 0
      harness.toExecutor = () => true
      harness.toExchange = () => true
    },
  }
}

const NOT_FOUND = { status: 'unknownOid' }
const ALL_FILLS = { type: 'userFillsByTime', user: ACCOUNT, startTime: 0 }

/** One frame for each order or fill. A snapshot stays whole. */
function apart(frame: Json): Json[] {
  const { channel, data } = frame
  if (channel === 'orderUpdates' && Array.isArray(data)) return data.map((update) => ({ channel, data: [update] }))
  const fills = channel === 'userFills' ? (data as Json)['fills'] : undefined
  if (!Array.isArray(fills) || (data as Json)['isSnapshot'] === true) return [frame]
  return fills.map((fill) => ({ channel, data: { ...(data as Json), fills: [fill] } }))
}

function tradesIn({ channel, data }: Json): readonly number[] {
  return channel === 'userFills' ? (data as { fills: { tid: number }[] }).fills.map(({ tid }) => tid) : []
}

/** Whatever an executor may ask about its account; kept from being asked too often, since it is asked after each change. */
function standingQuestions(exchange: SimExchange): readonly Json[] {
  const about = (type: string, rest: Json = {}): Json => ({ type, user: ACCOUNT, ...rest })
  return [
    about('frontendOpenOrders', { dex: 'xyz' }),
    about('clearinghouseState', { dex: 'xyz' }),
    ALL_FILLS,
    ...exchange.record.orders.flatMap(({ cloid, oid }) => [
      about('orderStatus', { oid }),
      ...(cloid === null ? [] : [about('orderStatus', { oid: cloid })]),
    ]),
  ]
}
