/**
 * Every number that limits something, set to what limits nothing or everything. A limit that does not hold must fail where it
 * is written, by name, and not in the first bad minute. The tables are typed by the options: one that is new fails to
 * compile until it has its row.
 */
import {
  type ActionBudgetOptions,
  accountShareGate,
  type BatchQueueOptions,
  type BurstSignalOptions,
  bboAgeGate,
  burstSignalGate,
  type CorrelationCooldownOptions,
  type CorrelationPositionOptions,
  contextAgeGate,
  coreGates,
  correlationCooldownGate,
  correlationPositionGate,
  createActionBudget,
  createBatchQueue,
  createMarketData,
  createNonceManager,
  createRiskMonitor,
  type DeadMansSwitchOptions,
  type ExecutorOptions,
  type MarketDataOptions,
  type MarketGatesOptions,
  type MaxDrawdownOptions,
  markMidDivergenceGate,
  maxConcurrentPositionsGate,
  maxDrawdownGate,
  maxOrderNotionalGate,
  maxPositionPerMarketGate,
  maxPositionTotalGate,
  type ReEntryDelayOptions,
  type ResolutionOptions,
  type RiskMonitorOptions,
  reEntryDelayGate,
  type SlippageOptions,
  type SpreadShockOptions,
  type StandardGatesOptions,
  spreadShockGate,
  standardGates,
  type TiltGuardOptions,
  type TimeStopOptions,
  tiltGuardGate,
  type VenueLimitsOptions,
} from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { createOrderLedger } from '../../src/control/order-ledger.js'
import { createVenueLimits } from '../../src/control/venue-limits.js'
import { createHarness } from '../helpers/harness.js'

const NO_NUMBER = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '5', '', {}, true]
/** What each kind of option must refuse. */
const BAD = {
  /** Above zero. */
  number: [0, -1, ...NO_NUMBER],
  /** The same, whole. */
  count: [0, -1, 1.5, 2 ** 53, ...NO_NUMBER],
  /** Zero turns it off. */
  numberOrOff: [-1, ...NO_NUMBER],
  /** Between two others. */
  share: [0, 1, -0.5, 2, ...NO_NUMBER],
  decimal: ['0', '-1', '0.0', 'NaN', 'Infinity', '', ' 1', '1e400', '1e3', 'much', 5, {}, true, Number.NaN],
} as const

type Kind = keyof typeof BAD
/** Options that are no limits: words, lists, and tables of their own below. */
type Elsewhere = 'elsewhere'
type Fields<Options> = { readonly [Field in keyof Required<Options>]: Kind | Elsewhere }
type Keys<Union> = Union extends unknown ? keyof Union : never

type Row = readonly [path: string, kind: Kind, make: (value: unknown) => unknown]

function rowsOf<Options>(
  prefix: string,
  fields: Fields<Options>,
  create: (options: Options) => unknown,
  others: Partial<Options> = {},
): readonly Row[] {
  return Object.entries<Kind | Elsewhere>(fields).flatMap(([field, kind]): readonly Row[] =>
    kind === 'elsewhere'
      ? []
      : [[`${prefix}${field}`, kind, (value) => create({ ...others, [field]: value } as Options)]],
  )
}

const LIMITS = { maxNotionalPerMarket: '50', maxNotionalTotal: '100', maxConcurrentPositions: 5 }
const standard = (options: object): unknown => standardGates({ ...LIMITS, ...options } as StandardGatesOptions)

const maxDrawdown: Fields<MaxDrawdownOptions> = { maxLoss: 'decimal', windowMs: 'number' }
const correlationCooldown: Fields<CorrelationCooldownOptions> = {
  ...{ closes: 'count', windowMs: 'number', cooldownMs: 'number' },
} as const
const burstSignal: Fields<BurstSignalOptions> = {
  ...{ maxSignals: 'count', windowMs: 'number', cooldownMs: 'number', bypassEdgeBps: 'number' },
} as const
const tiltGuard: Fields<TiltGuardOptions> = { losses: 'count', cooldownMs: 'number' }
const reEntryDelay: Fields<ReEntryDelayOptions> = { delayMs: 'number' }
const correlationPosition: Fields<CorrelationPositionOptions> = {
  ...{ groups: 'elsewhere', weight: 'decimal', maxWeighted: 'decimal' },
} as const
const spreadShock: Fields<SpreadShockOptions> = { reduceAbove: 'decimal', reduceTo: 'decimal', denyAbove: 'decimal' }
const market: Fields<MarketGatesOptions> = {
  maxBboAgeMs: 'number',
  maxContextAgeMs: 'number',
  timeRegression: 'elsewhere',
  maxMarkMidDivergenceBps: 'decimal',
  spreadShock: 'elsewhere',
  openInterestCap: 'elsewhere',
  blackouts: 'elsewhere',
}
const standardFields: { readonly [Field in Keys<StandardGatesOptions>]: Kind | Elsewhere } = {
  maxNotionalPerMarket: 'decimal',
  maxNotionalTotal: 'decimal',
  maxConcurrentPositions: 'count',
  maxOrderNotional: 'decimal',
  maxAccountShare: 'decimal',
  singleEntry: 'elsewhere',
  market: 'elsewhere',
  maxDrawdown: 'elsewhere',
  correlationCooldown: 'elsewhere',
  burstSignal: 'elsewhere',
  tiltGuard: 'elsewhere',
  reEntryDelay: 'elsewhere',
  correlationPosition: 'elsewhere',
}
const slippage: Fields<SlippageOptions> = { maxBps: 'number', times: 'count' }
const riskMonitor: Fields<RiskMonitorOptions> = {
  maxLoss: 'decimal',
  maxConsecutiveLosses: 'count',
  maxFlattenFailures: 'count',
  maxRejectsPerHour: 'count',
  slippage: 'elsewhere',
}
const budget: Fields<ActionBudgetOptions> = { maxActions: 'count', windowMs: 'number' }
const lanes = { cancel: 'count', reduceOnly: 'count', new: 'count' } as const
const queue: Fields<BatchQueueOptions> = {
  ...{ capacity: 'elsewhere', maxInFlight: 'elsewhere', maxBatchSize: 'count', newOrderSpacingMs: 'numberOrOff' },
} as const
const venueLimits: Fields<VenueLimitsOptions> = {
  weightPerMinute: 'count',
  messagesPerMinute: 'count',
  postsInFlight: 'count',
  newOrderShare: 'share',
  reduceOnlyShare: 'share',
  reservedActions: 'count',
  maxOpenOrders: 'count',
  refreshMs: 'number',
}
const marketData: Fields<MarketDataOptions> = { maxMarkAgeMs: 'number' }
const resolution: Fields<ResolutionOptions> = {
  firstDelayMs: 'number',
  maxDelayMs: 'number',
  expiryMarginMs: 'number',
  agreeingLookups: 'count',
  useNoop: 'elsewhere',
}
const deadMansSwitch: Fields<DeadMansSwitchOptions> = { cancelAfterMs: 'number', rearmEveryMs: 'number' }
const timeStop: Fields<TimeStopOptions> = { maxHoldMs: 'number', slippageBps: 'elsewhere', overdueMs: 'number' }
const executor: Fields<ExecutorOptions> = {
  account: 'elsewhere',
  signer: 'elsewhere',
  transport: 'elsewhere',
  markets: 'elsewhere',
  gates: 'elsewhere',
  vaultAddress: 'elsewhere',
  resolution: 'elsewhere',
  journal: 'elsewhere',
  externalOrders: 'elsewhere',
  deadMansSwitch: 'elsewhere',
  onHardStop: 'elsewhere',
  timeStop: 'elsewhere',
  riskMonitor: 'elsewhere',
  leverage: 'elsewhere',
  accountMode: 'elsewhere',
  readiness: 'elsewhere',
  presignExits: 'elsewhere',
  maxMarketsAgeMs: 'count',
  agentExpiryWarningMs: 'number',
  queue: 'elsewhere',
  budget: 'elsewhere',
  venueLimits: 'elsewhere',
  nonces: 'elsewhere',
  clock: 'elsewhere',
  ids: 'elsewhere',
  logger: 'elsewhere',
  expiresAfterMs: 'number',
  replyTimeoutMs: 'number',
  signTimeoutMs: 'number',
  maxQueueMs: 'number',
  maxMarkAgeMs: 'number',
  maxLoopLagMs: 'number',
  reconcileEveryMs: 'numberOrOff',
  refreshMarketsEveryMs: 'numberOrOff',
}

const createLimits = (options: VenueLimitsOptions): unknown =>
  createVenueLimits(options, { orders: createOrderLedger() })

const ROWS: readonly Row[] = [
  ['maxNotionalPerMarket', 'decimal', (value) => maxPositionPerMarketGate(value as string)],
  ['maxNotionalTotal', 'decimal', (value) => maxPositionTotalGate(value as string)],
  ['maxConcurrentPositions', 'count', (value) => maxConcurrentPositionsGate(value as number)],
  ['maxOrderNotional', 'decimal', (value) => maxOrderNotionalGate(value as string)],
  ['maxAccountShare', 'decimal', (value) => accountShareGate(value as string)],
  ['maxWaitMs', 'number', (value) => coreGates(value as number)],
  ['market.maxBboAgeMs', 'number', (value) => bboAgeGate(value as number)],
  ['market.maxContextAgeMs', 'number', (value) => contextAgeGate(value as number)],
  ['market.maxMarkMidDivergenceBps', 'decimal', (value) => markMidDivergenceGate(value as string)],
  ...rowsOf('market.spreadShock.', spreadShock, spreadShockGate),
  ...rowsOf('maxDrawdown.', maxDrawdown, maxDrawdownGate, { maxLoss: '1' }),
  ...rowsOf('correlationCooldown.', correlationCooldown, correlationCooldownGate, { closes: 3 }),
  ...rowsOf('burstSignal.', burstSignal, burstSignalGate),
  ...rowsOf('tiltGuard.', tiltGuard, tiltGuardGate),
  ...rowsOf('reEntryDelay.', reEntryDelay, reEntryDelayGate),
  ...rowsOf('correlationPosition.', correlationPosition, correlationPositionGate, { groups: [] }),
  ...rowsOf('', standardFields, standard),
  ...rowsOf('market.', market, (options) => standard({ market: options })),
  ...rowsOf('riskMonitor.', riskMonitor, createRiskMonitor),
  ...rowsOf('riskMonitor.slippage.', slippage, (options) => createRiskMonitor({ slippage: options })),
  ...rowsOf('', budget, createActionBudget),
  ...rowsOf('', queue, createBatchQueue),
  ...rowsOf('capacity.', lanes, (options: object) => createBatchQueue({ capacity: options })),
  ...rowsOf('maxInFlight.', lanes, (options: object) => createBatchQueue({ maxInFlight: options })),
  ...rowsOf('venueLimits.', venueLimits, createLimits),
  ...rowsOf('', marketData, createMarketData),
  ...rowsOf('resolution.', resolution, (options) => createHarness({ resolution: options })),
  ...rowsOf('deadMansSwitch.', deadMansSwitch, (options) => createHarness({ deadMansSwitch: options })),
  ...rowsOf('timeStop.', timeStop, (options) => createHarness({ timeStop: options })),
  ...rowsOf<ExecutorOptions>('', executor, createHarness),
]

describe('a limit that would limit nothing, or everything', () => {
  it.each(ROWS)('is refused by name: %s (a %s)', (path, kind, make) => {
    for (const value of BAD[kind]) {
      expect(() => make(value), `${path} = ${String(value)}`).toThrow(new RegExp(`^${path.replaceAll('.', '\\.')}: `))
      const isRightType = typeof value === (kind === 'decimal' ? 'string' : 'number')
      if (isRightType) expect(() => make(value), `${path} = ${String(value)}`).toThrow(RangeError)
    }
  })
})

describe('a mark that lies at or above the limit it is to come before', () => {
  it.each<[path: string, make: () => unknown]>([
    ['maxInFlight', () => createBatchQueue({ maxInFlight: { new: 90 } })],
    ['maxInFlight', () => createBatchQueue({ maxInFlight: { reduceOnly: 100 } })],
    ['maxInFlight', () => createBatchQueue({ maxInFlight: { cancel: 90 } })],
    ['venueLimits.newOrderShare', () => createLimits({ newOrderShare: 0.9 })],
    ['venueLimits.newOrderShare', () => createLimits({ newOrderShare: 0.5, reduceOnlyShare: 0.5 })],
    ['venueLimits.reduceOnlyShare', () => createLimits({ reduceOnlyShare: 0.95 })],
    ['venueLimits.reservedActions', () => createLimits({ reservedActions: 10_000 })],
    ['venueLimits.maxOpenOrders', () => createLimits({ maxOpenOrders: 5_001 })],
    ['deadMansSwitch.cancelAfterMs', () => createHarness({ deadMansSwitch: { cancelAfterMs: 9_999 } })],
    ['deadMansSwitch.rearmEveryMs', () => createHarness({ deadMansSwitch: { rearmEveryMs: 30_001 } })],
    ['warnDriftMs', () => createNonceManager({ warnDriftMs: 5_000 })],
    ['market.spreadShock.denyAbove', () => spreadShockGate({ reduceAbove: '6' })],
    ['market.spreadShock.denyAbove', () => spreadShockGate({ reduceAbove: '4', denyAbove: '4' })],
    ['market.spreadShock.reduceTo', () => spreadShockGate({ reduceTo: '1' })],
    ['correlationPosition.weight', () => correlationPositionGate({ groups: [], weight: '0.99' })],
  ])('is refused by name: %s (%s)', (path, make) => {
    expect(make).toThrow(RangeError)
    expect(make).toThrow(new RegExp(`^${path.replaceAll('.', '\\.')}: `))
  })

  it('is not refused just below it', () => {
    createBatchQueue({ maxInFlight: { new: 1, reduceOnly: 2, cancel: 3 } })
    createNonceManager({ warnDriftMs: 4_999 })
    createLimits({ newOrderShare: 0.89, reservedActions: 9_999, maxOpenOrders: 5_000 })
    spreadShockGate({ reduceAbove: '5.99', reduceTo: '0.99' })
    correlationPositionGate({ groups: [], weight: '1' })
  })
})
