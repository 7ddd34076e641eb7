/**
 * A Hyperliquid of your own: a real server on loopback that speaks the venue's protocol, verifies every signature,
 * nonce, tick and lot, matches orders by price and time, and keeps an exact record.
 */
import type { Network } from '../../model/account.js'
import { type DecimalInput, decimal } from '../../model/decimal.js'
import type { Clock, Logger } from '../../ports.js'
import { createConnection, type Link, type SimConnection } from './connection.js'
import { type AccountControl, createAccountControl, createMarketControl, type MarketControl } from './controls.js'
import { createDexControl, type DexControl } from './dex-control.js'
import { createFaults } from './faults/index.js'
import type { FaultHandle, FaultRule } from './faults/rules.js'
import { createFeedHub } from './feeds.js'
import { createGateway, DIRECT, type Reply } from './gateway.js'
import { seedBook } from './house.js'
import { createIpLimits } from './ip-limits.js'
import { limitsFrom, type SimLimits } from './limits.js'
import { createRecorder, type ExchangeRecord, type RequestListener } from './record.js'
import { type SimServer, startServer } from './server.js'
import { createSystemClock } from './system-clock.js'
import { MAINNET_UNIVERSE, type Universe } from './universe.js'
import { createVenue } from './venue.js'

export type SimExchangeOptions = {
  /** The default is the real time; a manual clock makes everything instant and repeatable. */
  readonly clock?: Clock | undefined
  /** Which network's signatures are valid here. The default is `testnet`. */
  readonly network?: Network | undefined
  readonly universe?: Universe | undefined
  /** The default is true. When false, the signer is read from where `createUnverifiedSigner` writes it. */
  readonly verifySignatures?: boolean | undefined
  /**
   * Which of the venue's limits hold: all of them (`venue`), none, or those given, with `Infinity` for none. By
   * default an address has its 10,000 actions and one more for each USDC traded, and an IP address has no limits,
   * because everything that a test starts comes from one.
   */
  readonly limits?: 'venue' | 'none' | Partial<SimLimits> | undefined
  /** Decides the sizes in the seeded books and the hashes. The default is 1. */
  readonly seed?: number | undefined
  /** How many requests, finished orders and fills are remembered. The default is 100,000 of each. */
  readonly recordLimit?: number | undefined
  /**
   * How far from the oracle an order may be, as a share of the oracle price. The venue does not publish its figure; the
   * default is the 0.95 at which clients have seen it refuse.
   */
  readonly maxOracleDistance?: DecimalInput | undefined
  /**
   * How long a block is. Actions are answered when the block ends in which they came, and executed in the venue's order:
   * post-only and the like first, cancels next, what may take last. The default is 0: each is executed as it comes.
   */
  readonly blockMs?: number | undefined
  readonly log?: Logger | undefined
  /** Told of every request, with what was answered. Must not throw. */
  readonly onRequest?: RequestListener | undefined
}

export type SimExchange = {
  /** Opens HTTP `/info` and `/exchange` and WebSocket `/ws` on loopback. The default port is any free one. */
  start(options?: { readonly port?: number }): Promise<{ readonly httpUrl: string; readonly wsUrl: string }>
  /** Cuts every connection and closes the port. The state stays; it may be started again. */
  stop(): Promise<void>
  /** Registers the account on first use of a setter. @throws {TypeError | RangeError} when the address is malformed */
  account(address: string): AccountControl
  /** @throws {RangeError} when there is no such market */
  market(name: string): MarketControl
  /**
   * Orders a fault. It happens to what comes over a connection; `handleInfo` and `handleExchange` go past all but the
   * lasting ones.
   *
   * @throws {TypeError | RangeError} when the rule makes no sense
   */
  fault(rule: FaultRule): FaultHandle
  /** `""` is the validator dex. @throws {RangeError} when there is no such dex */
  dex(name: string): DexControl
  readonly record: ExchangeRecord
  /** What `POST /info` would answer. */
  handleInfo(payload: unknown): Reply
  /** What `POST /exchange` would answer. */
  handleExchange(payload: unknown, respond: (reply: Reply) => void): void
  /** A WebSocket connection without a socket. */
  connect(link: Link): SimConnection
  /** Settles when every action that has arrived so far is answered, which takes a block where there are blocks. */
  idle(): Promise<void>
}

const DEFAULT_RECORD_LIMIT = 100_000
const ORACLE_DISTANCE = '0.95'

/** @throws {TypeError | RangeError} when the universe contradicts itself or an option is out of range */
export function createSimExchange(options: SimExchangeOptions = {}): SimExchange {
  const { clock = createSystemClock(), network = 'testnet', universe = MAINNET_UNIVERSE } = options
  const { verifySignatures = true, seed = 1, recordLimit = DEFAULT_RECORD_LIMIT, blockMs = 0, log, onRequest } = options
  if (!Number.isInteger(recordLimit) || recordLimit < 1) {
    throw new RangeError(`recordLimit: expected a whole number above zero, got ${recordLimit}`)
  }
  const venue = createVenue({
    clock,
    network,
    limits: limitsFrom(options.limits),
    universe,
    seed,
    recordLimit,
    maxOracleDistance: decimal(options.maxOracleDistance ?? ORACLE_DISTANCE, 'maxOracleDistance'),
    onBlock: () => gateway.publish(),
  })
  for (const { spec, markets } of venue.dexes) {
    for (const market of markets) {
      const mid = spec.markets[market.indexInMeta]?.mid
      if (mid !== undefined && !market.isDelisted) seedBook(venue, market, decimal(mid, `${market.name}.mid`))
    }
  }
  venue.notices.take()

  const recorder = createRecorder({ venue, clock, limit: recordLimit, onRequest })
  const hub = createFeedHub(venue, clock)
  const ipLimits = createIpLimits(venue.limits, clock)
  const gateway = createGateway({ venue, hub, recorder, ipLimits, verifySignatures, clock, blockMs, log })
  const faults = createFaults({ venue, clock, recorder, seed, publish: gateway.publish })
  let connections = 0
  let server: SimServer | undefined

  function connect(link: Link): SimConnection {
    const id = `ws-${++connections}`
    if (ipLimits.mayConnect()) {
      return createConnection({ id, link, venue, gateway, hub, recorder, faults, ipLimits, clock })
    }
    link.close()
    return { id, receive: () => {}, closed: () => {} }
  }

  return {
    async start({ port = 0 } = {}) {
      if (server !== undefined) throw new RangeError('start: the exchange is already running')
      server = await startServer({ port, gateway, faults, connect, mayConnect: ipLimits.mayConnect })
      log?.info('simulated exchange is listening', { httpUrl: server.httpUrl, wsUrl: server.wsUrl, network })
      return { httpUrl: server.httpUrl, wsUrl: server.wsUrl }
    },
    async stop() {
      const running = server
      server = undefined
      await running?.close()
    },
    account: (address) => createAccountControl(venue, address, gateway.publish),
    market: (name) => createMarketControl(venue, name, gateway.publish),
    fault: faults.add,
    dex: (name) => createDexControl(venue, name, gateway.publish),
    record: recorder.record,
    handleInfo: (payload) => gateway.info(payload, DIRECT),
    handleExchange: (payload, respond) => gateway.action(payload, DIRECT, respond),
    connect,
    idle: gateway.idle,
  }
}
