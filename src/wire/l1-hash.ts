/**
 * From an action to the digest that is signed.
 *
 * L1 actions are signed through a phantom agent: the msgpack bytes of the action, the nonce, the vault and the
 * expiry are hashed; that hash is the `connectionId` of an EIP-712 `Agent` struct; its digest is what the key signs.
 * Only the connection id changes from order to order, so everything else is computed once.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/signing
 */
import { bytesToHex, hexToBytes, stringToBytes } from 'viem/utils'
import { type Address, address, type Hex, type Network } from '../model/account.js'
import type { Keccak256 } from '../ports.js'
import { keccak256 } from './keccak.js'
import { type Encodable, encode, encodeShared } from './msgpack.js'

export type L1HashOptions = {
  /** Unix milliseconds by convention; see NonceManager. */
  readonly nonce: number
  /** The vault or sub-account traded for, when it is not the signer's own account. Letter case does not matter. */
  readonly vaultAddress?: Address | undefined
  /** Unix milliseconds after which the venue refuses the action. */
  readonly expiresAfter?: number | undefined
}

/** The msgpack bytes of an action, as the venue hashes them. @throws {TypeError} when it cannot be encoded */
export const encodeAction: (action: Encodable) => Uint8Array = encode

/** What is hashed is put together here, call after call; it grows with the largest action so far. */
let scratch: Uint8Array = /* @__PURE__ */ new Uint8Array(1_024)
/** The nonce, the vault with its mark, the expiry with its mark. */
const LONGEST_TAIL = 8 + 21 + 9

/**
 * The action hash (`connectionId`).
 *
 * @param hash a signer may bring a faster one
 * @throws {TypeError} when the action cannot be encoded
 * @throws {RangeError} when the nonce, expiry or vault address is malformed
 */
export function l1ActionHash(action: Encodable, options: L1HashOptions, hash: Keccak256 = keccak256): Hex {
  return bytesToHex(hash(preimage(action, options)))
}

/** What is hashed of an action, until the next one is. */
function preimage(action: Encodable, options: L1HashOptions): Uint8Array {
  const { nonce, vaultAddress, expiresAfter } = options
  assertMillis(nonce, 'nonce')
  const body = encodeShared(action)
  let offset = body.length
  if (scratch.length < offset + LONGEST_TAIL) scratch = new Uint8Array(2 * offset + LONGEST_TAIL)
  scratch.set(body)
  offset = putUint64(nonce, offset)
  if (vaultAddress === undefined) {
    scratch[offset++] = 0
  } else {
    scratch[offset++] = 1
    scratch.set(hexToBytes(address(vaultAddress, 'vaultAddress')), offset)
    offset += 20
  }
  if (expiresAfter !== undefined) {
    assertMillis(expiresAfter, 'expiresAfter')
    // The tag of a present expiry really is zero; the venue tells the cases apart by length.
    scratch[offset++] = 0
    offset = putUint64(expiresAfter, offset)
  }
  return scratch.subarray(0, offset)
}

/** Writes a safe integer big-endian; returns where it ends. */
function putUint64(value: number, offset: number): number {
  for (let rest = value, i = offset + 7; i >= offset; i--) {
    scratch[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return offset + 8
}

/** keccak256 of the EIP-712 domain {name: "Exchange", version: "1", chainId: 1337, verifyingContract: 0}. */
const DOMAIN_SEPARATOR = 'd79297fcdf2ffcd4ae223d01edaa2ba214ff8f401d7c9300d995d17c82aa4040'

type Template = { readonly agent: Uint8Array; readonly message: Uint8Array }
let templates: Record<Network, Template> | undefined

/** The constant parts of both preimages, made on first use so that importing the module costs nothing. */
function template(network: Network): Template {
  if (network !== 'mainnet' && network !== 'testnet') {
    throw new RangeError(`network: expected "mainnet" or "testnet", got ${JSON.stringify(network)}`)
  }
  templates ??= { mainnet: makeTemplate('a'), testnet: makeTemplate('b') }
  return templates[network]
}

function makeTemplate(source: 'a' | 'b'): Template {
  const agent = new Uint8Array(96)
  agent.set(keccak256(stringToBytes('Agent(string source,bytes32 connectionId)')))
  agent.set(keccak256(stringToBytes(source)), 32)
  const message = new Uint8Array(66)
  message.set([0x19, 0x01])
  message.set(hexToBytes(`0x${DOMAIN_SEPARATOR}`), 2)
  return { agent, message }
}

/**
 * The digest a key signs for an action hash.
 *
 * @param hash a signer may bring a faster one
 * @throws {RangeError} when the hash is not 32 bytes of hex or the network is unknown
 */
export function l1Digest(actionHash: Hex, network: Network, hash: Keccak256 = keccak256): Hex {
  const constant = template(network)
  if (!/^0x[0-9a-fA-F]{64}$/.test(actionHash)) throw new RangeError('actionHash: expected 0x and 64 hex digits')
  return digestOf(hexToBytes(actionHash), constant, hash)
}

function digestOf(actionHash: Uint8Array, { agent, message }: Template, hash: Keccak256): Hex {
  agent.set(actionHash, 64)
  message.set(hash(agent), 34)
  return bytesToHex(hash(message))
}

/**
 * Both in one step, for the way of an order, on which every microsecond counts.
 *
 * @throws {TypeError | RangeError} as the two steps
 */
export function l1Signable(
  action: Encodable,
  options: L1HashOptions,
  network: Network,
  hash: Keccak256 = keccak256,
): { readonly connectionId: Hex; readonly digest: Hex } {
  const actionHash = hash(preimage(action, options))
  return { connectionId: bytesToHex(actionHash), digest: digestOf(actionHash, template(network), hash) }
}

function assertMillis(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name}: expected whole milliseconds, got ${value}`)
}
