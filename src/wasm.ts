/** `hip3-executor/wasm`: keccak-256 in WebAssembly, for `createLocalSigner`. Needs the package `hash-wasm`. */
export { loadWasmKeccak256 } from './io/wasm-keccak256.js'
export type { Keccak256 } from './ports.js'
