/**
 * What it costs to remember orders: time, while there are many, and memory, after there were many.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createOrderLedger, type OrderLedger } from '../../dist/control/order-ledger.js'
import { createNanoidIds } from '../../dist/index.js'
import { decimal, ZERO } from '../../dist/model/decimal.js'
import type { Market } from '../../dist/model/market.js'
import type { OrderRequest } from '../../dist/model/order.js'
import { type Block, interleave, ratio } from './measure.js'
import { duration, type Line, type Part } from './report.js'

export const part: Part = {
  title: 'ledger: what becomes of orders, while there are many and after there were many',
  peers: [],
  run: async () => [await time(), await memory()],
}

const CALLS = 100
const newId = createNanoidIds()

async function time(): Promise<Line> {
  const measured = await interleave({ few: lives(10), many: lives(10_000) }, { rounds: 200, warmUp: 100 })
  return {
    name: 'the life of one order, 10,000 working orders in 100 markets',
    median: duration(measured.many.median),
    p99: duration(measured.many.p99),
    against: `with 10: ${duration(measured.few.median)}`,
    ratio: ratio(measured.many, measured.few),
    bar: 1.2,
    means: 'something that happens to one order looks at all orders',
  }
}

/** Orders registered, written, acknowledged, filled in two parts, and over, one after the other. */
function lives(workingOrders: number): Block {
  const ledger = createOrderLedger()
  for (let n = 0; n < workingOrders; n++) {
    const { clientOrderId } = ledger.register(request(n)).request
    ledger.apply(clientOrderId, 'written')
    ledger.apply(clientOrderId, 'acknowledged', { orderId: n })
  }
  let orderId = workingOrders
  return () =>
    Array.from({ length: CALLS }, (_, n) => {
      const order = request(n)
      const start = performance.now()
      live(ledger, order, ++orderId)
      return (performance.now() - start) * 1_000
    })
}

function live(ledger: OrderLedger, request: OrderRequest, orderId: number): void {
  const { clientOrderId } = request
  ledger.register(request)
  ledger.apply(clientOrderId, 'written')
  ledger.apply(clientOrderId, 'acknowledged', { orderId })
  for (let part = 0; part < 2; part++) ledger.bookFill(clientOrderId, { size: HALF, price: PRICE, fee: ZERO })
}

const SIZE = decimal('0.5', 'size')
const HALF = decimal('0.25', 'size')
const PRICE = decimal('182.51', 'price')
const MARKETS = Array.from(
  { length: 100 },
  (_, index): Market => ({
    name: `xyz:M${index}`,
    dex: 'xyz',
    assetId: 110_000 + index,
    szDecimals: 2,
    maxLeverage: 10,
    marginMode: 'noCross',
    collateralToken: 0,
    isDelisted: false,
  }),
)

function request(n: number): OrderRequest {
  const market = MARKETS[n % MARKETS.length]
  if (market === undefined) throw new RangeError('no markets')
  return {
    kind: 'entry',
    clientOrderId: newId(),
    market,
    side: n % 2 === 0 ? 'buy' : 'sell',
    size: SIZE,
    price: PRICE,
    timeInForce: 'gtc',
    reduceOnly: false,
  }
}

type Heap = { early: number; late: number; count: Record<string, number>; seconds: number }

async function memory(): Promise<Line> {
  const child = fork(fileURLToPath(new URL('./ledger-memory.ts', import.meta.url)), {
    execArgv: [...process.execArgv, '--expose-gc'],
  })
  const [{ early, late, count, seconds }] = (await once(child, 'message')) as [Heap]
  child.disconnect()
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`
  const ends = Object.entries(count).map(([status, orders]) => `${orders.toLocaleString('en')} ${status}`)
  return {
    name: `heap after 1,000,000 orders (${ends.join(', ')}; ${duration(seconds)} each, exchange included)`,
    median: megabytes(late),
    against: `after 100,000: ${megabytes(early)}`,
    ratio: late / early,
    bar: 1.1,
    means: 'a bot that is left running ends for want of memory',
  }
}
