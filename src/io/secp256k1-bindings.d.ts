/** What is used of the native half of the package `secp256k1`, which has no declarations of its own. */
declare module 'secp256k1/bindings.js' {
  const bindings: {
    ecdsaSign(digest: Uint8Array, key: Uint8Array): { readonly signature: Uint8Array; readonly recid: number }
    publicKeyCreate(key: Uint8Array, isCompressed: boolean): Uint8Array
  }
  export default bindings
}
