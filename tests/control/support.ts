/** What the tests of the control layer share: markets, orders, and the parts the gates look at, wired together. */
import { type AccountValues, createAccountValues } from '../../src/control/account-values.js'
import { createActionBudget } from '../../src/control/action-budget.js'
import { createExposureView, type ExposureView } from '../../src/control/exposure.js'
import { createHardStop, type HardStop } from '../../src/control/hard-stop.js'
import { createMarketData, type MarketData } from '../../src/control/market-data.js'
import { createMarketHalts, type MarketHalts } from '../../src/control/market-halts.js'
import { createOrderLedger, type OrderLedger } from '../../src/control/order-ledger.js'
import { createPositionLedger, type PositionLedger } from '../../src/control/position-ledger.js'
import { CONDITIONS, createReadiness, type Readiness } from '../../src/control/readiness.js'
import { type Approved, createRiskGates, type Denial, type GateView } from '../../src/control/risk-gates.js'
import { createVenueLimits, type VenueLimits } from '../../src/control/venue-limits.js'
import { type Decimal, type DecimalInput, decimal } from '../../src/model/decimal.js'
import type { ClientOrderId } from '../../src/model/ids.js'
import { dexOf, type Market } from '../../src/model/market.js'
import type { OrderRequest } from '../../src/model/order.js'
import type { Clock } from '../../src/ports.js'

export const d = (value: DecimalInput): Decimal => decimal(value, 'value')

/** The n-th client order id. */
export const idOf = (n: number): ClientOrderId => `0x${n.toString(16).padStart(32, '0')}`

let lastId = 0
const freshId = (): ClientOrderId => {
  lastId += 1
  return idOf(lastId)
}

const assetIds = new Map<string, number>()

export function marketOf(name = 'xyz:NVDA', szDecimals = 2): Market {
  const assetId = assetIds.get(name) ?? 110_000 + assetIds.size
  assetIds.set(name, assetId)
  return {
    name,
    dex: dexOf(name),
    assetId,
    szDecimals,
    maxLeverage: 20,
    marginMode: 'noCross',
    collateralToken: 0,
    isDelisted: false,
  }
}

export type OrderValues = Partial<Omit<OrderRequest, 'market' | 'size' | 'price'>> & {
  readonly market?: Market | string
  readonly size?: DecimalInput
  readonly price?: DecimalInput
}

/** An order with a fresh id; by default a buy of 1 at 100, immediate. */
export function orderOf({ market = 'xyz:NVDA', size = '1', price = '100', ...rest }: OrderValues = {}): OrderRequest {
  return {
    clientOrderId: freshId(),
    market: typeof market === 'string' ? marketOf(market) : market,
    kind: 'entry',
    side: 'buy',
    size: d(size),
    price: d(price),
    timeInForce: 'ioc',
    reduceOnly: false,
    ...rest,
  }
}

export type World = GateView & {
  readonly hardStop: HardStop
  readonly halts: MarketHalts
  /** That of the halts, which is not handed in. */
  readonly time: WorldTime
  readonly readiness: Readiness
  readonly marketData: MarketData
  readonly exposure: ExposureView
  readonly venueLimits: VenueLimits
  readonly accountValues: AccountValues
  /** What the venue is said to have changed, and the caps on open interest, by market. */
  readonly changes: Map<string, string>
  readonly caps: Map<string, Decimal>
  /** Unix ms. */
  readonly wall: { now: number }
  readonly orders: OrderLedger
  readonly positions: PositionLedger
}

/** A wall clock that moves with the monotonic one. */
export type WorldTime = Pick<Clock, 'now' | 'monotonic'> & { pass(ms: number): void }

function createWorldTime(): WorldTime {
  let elapsed = 0
  return {
    now: () => UNIX_TIME + elapsed,
    monotonic: () => elapsed,
    pass(ms) {
      elapsed += ms
    },
  }
}

const UNIX_TIME = 1_760_000_000_000

/** Everything the gates look at, real parts throughout: ready, flat, no marks. */
export function createWorld(options: { maxActions?: number; windowMs?: number; maxMarkAgeMs?: number } = {}): World {
  const time = createWorldTime()
  const orders = createOrderLedger()
  const positions = createPositionLedger()
  const marketData = createMarketData(options)
  const readiness = createReadiness()
  const changes = new Map<string, string>()
  const caps = new Map<string, Decimal>()
  const wall = { now: UNIX_TIME }
  for (const condition of CONDITIONS) readiness.met(condition)
  return {
    orders,
    positions,
    readiness,
    hardStop: createHardStop({ clock: { now: () => UNIX_TIME } }),
    halts: createMarketHalts({ clock: time }),
    time,
    exposure: createExposureView(orders, positions, marketData),
    marketData,
    budget: createActionBudget(options),
    venueLimits: createVenueLimits({}, { orders }),
    accountValues: createAccountValues(),
    changes,
    caps,
    listing: { change: (market) => changes.get(market), openInterestCap: (market) => caps.get(market) },
    wall,
    utcNow: () => wall.now,
  }
}

/** Holds a position, as a snapshot of the venue would tell it. */
export function hold(world: World, sizes: Readonly<Record<string, string>>): void {
  const positions = Object.entries(sizes).map(([market, size]) => ({ market, size: d(size), entryPrice: d('100') }))
  for (const dex of new Set(positions.map(({ market }) => dexOf(market)))) {
    world.positions.load(
      dex,
      positions.filter(({ market }) => dexOf(market) === dex),
      UNIX_TIME,
    )
  }
}

/** An order that passed, through the only door there is. */
export function approve(request: OrderRequest): Approved {
  const verdict = createRiskGates([], createWorld()).evaluate(request, 0)
  if ('denial' in verdict) throw new Error(`denied: ${verdict.denial.reason}`)
  return verdict.approved
}

export type Judged = { readonly size: string } | Denial

/** A verdict as plain values: the size that passed, or the denial. */
export function judged(verdict: ReturnType<ReturnType<typeof createRiskGates>['evaluate']>): Judged {
  return 'denial' in verdict ? verdict.denial : { size: verdict.approved.request.size.toFixed() }
}
