import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'
import { built, ENTRIES, type Entry, type Format } from './dist.js'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Everything a caller can name. Whoever takes a word out of here breaks somebody's build. */
const SURFACE: Readonly<Record<Entry, { readonly values: readonly string[]; readonly types: readonly string[] }>> = {
  '.': {
    values: words(`
      DENIED_REASONS ExecutorError NotSentError REJECTED_REASONS accountShareGate actionBudgetGate bboAgeGate
      blackoutGate burstSignalGate contextAgeGate coreGates correlationCooldownGate correlationPositionGate
      createActionBudget createAsk createBatchQueue createConnectionLimits createExecutor createExposureView
      createFallbackTransport createHardStop createHostSender createHttpSender createLocalSigner createMarketData
      createMarketHalts createMemoryJournal createNanoidIds createNonceManager createOrderLedger createPositionLedger
      createReadiness createRiskGates createRiskMonitor createRoundTrips createSystemClock createWsSender
      flattenInProgressGate floorSize hasPositionGate intentOrderId isExecutorError loadMarkets markMidDivergenceGate
      maxConcurrentPositionsGate maxDrawdownGate maxOrderNotionalGate maxPositionPerMarketGate maxPositionTotalGate
      openInterestCapGate pendingOrderGate reEntryDelayGate replayJournal roundPrice spreadShockGate standardGates
      tiltGuardGate timeRegressionGate twoSidedBookGate
    `),
    types: words(`
      Accepted AccountMode AccountReport ActionBudget ActionBudgetOptions ActionClass Address Approved Ask AskOptions
      Batch BatchQueue BatchQueueOptions BestPrices BlackoutWindow Book BudgetReservation BudgetState
      BurstSignalOptions CancelOutcome ClientOrderId Clock CloseOptions ClosePolicy CloseReport Condition
      ConnectionLimits ConnectionLimitsOptions ConnectionPlace CorrelationCooldownOptions CorrelationPositionOptions
      DeadMansSwitchOptions DeadMansSwitchState Decimal DecimalInput Denial Denied DeniedReason Difference
      DigestAccount Drift Executor ExecutorErrorCode ExecutorEvents ExecutorOptions ExhaustedLimit ExposureView
      ExternalOrders FillEvent Finding Gate GateAnswer GateContext GateDenial GateDescription GateTurn GateView GateWork
      HardStop HardStopCause HardStopOptions HardStopState Hex HostSenderOptions HostTransport HttpSenderOptions
      IdSource Intent Journal JournalOwner JournalRecord Keccak256 Lane LeverageSetting ListenOptions Listing
      LocalSignerOptions Logger MarginMode Market MarketCondition MarketContext MarketData MarketDataOptions
      MarketGatesOptions MarketHalt MarketHaltEvent MarketHaltOptions MarketHalts MarketHaltsOptions MarketReadiness
      MarketRegistry MaxDrawdownOptions MemoryJournal Missing Need Network NonceManager NonceManagerOptions
      NotWrittenReason OrderKind OrderLedger OrderRecord OrderRequest OrderStatus OrderView Outcome PhantomAgent
      Position PositionClose PositionClosedEvent PositionDifference PositionFill PositionLedger PositionReading
      PostReply PostRequest PostResult PushResult QueuedCancel Quote ReEntryDelayOptions Readiness ReadinessOptions
      ReadinessState Received ReconciledDifference RejectedReason Replacement Replay ReplayOptions ResolutionEvent
      ResolutionOptions ResolutionStep RiskGates RiskLimits RiskMonitor RiskMonitorOptions RiskState RoundTrip
      RoundTripFill RoundTrips Rounding Side Signature SignaturePool Signer SigningBackend SlippageOptions
      SpreadShockOptions StandDown StandDownEnd StandDownState StandardGatesOptions StartReport Submission
      Subscription TakeDown TiltGuardOptions TimeInForce TimeStopEvent TimeStopOptions Transport TransportState
      TypedData TypedDataWallet Usage VenueLimitsOptions VenueLimitsState Verdict WebSocketLike WhenReadyOptions
      WsSenderOptions
    `),
  },
  './signing': {
    values: words(`
      batchModifyAction cancelAction cancelByCloidAction createLocalSigner createSignaturePool encodeAction
      l1ActionHash l1Digest l1Signable modifyAction noopAction orderAction reserveRequestWeightAction
      scheduleCancelAction topUpIsolatedOnlyMarginAction updateIsolatedMarginAction updateLeverageAction
    `),
    types: words(`
      Action Address CancelOptions DigestAccount Encodable Hex Keccak256 L1HashOptions LocalSignerOptions
      ModifyOptions ModifySpec Network OrderActionOptions OrderSpec PhantomAgent PoolOwner Secp256k1 Signature
      SignaturePool SignaturePoolOptions SignaturePoolStats Signer SigningBackend TriggerSpec TypedData
      TypedDataWallet
    `),
  },
  './native': { values: words('loadNativeSecp256k1'), types: words('Secp256k1') },
  './wasm': { values: words('loadWasmKeccak256'), types: words('Keccak256') },
  './node': {
    values: words('createEnvSigner createFileJournal createKeyFileSigner'),
    types: words('Durability FileJournal FileJournalOptions SalvageReport'),
  },
  './testing': {
    values: words(`
      MAINNET_UNIVERSE createManualClock createSimExchange createSimSocket createUnverifiedSigner
    `),
    types: words(`
      AccountControl AccountMode BookInput DexControl DexSpec ExchangeRecord FaultHandle FaultMatch FaultMessage
      FaultRule Link ManualClock MarketControl MarketSpec MessagePattern RecordedFault RecordedFill RecordedOrder
      RecordedPosition RecordedRequest Reply RequestListener SimConnection SimExchange SimExchangeOptions SimLimits
      SimSocket Universe
    `),
  },
}

const require = createRequire(import.meta.url)
const load = async (entry: Entry, format: Format): Promise<Readonly<Record<string, unknown>>> =>
  format === 'require' ? require(built(entry, format)) : import(pathToFileURL(built(entry, format)).href)

const formats: readonly Format[] = ['import', 'require']
const copies = ENTRIES.flatMap((entry) => formats.map((format) => [entry, format] as const))

describe('the public surface', () => {
  let program: ts.Program
  // All declarations are read in one go; most of the time goes into those of the language.
  beforeAll(() => {
    program = ts.createProgram(
      copies.map(([entry, format]) => built(entry, format, 'types')),
      {
        module: ts.ModuleKind.Node16,
        target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
        types: [],
        strict: true,
        noEmit: true,
        skipDefaultLibCheck: true,
      },
    )
  }, 60_000)

  it.each(copies)('of %s by %s is exactly the list', async (entry, format) => {
    expect(Object.keys(await load(entry, format)).sort()).toStrictEqual(SURFACE[entry].values)
  })

  it.each(copies)('of %s by %s is declared exactly so', (entry, format) => {
    const checker = program.getTypeChecker()
    const file = program.getSourceFile(built(entry, format, 'types'))
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file)
    const names = module === undefined ? [] : checker.getExportsOfModule(module).map(({ name }) => name)
    const { values, types } = SURFACE[entry]
    expect(names.sort()).toStrictEqual([...values, ...types].sort())
  })

  it('is declared without an error, in every file of both formats', { timeout: 60_000 }, () => {
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText, file }) => `${file?.fileName}: ${messageText}`)
    expect(problems).toStrictEqual([])
  })
})

describe('an ESM and a CJS copy in one process', () => {
  it('are two copies, and recognise each other’s errors', async () => {
    const both = await Promise.all(formats.map((format) => load('.', format)))
    const classes = both.map((copy) => copy['ExecutorError'] as new (code: string, message: string) => Error)
    const guards = both.map((copy) => copy['isExecutorError'] as (value: unknown) => boolean)
    expect(classes[0]).not.toBe(classes[1])
    for (const ExecutorError of classes) {
      const error = new ExecutorError('CLOSED', 'closed')
      expect(guards.map((isExecutorError) => isExecutorError(error))).toStrictEqual([true, true])
    }
    expect(guards.map((isExecutorError) => isExecutorError(new Error('of another house')))).toStrictEqual([
      false,
      false,
    ])
  })
})
