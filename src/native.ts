/** `hip3-executor/native`: the curve in native code, for `createLocalSigner`. Needs the package `secp256k1`. */
export { loadNativeSecp256k1 } from './io/native-secp256k1.js'
export type { Secp256k1 } from './io/signing-backend.js'
