/**
 * What a signature costs, from the action to r, s and v.
 *
 * All sides are given actions of the same kind, a new nonce each time, and the same key. What is prepared is prepared
 * between the blocks, as idle time would do it, and not timed; what that costs is a line of its own.
 */
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { recoverAddress } from 'viem/utils'
import { loadNativeSecp256k1 } from '../../dist/native.js'
import type { Signer } from '../../dist/ports.js'
import {
  type Action,
  createLocalSigner,
  createSignaturePool,
  type Hex,
  l1Signable,
  type SignaturePool,
} from '../../dist/signing.js'
import { loadWasmKeccak256 } from '../../dist/wasm.js'
import { createCcxtSigner, peerVersion, signL1Action } from '../clients/peers.js'
import { type Block, interleave, type Measured, p99Ratio, ratio } from './measure.js'
import { rawNativeSign } from './native-limit.js'
import { batchOf, oneOrder } from './orders.js'
import { duration, type Line, ownVersion, type Part } from './report.js'
import { keyOf } from './sim-venue.js'

const SDK = '@nktkas/hyperliquid'
const KEY = keyOf(0)
const CALLS = 30
const BATCH = 20

export const part: Part = {
  title: 'sign: from the action to its signature',
  peers: [...[SDK, 'ccxt'].map(peerVersion), ...['viem', 'secp256k1', 'hash-wasm'].map(ownVersion)],
  run,
}

type Made = { readonly r: string; readonly s: string; readonly v: number }
type Sign = (action: Action, nonce: number) => Made | Promise<Made>

async function run(): Promise<readonly Line[]> {
  const account = privateKeyToAccount(KEY)
  const keccak256 = await loadWasmKeccak256()
  const secp256k1 = await loadNativeSecp256k1()
  const ccxt = createCcxtSigner(KEY)
  const pool = createSignaturePool({ size: CALLS, refill: 'manual' })
  const portablePool = createSignaturePool({ size: CALLS, refill: 'manual' })

  const portable = by(createLocalSigner(KEY))
  const native = by(createLocalSigner(KEY, { backend: { secp256k1, keccak256 } }))
  const prepared = by(createLocalSigner(KEY, { backend: { keccak256 }, prepare: pool }))
  const preparedPortable = by(createLocalSigner(KEY, { prepare: portablePool }))
  const sdk: Sign = (action, nonce) => signL1Action({ wallet: account, action, nonce, isTestnet: true })
  const byCcxt: Sign = (action, nonce) => ccxt.signL1Action(action, nonce)

  pool.fill(1)
  portablePool.fill(1)
  for (const sign of [portable, native, prepared, preparedPortable, sdk, byCcxt]) await assertSigns(sign, account)
  const figures = await interleave(
    {
      portable: block(portable, oneOrder),
      native: block(native, oneOrder),
      prepared: filled(pool, block(prepared, oneOrder)),
      preparedPortable: filled(portablePool, block(preparedPortable, oneOrder)),
      sdk: block(sdk, oneOrder),
      ccxt: block(byCcxt, oneOrder),
      viem: block(viemTypedData(account), oneOrder),
      raw: block(rawNative(), oneOrder),
      portableBatch: block(portable, () => batchOf(BATCH)),
      preparedBatch: filled(
        pool,
        block(prepared, () => batchOf(BATCH)),
      ),
      sdkBatch: block(sdk, () => batchOf(BATCH)),
      making: making(pool, prepared),
    },
    { rounds: 60, warmUp: 20 },
  )
  return lines(figures)
}

/** One of our signers, hashing as the pipeline does. */
function by(signer: Signer): Sign {
  const { keccak256 } = signer
  return (action, nonce) => {
    const { connectionId, digest } = l1Signable(action, { nonce }, 'testnet', keccak256)
    return signer.sign(digest, { network: 'testnet', connectionId })
  }
}

const UNREAD: Made = { r: '', s: '', v: 0 }

/** Without the action: the struct of the venue alone, hashed and signed. */
function viemTypedData(account: PrivateKeyAccount): Sign {
  return async (_action, nonce) => {
    await account.signTypedData({
      domain: { name: 'Exchange', version: '1', chainId: 1337, verifyingContract: `0x${'0'.repeat(40)}` },
      types: {
        Agent: [
          { name: 'source', type: 'string' },
          { name: 'connectionId', type: 'bytes32' },
        ],
      },
      primaryType: 'Agent',
      message: { source: 'b', connectionId: `0x${nonce.toString(16).padStart(64, '0')}` },
    })
    return UNREAD
  }
}

function rawNative(): Sign {
  const sign = rawNativeSign()
  return () => {
    sign()
    return UNREAD
  }
}

let lastNonce = Date.now()

function block(sign: Sign, make: () => Action): Block {
  return async () => {
    const took: number[] = []
    for (const action of Array.from({ length: CALLS }, make)) {
      const nonce = ++lastNonce
      const start = performance.now()
      const made = sign(action, nonce)
      if (made instanceof Promise) await made
      took.push((performance.now() - start) * 1_000)
    }
    return took
  }
}

function filled(pool: SignaturePool, run: Block): Block {
  return (round) => {
    pool.fill()
    return run(round)
  }
}

/** The pool is emptied again, so that what follows finds it as it was. */
function making(pool: SignaturePool, sign: Sign): Block {
  return () => {
    while (pool.stats.ready > 0) sign(oneOrder(), ++lastNonce)
    return Array.from({ length: CALLS }, () => {
      const start = performance.now()
      pool.fill(1)
      return (performance.now() - start) * 1_000
    })
  }
}

async function assertSigns(sign: Sign, account: PrivateKeyAccount): Promise<void> {
  const [action, nonce] = [oneOrder(), ++lastNonce]
  const { r, s, v } = await sign(action, nonce)
  const { digest: hash } = l1Signable(action, { nonce }, 'testnet')
  const [fullR, fullS] = [r, s].map((word): Hex => `0x${word.replace('0x', '').padStart(64, '0')}`)
  const signer = await recoverAddress({ hash, signature: `${fullR ?? '0x'}${fullS?.slice(2)}${v.toString(16)}` })
  if (signer !== account.address) throw new Error('what is measured does not sign')
}

type Figures = Readonly<
  Record<
    | 'portable'
    | 'native'
    | 'prepared'
    | 'preparedPortable'
    | 'sdk'
    | 'ccxt'
    | 'viem'
    | 'raw'
    | 'portableBatch'
    | 'preparedBatch'
    | 'sdkBatch'
    | 'making',
    Measured
  >
>

function lines(of: Figures): Line[] {
  const line = (name: string, ours: Measured, their: string, theirs: Measured): Omit<Line, 'bar' | 'means'> => ({
    name,
    median: duration(ours.median),
    p99: duration(ours.p99),
    against: `${their}: ${duration(theirs.median)}`,
    ratio: ratio(ours, theirs),
  })
  const one = 'one IOC order'
  const every = 'every order of a bot that asked for nothing special leaves later'
  return [
    { ...line(`${one}, portable`, of.portable, SDK, of.sdk), bar: 1 / 1.8, isSpeedup: true, means: every },
    { ...line(`${one}, portable`, of.portable, 'ccxt', of.ccxt), bar: 1, means: every },
    { ...line(`${one}, portable`, of.portable, 'viem signTypedData alone', of.viem), bar: 1, means: every },
    {
      ...line(`${one}, native curve, WebAssembly keccak`, of.native, 'libsecp256k1 alone', of.raw),
      bar: 1.25,
      means: 'we add more to the curve than hashing and spelling should cost',
    },
    {
      ...line(`${one}, prepared, WebAssembly keccak`, of.prepared, SDK, of.sdk),
      bar: 1 / 50,
      isSpeedup: true,
      means: 'preparing ahead no longer pays',
    },
    {
      ...line(`the same, 99th percentile`, of.prepared, SDK, of.sdk),
      against: `${SDK}: ${duration(of.sdk.p99)}`,
      ratio: p99Ratio(of.prepared, of.sdk),
      bar: 1 / 20,
      isSpeedup: true,
      means: 'preparing ahead pays for most orders, and not for the one that matters',
    },
    {
      ...line(`${one}, prepared, portable keccak`, of.preparedPortable, SDK, of.sdk),
      bar: 1 / 20,
      isSpeedup: true,
      means: 'as above, without any package',
    },
    {
      ...line(`${BATCH} orders in a batch, portable`, of.portableBatch, SDK, of.sdkBatch),
      bar: 1 / 1.8,
      isSpeedup: true,
      means: 'a requote of many levels leaves later',
    },
    {
      ...line(`${BATCH} orders in a batch, prepared, WebAssembly keccak`, of.preparedBatch, SDK, of.sdkBatch),
      bar: 1 / 25,
      isSpeedup: true,
      means: 'as above, when encoding and hashing is all that is left',
    },
    {
      ...line('preparing one, in idle time', of.making, 'signing one, portable', of.portable),
      bar: 1,
      means: 'the pool refills more slowly than it could be done without',
    },
  ]
}
