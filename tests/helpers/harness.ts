/** An executor on a simulated exchange in one process, under a manual clock: instant, and the same every time. */
import {
  type Accepted,
  type Clock,
  createExecutor,
  createWsSender,
  type Executor,
  type ExecutorOptions,
  type Gate,
  type Intent,
  type Logger,
  type Outcome,
  type Submission,
  standardGates,
  type Transport,
  type WebSocketLike,
  type WsSenderOptions,
} from 'hip3-executor'
import {
  createManualClock,
  createSimExchange,
  createSimSocket,
  createUnverifiedSigner,
  type ManualClock,
  type SimExchange,
  type SimSocket,
} from 'hip3-executor/testing'

export const ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
export const AGENT = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
export const NVDA = 'xyz:NVDA'
export const TSLA = 'xyz:TSLA'

export const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** Limits that get in nobody's way; tests of gates bring their own. */
const WIDE_GATES: readonly Gate[] = standardGates({
  maxNotionalPerMarket: '1000000',
  maxNotionalTotal: '10000000',
  maxConcurrentPositions: 50,
  singleEntry: false,
})

/** For tests of the latch alone: nothing follows when it is thrown. */
export const LEAVE_ALL: Pick<ExecutorOptions, 'onHardStop'> = { onHardStop: { orders: 'leave', positions: 'leave' } }

export type Harness = {
  readonly clock: ManualClock
  readonly exchange: SimExchange
  readonly executor: Executor
  /** The sockets the executor has opened, oldest first. */
  readonly sockets: readonly SimSocket[]
  /** Frames the executor has written, oldest first. */
  readonly written: readonly string[]
  /** Decides frame by frame what reaches the executor. Default: everything. */
  toExecutor: (text: string) => boolean
  /** Decides frame by frame what reaches the exchange. Default: everything. */
  toExchange: (text: string) => boolean
  /** Hands the executor a frame as if it came from the exchange now. */
  inject(text: string): void
  /** Lets everything that waits for no time happen. */
  settle(): Promise<void>
  /** Moves time and lets what follows from it happen. */
  pass(ms: number): Promise<void>
  /** The process is gone: nothing of it is ever written, woken or heard again. */
  kill(): void
  /** Order requests the exchange has received. */
  actions(): readonly { readonly type: string; readonly [key: string]: unknown }[]
}

export type HarnessOptions = Partial<ExecutorOptions> & {
  readonly socket?: Partial<WsSenderOptions>
  /** Puts a second way beside the socket. */
  readonly beside?: (socket: Transport, on: Pick<Harness, 'clock' | 'exchange'>) => Transport
}

/** @param on an earlier harness whose exchange and time go on, as after a restart of the bot */
export function createHarness(
  { socket: socketOptions, beside = (socket) => socket, ...options }: HarnessOptions = {},
  on?: Pick<Harness, 'clock' | 'exchange'>,
): Harness {
  const clock = on?.clock ?? createManualClock()
  let isAlive = true
  const ownClock: Clock = {
    ...clock,
    schedule: (fn, ms, options) => clock.schedule(() => isAlive && fn(), ms, options),
  }
  const exchange = on?.exchange ?? createSimExchange({ clock, verifySignatures: false })
  if (on === undefined) exchange.account(ACCOUNT).deposit('1000000').approveAgent(AGENT, { name: 'test' })
  const sockets: SimSocket[] = []
  const written: string[] = []

  const socketTransport = createWsSender({
    network: 'testnet',
    clock: ownClock,
    random: () => 0.5,
    logger: QUIET,
    webSocket: () => {
      const socket = createSimSocket(exchange)
      sockets.push(socket)
      return tapped(socket)
    },
    ...socketOptions,
  })

  const harness: Harness = {
    clock,
    exchange,
    sockets,
    written,
    toExecutor: () => true,
    toExchange: () => true,
    executor: createExecutor({
      account: ACCOUNT,
      signer: createUnverifiedSigner(AGENT),
      transport: beside(socketTransport, { clock, exchange }),
      markets: [NVDA, TSLA],
      gates: WIDE_GATES,
      // Spacing is a matter of time, and most tests are not about time.
      queue: { newOrderSpacingMs: 0 },
      // Most tests lose money without a care.
      riskMonitor: false,
      clock: ownClock,
      logger: QUIET,
      ...options,
    }),
    inject: (text) => sockets.at(-1)?.onmessage?.({ data: text }),
    settle: () => clock.pass(0),
    pass: clock.pass,
    kill() {
      isAlive = false
      for (const socket of sockets) socket.terminate()
    },
    actions: () =>
      exchange.record.requests
        .filter(({ kind }) => kind === 'action')
        .map(({ payload }) => (payload as { action: never }).action),
  }

  /** The same socket, with the test's hand on both directions. */
  function tapped(socket: SimSocket): WebSocketLike {
    const tap: WebSocketLike = {
      onopen: null,
      onclose: null,
      onerror: null,
      onmessage: null,
      bufferedAmount: 0,
      get readyState() {
        return socket.readyState
      },
      send(text) {
        if (!isAlive) return
        written.push(text)
        if (harness.toExchange(text)) socket.send(text)
      },
      close: socket.close,
      terminate: socket.terminate,
    }
    socket.onopen = () => tap.onopen?.()
    socket.onclose = () => tap.onclose?.()
    socket.onmessage = (event) => {
      if (isAlive && harness.toExecutor(String(event.data))) tap.onmessage?.(event)
    }
    return tap
  }

  return harness
}

export async function createStarted(options: HarnessOptions = {}): Promise<Harness> {
  const harness = createHarness(options)
  await harness.executor.start()
  return harness
}

/** A marketable buy; override what matters to the test. */
export function buy(overrides: Partial<Intent> = {}): Intent {
  return { market: NVDA, side: 'buy', size: '1', price: '177', timeInForce: 'ioc', ...overrides }
}

export function accepted(submission: Submission): Accepted {
  if (submission.status === 'denied')
    throw new Error(`denied: ${submission.reason} (${submission.limit}, ${submission.value})`)
  return submission
}

/** The outcome, if it is told by now. */
export async function outcomeNow({ outcome }: Accepted): Promise<Outcome | 'open'> {
  const open = Symbol('open')
  const result = await Promise.race([outcome, Promise.resolve().then(() => open)])
  return typeof result === 'symbol' ? 'open' : result
}
