/**
 * Signers for keys that are at hand: a hex key, a viem account, or a wallet that only signs typed data.
 *
 * A hex key signs synchronously, which keeps the way from decision to socket free of awaits. The key lives in a
 * closure and in no property, message or cause: nothing that is printed, serialised or thrown can carry it.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/signing
 */
import { secp256k1 } from '@noble/curves/secp256k1'
import { bytesToHex, hexToBytes, numberToHex } from 'viem/utils'
import { ExecutorError } from '../errors.js'
import { type Address, address, type Hex } from '../model/account.js'
import type { PhantomAgent, Signature, Signer } from '../ports.js'
import { keccak256 } from '../wire/keccak.js'
import { portablePointOf, scalarOf, signDeterministic } from './ecdsa.js'
import type { SignaturePool } from './signature-pool.js'
import { assertAgrees, pointWith, type SigningBackend, signWith } from './signing-backend.js'

/** The part of a viem account that signs a digest. */
export type DigestAccount = { readonly address: Address; sign(parameters: { readonly hash: Hex }): Promise<Hex> }

/** The part of a wallet that signs EIP-712 data, as viem's accounts have it. */
export type TypedDataWallet = {
  readonly address: Address
  signTypedData(parameters: TypedData): Promise<Hex>
}

export type TypedData = {
  readonly domain: {
    readonly name: string
    readonly version: string
    readonly chainId: number
    readonly verifyingContract: Address
  }
  readonly types: { readonly Agent: readonly { readonly name: string; readonly type: string }[] }
  readonly primaryType: 'Agent'
  readonly message: { readonly source: string; readonly connectionId: Hex }
}

export type LocalSignerOptions = {
  /** Refuse to sign for any other address than this one. Catches a key pasted from the wrong wallet. */
  readonly expectedAddress?: Address | undefined
  /** Faster implementations, for a hex key. See docs/signing.md. Default: none. */
  readonly backend?: SigningBackend | undefined
  /** Signatures prepared ahead, for a hex key. See docs/signing.md before you use it. Default: none. */
  readonly prepare?: SignaturePool | undefined
}

/**
 * @param source `0x` and 64 hex digits, a viem account, or an object with `address` and `signTypedData`
 * @throws {TypeError} when the source is none of these (also when an environment variable is unset), or an option is given
 *   that only a hex key can use
 * @throws {RangeError} when the key is not a valid secp256k1 key; the message never repeats it
 * @throws {ExecutorError} `SIGN_FAILED` when the address is not the expected one, or the backend computes something else
 *   than the portable implementation
 */
export function createLocalSigner(
  source: string | DigestAccount | TypedDataWallet | undefined,
  options: LocalSignerOptions = {},
): Signer {
  return typeof source === 'string' ? keySigner(source, options) : foreignSignerFrom(source, options)
}

function assertExpected(actual: Address, { expectedAddress }: LocalSignerOptions): void {
  if (expectedAddress !== undefined && address(expectedAddress, 'expectedAddress') !== actual) {
    throw new ExecutorError('SIGN_FAILED', `expected to sign for ${expectedAddress}, but this key belongs to ${actual}`)
  }
}

function foreignSignerFrom(source: DigestAccount | TypedDataWallet | undefined, options: LocalSignerOptions): Signer {
  if (typeof source !== 'object' || source === null) {
    throw new TypeError(
      `source: expected a hex key, an account or a wallet, got ${source === null ? 'null' : typeof source}`,
    )
  }
  for (const name of ['backend', 'prepare'] as const) {
    if (options[name] !== undefined) throw new TypeError(`${name}: only a signer made of a hex key can use it`)
  }
  const signerAddress = address(source.address, 'source.address')
  assertExpected(signerAddress, options)
  if ('sign' in source && typeof source.sign === 'function') {
    return foreignSigner(signerAddress, (digest) => source.sign({ hash: digest }))
  }
  if ('signTypedData' in source && typeof source.signTypedData === 'function') {
    return foreignSigner(signerAddress, (_digest, agent) => source.signTypedData(agentTypedData(agent)))
  }
  throw new TypeError('source: expected an account with sign() or a wallet with signTypedData()')
}

function keySigner(hexKey: string, options: LocalSignerOptions): Signer {
  const { backend = {}, prepare } = options
  const text = hexKey.trim()
  const bytes = /^(0x)?[0-9a-fA-F]{64}$/.test(text)
    ? hexToBytes(text.startsWith('0x') ? (text as Hex) : `0x${text}`)
    : undefined
  if (bytes === undefined || !secp256k1.utils.isValidPrivateKey(bytes)) {
    throw new RangeError(`source: expected a private key of 64 hex digits, got a string of ${hexKey.length} characters`)
  }
  if (prepare !== undefined && typeof prepare.attach !== 'function') {
    throw new TypeError('prepare: expected what createSignaturePool returns')
  }
  assertAgrees(backend, bytes)
  const scalar = scalarOf(bytes)
  const pointOf = backend.secp256k1 ? pointWith(backend.secp256k1) : portablePointOf
  const key = { bytes, scalar, pointOf }
  const signNow = backend.secp256k1
    ? signWith(backend.secp256k1, bytes)
    : (digest: Hex): Signature => signDeterministic(key, digest)
  const { x, y } = pointOf(scalar)
  const signerAddress = addressOf(hexToBytes(`0x${[x, y].map((word) => word.toString(16).padStart(64, '0')).join('')}`))
  assertExpected(signerAddress, options)
  const signPrepared = prepare?.attach({
    key,
    isOurs: (digest, { r, s, v }) => recover(digest, BigInt(r), BigInt(s), v - 27) === signerAddress,
  })
  return {
    address: signerAddress,
    keccak256: backend.keccak256,
    sign(digest) {
      assertDigest(digest)
      return signPrepared?.(digest) ?? signNow(digest)
    },
  }
}

/**
 * A signer whose answers are checked: a browser wallet may have switched to another account, and the venue would
 * execute the order there. An error of its own may quote its input, so only the fact is passed on.
 */
function foreignSigner(signerAddress: Address, ask: (digest: Hex, agent: PhantomAgent) => Promise<Hex>): Signer {
  return {
    address: signerAddress,
    async sign(digest, agent) {
      assertDigest(digest)
      let hex: unknown
      try {
        hex = await ask(digest, agent)
      } catch {
        throw new ExecutorError('SIGN_FAILED', 'the signer failed')
      }
      if (typeof hex !== 'string' || !/^0x[0-9a-fA-F]{130}$/.test(hex)) {
        throw new ExecutorError('SIGN_FAILED', 'the signer answered with something that is not a 65-byte signature')
      }
      const recovery = RECOVERY[hex.slice(130).toLowerCase()]
      if (recovery === undefined) {
        throw new ExecutorError('SIGN_FAILED', 'the signer answered with an unknown recovery id')
      }
      const r = BigInt(hex.slice(0, 66))
      const s = BigInt(`0x${hex.slice(66, 130)}`)
      if (recover(digest, r, s, recovery) !== signerAddress) {
        throw new ExecutorError('SIGN_FAILED', `the signer did not sign for ${signerAddress}`)
      }
      return toSignature(r, s, recovery)
    },
  }
}

function recover(digest: Hex, r: bigint, s: bigint, recovery: number): Address | undefined {
  try {
    const signature = new secp256k1.Signature(r, s).addRecoveryBit(recovery)
    return addressOf(signature.recoverPublicKey(digest.slice(2)).toRawBytes(false).subarray(1))
  } catch {
    return undefined
  }
}

/** @param point x and y, 32 bytes each */
function addressOf(point: Uint8Array): Address {
  return bytesToHex(keccak256(point).subarray(12))
}

function assertDigest(digest: Hex): void {
  if (!/^0x[0-9a-f]{64}$/.test(digest)) throw new RangeError('digest: expected 0x and 64 hex digits')
}

/** The last byte of a signature: some wallets count from 0, some from 27. */
const RECOVERY: Readonly<Record<string, 0 | 1>> = { '00': 0, '01': 1, '1b': 0, '1c': 1 }

function toSignature(r: bigint, s: bigint, recovery: number): Signature {
  return { r: numberToHex(r, { size: 32 }), s: numberToHex(s, { size: 32 }), v: recovery === 0 ? 27 : 28 }
}

function agentTypedData({ network, connectionId }: PhantomAgent): TypedData {
  return {
    domain: {
      name: 'Exchange',
      version: '1',
      chainId: 1337,
      verifyingContract: '0x0000000000000000000000000000000000000000',
    },
    types: {
      Agent: [
        { name: 'source', type: 'string' },
        { name: 'connectionId', type: 'bytes32' },
      ],
    },
    primaryType: 'Agent',
    message: { source: network === 'mainnet' ? 'a' : 'b', connectionId },
  }
}
