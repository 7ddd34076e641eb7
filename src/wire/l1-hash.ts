/**
 * From an action to the digest that is signed.
 *
 * L1 actions are signed through a phantom agent: the msgpack bytes of the action, the nonce, the vault and the
 * expiry are hashed; that hash is the `connectionId` of an EIP-712 `Agent` struct; its digest is what the key signs.
 * Only the connection id changes from order to order, so everything else is computed once.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/signing
 */
import { hexToBytes, keccak256, stringToBytes } from 'viem/utils'
import { type Address, address, type Hex, type Network } from '../model/account.js'
import { type Encodable, encode } from './msgpack.js'

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

/**
 * The action hash (`connectionId`).
 *
 * @throws {TypeError} when the action cannot be encoded
 * @throws {RangeError} when the nonce, expiry or vault address is malformed
 */
export function l1ActionHash(action: Encodable, options: L1HashOptions): Hex {
  const { nonce, vaultAddress, expiresAfter } = options
  assertMillis(nonce, 'nonce')
  const body = encode(action)
  const tailLength = 8 + (vaultAddress === undefined ? 1 : 21) + (expiresAfter === undefined ? 0 : 9)
  const bytes = new Uint8Array(body.length + tailLength)
  const view = new DataView(bytes.buffer)
  bytes.set(body)
  let offset = body.length
  view.setBigUint64(offset, BigInt(nonce))
  offset += 8
  if (vaultAddress === undefined) {
    bytes[offset++] = 0
  } else {
    bytes[offset++] = 1
    bytes.set(hexToBytes(address(vaultAddress, 'vaultAddress')), offset)
    offset += 20
  }
  if (expiresAfter !== undefined) {
    assertMillis(expiresAfter, 'expiresAfter')
    // The tag of a present expiry really is zero; the venue tells the cases apart by length.
    bytes[offset++] = 0
    view.setBigUint64(offset, BigInt(expiresAfter))
  }
  return keccak256(bytes)
}

/** keccak256 of the EIP-712 domain {name: "Exchange", version: "1", chainId: 1337, verifyingContract: 0}. */
const DOMAIN_SEPARATOR = 'd79297fcdf2ffcd4ae223d01edaa2ba214ff8f401d7c9300d995d17c82aa4040'

type Templates = Record<Network, { readonly agent: Uint8Array; readonly message: Uint8Array }>
let templates: Templates | undefined

/** The constant parts of both preimages, made on first use so that importing the module costs nothing. */
function template(network: Network): Templates[Network] {
  templates ??= { mainnet: makeTemplate('a'), testnet: makeTemplate('b') }
  return templates[network]
}

function makeTemplate(source: 'a' | 'b'): Templates[Network] {
  const agent = new Uint8Array(96)
  agent.set(keccak256(stringToBytes('Agent(string source,bytes32 connectionId)'), 'bytes'))
  agent.set(keccak256(stringToBytes(source), 'bytes'), 32)
  const message = new Uint8Array(66)
  message.set([0x19, 0x01])
  message.set(hexToBytes(`0x${DOMAIN_SEPARATOR}`), 2)
  return { agent, message }
}

/**
 * The digest a key signs for an action hash.
 *
 * @throws {RangeError} when the hash is not 32 bytes of hex or the network is unknown
 */
export function l1Digest(actionHash: Hex, network: Network): Hex {
  if (network !== 'mainnet' && network !== 'testnet') {
    throw new RangeError(`network: expected "mainnet" or "testnet", got ${JSON.stringify(network)}`)
  }
  if (!/^0x[0-9a-fA-F]{64}$/.test(actionHash)) throw new RangeError('actionHash: expected 0x and 64 hex digits')
  const { agent, message } = template(network)
  agent.set(hexToBytes(actionHash), 64)
  message.set(keccak256(agent, 'bytes'), 34)
  return keccak256(message)
}

function assertMillis(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name}: expected whole milliseconds, got ${value}`)
}
