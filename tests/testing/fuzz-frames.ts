/** Frames that no sane client sends, and frames that are almost sane, from a seed. */
import { createRandom, type Random } from '../../src/testing/seeded.js'
import { CLOID, NVDA, OTHER, orderAction, USER } from './helpers.js'

const order = orderAction({ p: '176.1', s: '1' }, { b: false, p: '177', s: '0.5', tif: 'Alo', c: CLOID })
const ACTIONS: readonly object[] = [
  order,
  orderAction({ p: '176.2', s: '2', tif: 'Ioc' }),
  orderAction({ b: false, p: '175', s: '0.2', tif: 'Ioc', r: true }),
  {
    type: 'order',
    orders: [
      {
        a: NVDA,
        b: true,
        p: '170',
        s: '1',
        r: false,
        t: { trigger: { isMarket: true, triggerPx: '171', tpsl: 'sl' } },
      },
    ],
    grouping: 'positionTpsl',
  },
  {
    type: 'cancel',
    cancels: [
      { a: NVDA, o: 400_000_000_001 },
      { a: NVDA, o: 400_000_000_005 },
    ],
    f: true,
  },
  { type: 'cancelByCloid', cancels: [{ asset: NVDA, cloid: CLOID }] },
  { type: 'modify', oid: CLOID, order: (order['orders'] as unknown[])[0] },
  { type: 'batchModify', modifies: [{ oid: 400_000_000_002, order: (order['orders'] as unknown[])[0] }], a: true },
  { type: 'scheduleCancel', time: 1_767_225_900_000 },
  { type: 'updateLeverage', asset: NVDA, isCross: false, leverage: 5 },
  { type: 'updateIsolatedMargin', asset: NVDA, isBuy: true, ntli: 1_000_000 },
  { type: 'reserveRequestWeight', weight: 10 },
  {
    type: 'approveAgent',
    hyperliquidChain: 'Testnet',
    signatureChainId: '0x66eee',
    agentAddress: OTHER,
    agentName: 'x',
    nonce: 1,
  },
  { type: 'noop' },
]
const USER_INFO = [
  'clearinghouseState',
  'spotClearinghouseState',
  'openOrders',
  'frontendOpenOrders',
  'historicalOrders',
].concat(['userFills', 'userRateLimit', 'userRole', 'extraAgents', 'userAbstraction', 'userFees'])
const INFO: readonly object[] = [
  ...USER_INFO.map((type) => ({ type, user: USER, dex: 'xyz' })),
  ...['meta', 'metaAndAssetCtxs', 'perpDexs', 'spotMeta', 'allMids', 'exchangeStatus', 'perpDexLimits'].map((type) => ({
    type,
    dex: 'xyz',
  })),
  { type: 'orderStatus', user: USER, oid: 400_000_000_001 },
  { type: 'orderStatus', user: USER, oid: CLOID },
  { type: 'userFillsByTime', user: USER, startTime: 0, endTime: 9_999_999_999_999, reversed: true },
  { type: 'l2Book', coin: 'xyz:NVDA' },
  { type: 'activeAssetData', user: USER, coin: 'xyz:NVDA' },
]
const SUBSCRIPTIONS: readonly object[] = [
  ...['orderUpdates', 'userFills', 'userEvents'].map((type) => ({ type, user: USER })),
  ...['clearinghouseState', 'openOrders'].map((type) => ({ type, user: USER, dex: 'xyz' })),
  ...['bbo', 'activeAssetCtx', 'l2Book', 'trades'].map((type) => ({ type, coin: 'xyz:NVDA' })),
  { type: 'l2Book', coin: 'xyz:TSLA', fast: true },
  { type: 'allMids', dex: 'xyz' },
]
/** Values that have broken parsers before. */
const POISON: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -0,
  2 ** 53,
  '',
  ' ',
  '0',
  '-0',
  '1e9',
  'NaN',
  '00.1',
  '1.',
  '.5',
  '0x',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  [],
  [[]],
  {},
  { length: 3 },
  { __proto__: null },
  '9'.repeat(70),
  `0x${'f'.repeat(40)}`,
  `0x${'0'.repeat(32)}`,
  { type: 'order' },
  [null],
  4_294_967_296,
  '176.1',
  'xyz:TSLA',
]

export type FrameSource = { next(): string }

export function createFrameSource(seed: number): FrameSource {
  const random = createRandom(seed)
  const pick = <T>(items: readonly T[]): T => items[random.integer(0, items.length - 1)] as T
  let nonce = 1_767_225_600_000
  let id = 0

  function sane(): unknown {
    const which = random.integer(0, 9)
    if (which < 5) {
      const signature = {
        r: `0x${pick([USER, OTHER]).slice(2).padStart(64, '0')}`,
        s: `0x${'1'.padStart(64, '0')}`,
        v: 27,
      }
      const payload = { action: pick(ACTIONS), nonce: ++nonce, signature, vaultAddress: null }
      return { method: 'post', id: ++id, request: { type: 'action', payload } }
    }
    if (which < 7) return { method: 'post', id: ++id, request: { type: 'info', payload: pick(INFO) } }
    if (which < 9) return { method: pick(['subscribe', 'unsubscribe']), subscription: pick(SUBSCRIPTIONS) }
    return { method: 'ping' }
  }

  return {
    next() {
      const text = JSON.stringify(sane())
      switch (random.integer(0, 7)) {
        case 0:
          return text
        case 1:
          return text.slice(0, random.integer(0, text.length))
        case 2:
          return noise(random, random.integer(0, 200))
        case 3: {
          const at = random.integer(0, text.length)
          return text.slice(0, at) + noise(random, random.integer(0, 6)) + text.slice(at + random.integer(0, 30))
        }
        case 4: {
          const subject = random.integer(0, 1) === 0 ? random.hex(40) : `xyz:${random.hex(6)}`
          const subscription = { ...pick(SUBSCRIPTIONS), user: subject, dex: pick(['', 'xyz', 'abc']) }
          return JSON.stringify({ method: pick(['subscribe', 'unsubscribe']), subscription })
        }
        case 5:
          return random.integer(0, 100) === 0 ? huge(random) : (JSON.stringify(pick(POISON)) ?? '')
        default:
          return JSON.stringify(poisoned(JSON.parse(text), random, pick))
      }
    },
  }
}

/** The same with one to three of its values replaced, removed or added. */
function poisoned(value: unknown, random: Random, pick: <T>(items: readonly T[]) => T): unknown {
  const places: { holder: Record<string, unknown>; key: string }[] = []
  const collect = (holder: unknown): void => {
    if (typeof holder !== 'object' || holder === null) return
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key })
      collect((holder as Record<string, unknown>)[key])
    }
  }
  collect(value)
  for (let count = random.integer(1, 3); count > 0 && places.length > 0; count--) {
    const { holder, key } = pick(places)
    const what = random.integer(0, 9)
    if (what === 0) delete holder[key]
    else if (what === 1) holder[`${key}${random.integer(0, 9)}`] = pick(POISON)
    else holder[key] = pick(POISON)
  }
  return value
}

function noise(random: Random, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCharCode(random.integer(0, i % 7 === 0 ? 0xffff : 0x7f))
  return text
}

const HUGE = 100_000

function huge(random: Random): string {
  switch (random.integer(0, 3)) {
    case 0:
      return '['.repeat(HUGE) + ']'.repeat(HUGE)
    case 1:
      return JSON.stringify({ method: 'subscribe', subscription: { type: 'bbo', coin: 'x'.repeat(HUGE) } })
    case 2: {
      const payload = { action: { type: 'cancel', cancels: Array(HUGE / 10).fill({ a: NVDA, o: 1 }) }, nonce: 1 }
      return JSON.stringify({ method: 'post', id: 1, request: { type: 'action', payload } })
    }
    default:
      return `{"method":"post","id":1,"request":${'{"a":'.repeat(HUGE)}1${'}'.repeat(HUGE)}}`
  }
}
