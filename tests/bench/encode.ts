/**
 * What encoding and hashing an action costs, without a signature.
 *
 * Each of these takes a few microseconds or less, which is not far from what reading the clock takes, so many calls in a
 * row are timed together, and a 99th percentile is that of such runs.
 */
import { Packr } from 'msgpackr/pack'
import { hexToBytes, keccak256 as viemKeccak256 } from 'viem/utils'
import { type Action, encodeAction, l1ActionHash, l1Signable } from '../../dist/signing.js'
import { loadWasmKeccak256 } from '../../dist/wasm.js'
import { keccak256 } from '../../dist/wire/keccak.js'
import { createCcxtSigner, createL1ActionHash, peerVersion } from '../clients/peers.js'
import { type Block, interleave, type Measured, ratio } from './measure.js'
import { batchOf, oneOrder } from './orders.js'
import { duration, type Line, ownVersion, type Part } from './report.js'
import { keyOf } from './sim-venue.js'

const SDK = '@nktkas/hyperliquid'
const BATCH = 20
/** Calls timed together. */
const RUN = 20
const RUNS = 20

export const part: Part = {
  title: 'encode: from the action to its bytes, its hash and its digest',
  peers: [...[SDK, 'ccxt'].map(peerVersion), ...['viem', 'msgpackr', 'hash-wasm'].map(ownVersion)],
  run,
}

let lastNonce = Date.now()

function block(call: (action: Action, nonce: number) => unknown, make: () => Action = oneOrder): Block {
  return () =>
    Array.from({ length: RUNS }, () => {
      const actions = Array.from({ length: RUN }, make)
      const start = performance.now()
      for (const action of actions) call(action, ++lastNonce)
      return ((performance.now() - start) * 1_000) / RUN
    })
}

async function run(): Promise<readonly Line[]> {
  const wasm = await loadWasmKeccak256()
  const ccxt = createCcxtSigner(keyOf(0))
  const packr = new Packr({ useRecords: false, variableMapSize: true })
  const bytes = new Uint8Array(encodeAction(oneOrder()).length + 9).fill(7)
  const [agent, message] = [new Uint8Array(96), new Uint8Array(66)]
  const action = oneOrder()
  const nonce = ++lastNonce
  const expected = hexToBytes(l1ActionHash(action, { nonce }))
  for (const hash of [hexToBytes(createL1ActionHash({ action, nonce })), ccxt.actionHash(action, undefined, nonce)]) {
    if (Buffer.compare(expected, hash) !== 0) throw new Error('what is measured does not hash the same')
  }
  const of = await interleave(
    {
      encode: block((action) => encodeAction(action)),
      encodeBatch: block(
        (action) => encodeAction(action),
        () => batchOf(BATCH),
      ),
      rawEncode: block((action) => packr.pack(action)),
      rawEncodeBatch: block(
        (action) => packr.pack(action),
        () => batchOf(BATCH),
      ),
      hash: block((action, nonce) => l1ActionHash(action, { nonce })),
      hashBatch: block(
        (action, nonce) => l1ActionHash(action, { nonce }),
        () => batchOf(BATCH),
      ),
      sdkHash: block((action, nonce) => createL1ActionHash({ action, nonce })),
      sdkHashBatch: block(
        (action, nonce) => createL1ActionHash({ action, nonce }),
        () => batchOf(BATCH),
      ),
      ccxtHash: block((action, nonce) => ccxt.actionHash(action, undefined, nonce)),
      keccak: block(() => keccak256(bytes)),
      viemKeccak: block(() => viemKeccak256(bytes, 'bytes')),
      signable: block((action, nonce) => l1Signable(action, { nonce }, 'testnet', wasm)),
      rawSignable: block((action) => {
        packr.pack(action)
        for (const preimage of [bytes, agent, message]) wasm(preimage)
      }),
    },
    { rounds: 60, warmUp: 30 },
  )
  const line = (name: string, ours: Measured, their: string, theirs: Measured): Omit<Line, 'bar' | 'means'> => ({
    name,
    median: duration(ours.median),
    p99: duration(ours.p99),
    against: `${their}: ${duration(theirs.median)}`,
    ratio: ratio(ours, theirs),
  })
  const checking = 'checking and copying an action costs more than writing it'
  return [
    { ...line('one order, bytes', of.encode, 'msgpackr alone', of.rawEncode), bar: 2, means: checking },
    {
      ...line(`${BATCH} orders, bytes`, of.encodeBatch, 'msgpackr alone', of.rawEncodeBatch),
      bar: 1.5,
      means: checking,
    },
    {
      ...line('one order, hash', of.hash, SDK, of.sdkHash),
      bar: 1 / 4,
      isSpeedup: true,
      means: 'everything signed leaves later, prepared or not',
    },
    {
      ...line(`${BATCH} orders, hash`, of.hashBatch, SDK, of.sdkHashBatch),
      bar: 1 / 3,
      isSpeedup: true,
      means: 'as above, and more so',
    },
    { ...line('one order, hash', of.hash, 'ccxt', of.ccxtHash), bar: 1, means: 'as above' },
    {
      ...line('the keccak in it, portable', of.keccak, 'viem', of.viemKeccak),
      bar: 1 / 2,
      isSpeedup: true,
      means: 'a hash of our own is not worth its lines any more',
    },
    {
      ...line('one order, digest, WebAssembly keccak', of.signable, 'msgpackr and three hashes alone', of.rawSignable),
      bar: 1.5,
      means: 'something but encoding and hashing takes time on the way of every order',
    },
  ]
}
