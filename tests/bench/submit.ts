/**
 * What `submit` costs: through every gate to the queue, and from the call until the signed order is on the socket.
 *
 * The yardstick is one signature by libsecp256k1, because nobody who signs when he orders can be faster. Prepared
 * signatures are made between the blocks, as idle time would do it, and not timed.
 */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Accepted, Intent, Signer } from '../../dist/index.js'
import { type Action, createLocalSigner, createSignaturePool, l1Signable } from '../../dist/signing.js'
import { loadWasmKeccak256 } from '../../dist/wasm.js'
import { type BusyAccount, openBusyAccount } from './busy-account.js'
import { type Block, interleave, type Measured, ratio } from './measure.js'
import { rawNativeSign } from './native-limit.js'
import { oneOrder } from './orders.js'
import { duration, type Line, ownVersion, type Part } from './report.js'
import { keyOf } from './sim-venue.js'

export const part: Part = {
  title: 'submit: with every gate on, 100 markets and 50 positions',
  peers: ['secp256k1', 'hash-wasm', 'ws'].map(ownVersion),
  run,
}

const ROUNDS = 60
const WARM_UP = 40
/** The last of them counts. */
const BURSTS = 4
/** As many as there are orders in a block. */
const SIGNATURES = 30

async function run(): Promise<readonly Line[]> {
  const keccak256 = await loadWasmKeccak256()
  const pools = [0, 1].map(() => createSignaturePool({ size: 64, refill: 'manual' }))
  const [few, many] = await Promise.all(
    [10, 1_000].map((workingOrders, account) =>
      openBusyAccount({
        account,
        signer: createLocalSigner(keyOf(account), { backend: { keccak256 }, prepare: pools[account] }),
        workingOrders,
      }),
    ),
  )
  if (few === undefined || many === undefined) throw new RangeError('no accounts')
  const prepared = (block: Block): Block => {
    return (round) => {
      for (const pool of pools) pool.fill()
      return block(round)
    }
  }
  const sign = rawNativeSign()
  const barePool = createSignaturePool({ size: 64, refill: 'manual' })
  const bareSigner = createLocalSigner(keyOf(2), { backend: { keccak256 }, prepare: barePool })
  const bare = await openBare(bareSigner, many.url)
  const measured = await interleave(
    {
      few: prepared(queueing(few)),
      many: prepared(queueing(many)),
      running: running(many),
      written: prepared(writing(many)),
      alone: prepared(alone(many)),
      bare: (round) => {
        barePool.fill()
        return bare.block(round)
      },
      native: () => Array.from({ length: SIGNATURES }, () => timed(sign)),
    },
    { rounds: ROUNDS, warmUp: WARM_UP },
  )
  bare.close()
  await Promise.all([few.close(), many.close()])
  return lines(measured)
}

function timed(call: () => void): number {
  const start = performance.now()
  call()
  return (performance.now() - start) * 1_000
}

/** All in one turn, so that nothing leaves before all are queued. */
function queueing({ executor, intents }: BusyAccount): Block {
  return async () => {
    const orders: Accepted[] = []
    const took = intents.map((intent) => timed(() => orders.push(submitted(executor, intent))))
    await Promise.all(orders.map(({ outcome }) => outcome))
    return took
  }
}

/** In a loop of nothing else, as the signature is that it is held against: each burst is taken back before it leaves. */
function running({ executor, intents }: BusyAccount): Block {
  return async () => {
    const took: number[] = []
    for (let burst = 0; burst < BURSTS; burst++) {
      const orders: Accepted[] = []
      for (const intent of intents) took.push(timed(() => orders.push(submitted(executor, intent))))
      for (const { clientOrderId } of orders) void executor.cancel(clientOrderId)
    }
    return took.slice(-intents.length)
  }
}

/** Each in a frame of its own, one right after the other. */
function writing({ executor, intents, writtenAt }: BusyAccount): Block {
  return async () => {
    const orders: Accepted[] = []
    const took: number[] = []
    for (const intent of intents) {
      const start = performance.now()
      orders.push(submitted(executor, intent))
      await Promise.resolve()
      took.push((writtenAt() - start) * 1_000)
    }
    await Promise.all(orders.map(({ outcome }) => outcome))
    return took
  }
}

/** The same, but each when all is over that the one before has led to: nothing of the way is in any cache. */
function alone({ executor, intents, writtenAt }: BusyAccount): Block {
  return async () => {
    const took: number[] = []
    for (const intent of intents) {
      const start = performance.now()
      const { outcome } = submitted(executor, intent)
      await Promise.resolve()
      took.push((writtenAt() - start) * 1_000)
      await outcome
      await new Promise((resolve) => setImmediate(resolve))
    }
    return took
  }
}

/** An order that is spelled, hashed, signed and written, and nothing else: what no executor can be faster than. */
async function openBare(signer: Signer, url: string): Promise<{ readonly block: Block; close(): void }> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const { keccak256 } = signer
  let nonce = Date.now()
  function write(action: Action): void {
    nonce += 1
    const { connectionId, digest } = l1Signable(action, { nonce, expiresAfter: nonce + 15_000 }, 'testnet', keccak256)
    const signature = signer.sign(digest, { network: 'testnet', connectionId })
    const payload = { action, nonce, signature, expiresAfter: nonce + 15_000 }
    socket.send(JSON.stringify({ method: 'post', id: nonce, request: { type: 'action', payload } }))
  }
  return {
    block: () => Array.from({ length: SIGNATURES }, oneOrder).map((action) => timed(() => write(action))),
    close: () => socket.terminate(),
  }
}

function submitted(executor: BusyAccount['executor'], intent: Intent): Accepted {
  const order = executor.submit(intent)
  if (order.status === 'denied') throw new Error(`denied: ${order.reason} (${order.limit}, ${order.value})`)
  return order
}

function lines(
  of: Readonly<Record<'few' | 'many' | 'running' | 'written' | 'alone' | 'bare' | 'native', Measured>>,
): Line[] {
  const figures = ({ median, p99 }: Measured) => ({ median: duration(median), p99: duration(p99) })
  const native = `one signature by libsecp256k1: ${duration(of.native.median)}`
  return [
    {
      name: 'submit() to queued, 1,000 working orders',
      ...figures(of.many),
      against: native,
      ratio: ratio(of.many, of.native),
      bar: 0.3,
      means: 'judging an order costs what signing it was spared',
    },
    {
      name: 'the same, in a loop of nothing else',
      ...figures(of.running),
      against: native,
      ratio: ratio(of.running, of.native),
      bar: 0.3,
      means: 'judging an order costs what signing it was spared',
    },
    {
      name: 'submit() to queued, 1,000 working orders',
      ...figures(of.many),
      against: `with 10: ${duration(of.few.median)}`,
      ratio: ratio(of.many, of.few),
      bar: 1.2,
      means: 'something on the way of an order looks at all orders',
    },
    {
      name: 'submit() to bytes written, 1,000 working orders, prepared',
      ...figures(of.written),
      against: native,
      ratio: ratio(of.written, of.native),
      bar: 1.5,
      means: 'the whole way from decision to socket takes longer than others need to sign',
    },
    {
      name: 'the same, each order after a pause',
      ...figures(of.alone),
      against: native,
      ratio: ratio(of.alone, of.native),
      bar: 1.5,
      means: 'an order that comes alone finds nothing of its way in the caches',
    },
    {
      name: 'spelling, hashing, signing and writing alone, prepared',
      ...figures(of.bare),
      against: native,
      ratio: ratio(of.bare, of.native),
      bar: 1.5,
      means: 'it is not ours to make faster: encoder, hash, socket and system',
    },
  ]
}
