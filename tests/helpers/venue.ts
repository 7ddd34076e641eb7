/** What others do on the account of a test: a person at the web page, another bot, the venue itself. */
import { createUnverifiedSigner } from 'hip3-executor/testing'
import { ACCOUNT, type Harness, NVDA } from './harness.js'

export type OrderElsewhere = {
  readonly market?: string
  readonly isBuy?: boolean
  readonly price?: string
  readonly size?: string
  readonly tif?: 'Gtc' | 'Ioc' | 'Alo'
  readonly reduceOnly?: boolean
  readonly cloid?: string
}

let lastNonce = 0

/** Places an order on the account by other hands, and answers with the venue's reply. */
export function placeElsewhere(
  { exchange, clock }: Pick<Harness, 'exchange' | 'clock'>,
  order: OrderElsewhere = {},
): unknown {
  const { market = NVDA, isBuy = true, price = '170', size = '1', tif = 'Gtc', reduceOnly = false, cloid } = order
  const { assetId } = exchange.market(market)
  const wire = {
    a: assetId,
    b: isBuy,
    p: price,
    s: size,
    r: reduceOnly,
    t: { limit: { tif } },
    ...(cloid && { c: cloid }),
  }
  const action = { type: 'order', orders: [wire], grouping: 'na' }
  lastNonce = Math.max(lastNonce + 1, clock.now())
  const signature = createUnverifiedSigner(ACCOUNT).sign('0x', { network: 'testnet', connectionId: '0x' })
  let reply: unknown
  exchange.handleExchange({ action, nonce: lastNonce, signature }, (answer) => {
    reply = answer
  })
  return reply
}

type Answer = { readonly payload: { readonly data: never } }

/**
 * Changes the venue's answers to one kind of question on their way to the executor, as long as `change` wants to.
 *
 * @param change the answer as it should be; `undefined` leaves it as it is, and from then on all others too
 */
export function changeAnswers<T>(
  harness: Harness,
  type: string,
  change: (data: T, count: number) => T | undefined,
): void {
  let count = 0
  let isChanging = false
  harness.toExecutor = (text) => {
    if (isChanging || !text.includes('"channel":"post"') || !text.includes(`"type":"${type}"`)) return true
    const frame = JSON.parse(text) as { data: { response: Answer } }
    const { payload } = frame.data.response
    count += 1
    const changed = change(payload.data, count)
    if (changed === undefined) return true
    isChanging = true
    harness.inject(
      JSON.stringify({
        ...frame,
        data: { ...frame.data, response: { type: 'info', payload: { type, data: changed } } },
      }),
    )
    isChanging = false
    return false
  }
}

/**
 * From now on both lists of the venue spell a market with these fields. Call the answer to have the venue's own again.
 *
 * @param fields such as `{ szDecimals: 1 }`
 */
export function relist(harness: Harness, market: string, fields: Readonly<Record<string, unknown>>): () => void {
  const others = harness.toExecutor
  let isRewriting = false
  harness.toExecutor = (text) => {
    if (isRewriting || !text.includes('"universe"') || !text.includes(`"${market}"`)) return others(text)
    const changed = JSON.stringify(JSON.parse(text), (_, value) =>
      value?.name === market ? { ...value, ...fields } : value,
    )
    isRewriting = true
    harness.inject(changed)
    isRewriting = false
    return false
  }
  return () => {
    harness.toExecutor = others
  }
}
