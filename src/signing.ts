/** `hip3-executor/signing`: the venue's actions, and from an action to a signature, for those who send it themselves. */
export {
  createLocalSigner,
  type DigestAccount,
  type LocalSignerOptions,
  type TypedData,
  type TypedDataWallet,
} from './io/local-signer.js'
export {
  createSignaturePool,
  type PoolOwner,
  type SignaturePool,
  type SignaturePoolOptions,
  type SignaturePoolStats,
} from './io/signature-pool.js'
export type { Secp256k1, SigningBackend } from './io/signing-backend.js'
export type { Address, Hex, Network } from './model/account.js'
export type { Keccak256, PhantomAgent, Signature, Signer } from './ports.js'
export {
  type Action,
  batchModifyAction,
  type CancelOptions,
  cancelAction,
  cancelByCloidAction,
  type ModifyOptions,
  type ModifySpec,
  modifyAction,
  noopAction,
  type OrderActionOptions,
  type OrderSpec,
  orderAction,
  reserveRequestWeightAction,
  scheduleCancelAction,
  type TriggerSpec,
  topUpIsolatedOnlyMarginAction,
  updateIsolatedMarginAction,
  updateLeverageAction,
} from './wire/actions.js'
export { encodeAction, type L1HashOptions, l1ActionHash, l1Digest, l1Signable } from './wire/l1-hash.js'
export type { Encodable } from './wire/msgpack.js'
