/**
 * keccak-256, portable.
 *
 * An order is hashed three times before it can be signed, and the hash of the usual libraries, written for size, takes
 * as long for that as the socket write and everything before it together. This one is the same permutation written out:
 * each of the 25 lanes is two local variables (low and high 32 bits), so that a round is nothing but register arithmetic.
 *
 * @see https://keccak.team/keccak_specs_summary.html
 */
import type { Keccak256 } from '../ports.js'

/** Bytes taken in between two permutations. */
const RATE = 136
const LENGTH = 32

/** The constants of the 24 rounds, low half first. */
// biome-ignore format: a table
const ROUNDS: readonly (readonly [number, number])[] = [
  [0x00000001, 0x00000000], [0x00008082, 0x00000000], [0x0000808a, 0x80000000], [0x80008000, 0x80000000],
  [0x0000808b, 0x00000000], [0x80000001, 0x00000000], [0x80008081, 0x80000000], [0x00008009, 0x80000000],
  [0x0000008a, 0x00000000], [0x00000088, 0x00000000], [0x80008009, 0x00000000], [0x8000000a, 0x00000000],
  [0x8000808b, 0x00000000], [0x0000008b, 0x80000000], [0x00008089, 0x80000000], [0x00008003, 0x80000000],
  [0x00008002, 0x80000000], [0x00000080, 0x80000000], [0x0000800a, 0x00000000], [0x8000000a, 0x80000000],
  [0x80008081, 0x80000000], [0x00008080, 0x80000000], [0x80000001, 0x00000000], [0x80008008, 0x80000000],
]

/** Reused from call to call: nothing can come in between, and nothing in them is secret. */
const bytesOfState = /* @__PURE__ */ new Uint8Array(200)
const state = /* @__PURE__ */ new DataView(/* @__PURE__ */ bytesOfState.buffer)

export const keccak256: Keccak256 = (bytes) => {
  bytesOfState.fill(0)
  let taken = 0
  for (; taken + RATE <= bytes.length; taken += RATE) {
    absorb(bytes, taken, RATE)
    permute()
  }
  const rest = bytes.length - taken
  absorb(bytes, taken, rest)
  // The padding: a one right behind the message, a one at the end of the block, the same byte when they meet.
  state.setUint8(rest, state.getUint8(rest) ^ 0x01)
  state.setUint8(RATE - 1, state.getUint8(RATE - 1) ^ 0x80)
  permute()
  return bytesOfState.slice(0, LENGTH)
}

function absorb(bytes: Uint8Array, from: number, length: number): void {
  for (let i = 0; i < length; i++) state.setUint8(i, state.getUint8(i) ^ (bytes[from + i] ?? 0))
}

// biome-ignore format: one lane a line
function permute(): void {
  let a0l = state.getInt32(0, true), a0h = state.getInt32(4, true)
  let a1l = state.getInt32(8, true), a1h = state.getInt32(12, true)
  let a2l = state.getInt32(16, true), a2h = state.getInt32(20, true)
  let a3l = state.getInt32(24, true), a3h = state.getInt32(28, true)
  let a4l = state.getInt32(32, true), a4h = state.getInt32(36, true)
  let a5l = state.getInt32(40, true), a5h = state.getInt32(44, true)
  let a6l = state.getInt32(48, true), a6h = state.getInt32(52, true)
  let a7l = state.getInt32(56, true), a7h = state.getInt32(60, true)
  let a8l = state.getInt32(64, true), a8h = state.getInt32(68, true)
  let a9l = state.getInt32(72, true), a9h = state.getInt32(76, true)
  let a10l = state.getInt32(80, true), a10h = state.getInt32(84, true)
  let a11l = state.getInt32(88, true), a11h = state.getInt32(92, true)
  let a12l = state.getInt32(96, true), a12h = state.getInt32(100, true)
  let a13l = state.getInt32(104, true), a13h = state.getInt32(108, true)
  let a14l = state.getInt32(112, true), a14h = state.getInt32(116, true)
  let a15l = state.getInt32(120, true), a15h = state.getInt32(124, true)
  let a16l = state.getInt32(128, true), a16h = state.getInt32(132, true)
  let a17l = state.getInt32(136, true), a17h = state.getInt32(140, true)
  let a18l = state.getInt32(144, true), a18h = state.getInt32(148, true)
  let a19l = state.getInt32(152, true), a19h = state.getInt32(156, true)
  let a20l = state.getInt32(160, true), a20h = state.getInt32(164, true)
  let a21l = state.getInt32(168, true), a21h = state.getInt32(172, true)
  let a22l = state.getInt32(176, true), a22h = state.getInt32(180, true)
  let a23l = state.getInt32(184, true), a23h = state.getInt32(188, true)
  let a24l = state.getInt32(192, true), a24h = state.getInt32(196, true)
  for (const [low, high] of ROUNDS) {
    // θ: the parity of each column, and what its neighbours add to it
    const c0l = a0l ^ a5l ^ a10l ^ a15l ^ a20l, c0h = a0h ^ a5h ^ a10h ^ a15h ^ a20h
    const c1l = a1l ^ a6l ^ a11l ^ a16l ^ a21l, c1h = a1h ^ a6h ^ a11h ^ a16h ^ a21h
    const c2l = a2l ^ a7l ^ a12l ^ a17l ^ a22l, c2h = a2h ^ a7h ^ a12h ^ a17h ^ a22h
    const c3l = a3l ^ a8l ^ a13l ^ a18l ^ a23l, c3h = a3h ^ a8h ^ a13h ^ a18h ^ a23h
    const c4l = a4l ^ a9l ^ a14l ^ a19l ^ a24l, c4h = a4h ^ a9h ^ a14h ^ a19h ^ a24h
    const d0l = c4l ^ ((c1l << 1) | (c1h >>> 31)), d0h = c4h ^ ((c1h << 1) | (c1l >>> 31))
    const d1l = c0l ^ ((c2l << 1) | (c2h >>> 31)), d1h = c0h ^ ((c2h << 1) | (c2l >>> 31))
    const d2l = c1l ^ ((c3l << 1) | (c3h >>> 31)), d2h = c1h ^ ((c3h << 1) | (c3l >>> 31))
    const d3l = c2l ^ ((c4l << 1) | (c4h >>> 31)), d3h = c2h ^ ((c4h << 1) | (c4l >>> 31))
    const d4l = c3l ^ ((c0l << 1) | (c0h >>> 31)), d4h = c3h ^ ((c0h << 1) | (c0l >>> 31))
    a0l ^= d0l; a0h ^= d0h
    a1l ^= d1l; a1h ^= d1h
    a2l ^= d2l; a2h ^= d2h
    a3l ^= d3l; a3h ^= d3h
    a4l ^= d4l; a4h ^= d4h
    a5l ^= d0l; a5h ^= d0h
    a6l ^= d1l; a6h ^= d1h
    a7l ^= d2l; a7h ^= d2h
    a8l ^= d3l; a8h ^= d3h
    a9l ^= d4l; a9h ^= d4h
    a10l ^= d0l; a10h ^= d0h
    a11l ^= d1l; a11h ^= d1h
    a12l ^= d2l; a12h ^= d2h
    a13l ^= d3l; a13h ^= d3h
    a14l ^= d4l; a14h ^= d4h
    a15l ^= d0l; a15h ^= d0h
    a16l ^= d1l; a16h ^= d1h
    a17l ^= d2l; a17h ^= d2h
    a18l ^= d3l; a18h ^= d3h
    a19l ^= d4l; a19h ^= d4h
    a20l ^= d0l; a20h ^= d0h
    a21l ^= d1l; a21h ^= d1h
    a22l ^= d2l; a22h ^= d2h
    a23l ^= d3l; a23h ^= d3h
    a24l ^= d4l; a24h ^= d4h
    // ρ and π: each lane turned by its own amount, and put in its new place
    const b0l = a0l, b0h = a0h
    const b1l = (a6h << 12) | (a6l >>> 20), b1h = (a6l << 12) | (a6h >>> 20)
    const b2l = (a12h << 11) | (a12l >>> 21), b2h = (a12l << 11) | (a12h >>> 21)
    const b3l = (a18l << 21) | (a18h >>> 11), b3h = (a18h << 21) | (a18l >>> 11)
    const b4l = (a24l << 14) | (a24h >>> 18), b4h = (a24h << 14) | (a24l >>> 18)
    const b5l = (a3l << 28) | (a3h >>> 4), b5h = (a3h << 28) | (a3l >>> 4)
    const b6l = (a9l << 20) | (a9h >>> 12), b6h = (a9h << 20) | (a9l >>> 12)
    const b7l = (a10l << 3) | (a10h >>> 29), b7h = (a10h << 3) | (a10l >>> 29)
    const b8l = (a16h << 13) | (a16l >>> 19), b8h = (a16l << 13) | (a16h >>> 19)
    const b9l = (a22h << 29) | (a22l >>> 3), b9h = (a22l << 29) | (a22h >>> 3)
    const b10l = (a1l << 1) | (a1h >>> 31), b10h = (a1h << 1) | (a1l >>> 31)
    const b11l = (a7l << 6) | (a7h >>> 26), b11h = (a7h << 6) | (a7l >>> 26)
    const b12l = (a13l << 25) | (a13h >>> 7), b12h = (a13h << 25) | (a13l >>> 7)
    const b13l = (a19l << 8) | (a19h >>> 24), b13h = (a19h << 8) | (a19l >>> 24)
    const b14l = (a20l << 18) | (a20h >>> 14), b14h = (a20h << 18) | (a20l >>> 14)
    const b15l = (a4l << 27) | (a4h >>> 5), b15h = (a4h << 27) | (a4l >>> 5)
    const b16l = (a5h << 4) | (a5l >>> 28), b16h = (a5l << 4) | (a5h >>> 28)
    const b17l = (a11l << 10) | (a11h >>> 22), b17h = (a11h << 10) | (a11l >>> 22)
    const b18l = (a17l << 15) | (a17h >>> 17), b18h = (a17h << 15) | (a17l >>> 17)
    const b19l = (a23h << 24) | (a23l >>> 8), b19h = (a23l << 24) | (a23h >>> 8)
    const b20l = (a2h << 30) | (a2l >>> 2), b20h = (a2l << 30) | (a2h >>> 2)
    const b21l = (a8h << 23) | (a8l >>> 9), b21h = (a8l << 23) | (a8h >>> 9)
    const b22l = (a14h << 7) | (a14l >>> 25), b22h = (a14l << 7) | (a14h >>> 25)
    const b23l = (a15h << 9) | (a15l >>> 23), b23h = (a15l << 9) | (a15h >>> 23)
    const b24l = (a21l << 2) | (a21h >>> 30), b24h = (a21h << 2) | (a21l >>> 30)
    // χ, and ι in the first lane
    a0l = b0l ^ (~b1l & b2l) ^ low; a0h = b0h ^ (~b1h & b2h) ^ high
    a1l = b1l ^ (~b2l & b3l); a1h = b1h ^ (~b2h & b3h)
    a2l = b2l ^ (~b3l & b4l); a2h = b2h ^ (~b3h & b4h)
    a3l = b3l ^ (~b4l & b0l); a3h = b3h ^ (~b4h & b0h)
    a4l = b4l ^ (~b0l & b1l); a4h = b4h ^ (~b0h & b1h)
    a5l = b5l ^ (~b6l & b7l); a5h = b5h ^ (~b6h & b7h)
    a6l = b6l ^ (~b7l & b8l); a6h = b6h ^ (~b7h & b8h)
    a7l = b7l ^ (~b8l & b9l); a7h = b7h ^ (~b8h & b9h)
    a8l = b8l ^ (~b9l & b5l); a8h = b8h ^ (~b9h & b5h)
    a9l = b9l ^ (~b5l & b6l); a9h = b9h ^ (~b5h & b6h)
    a10l = b10l ^ (~b11l & b12l); a10h = b10h ^ (~b11h & b12h)
    a11l = b11l ^ (~b12l & b13l); a11h = b11h ^ (~b12h & b13h)
    a12l = b12l ^ (~b13l & b14l); a12h = b12h ^ (~b13h & b14h)
    a13l = b13l ^ (~b14l & b10l); a13h = b13h ^ (~b14h & b10h)
    a14l = b14l ^ (~b10l & b11l); a14h = b14h ^ (~b10h & b11h)
    a15l = b15l ^ (~b16l & b17l); a15h = b15h ^ (~b16h & b17h)
    a16l = b16l ^ (~b17l & b18l); a16h = b16h ^ (~b17h & b18h)
    a17l = b17l ^ (~b18l & b19l); a17h = b17h ^ (~b18h & b19h)
    a18l = b18l ^ (~b19l & b15l); a18h = b18h ^ (~b19h & b15h)
    a19l = b19l ^ (~b15l & b16l); a19h = b19h ^ (~b15h & b16h)
    a20l = b20l ^ (~b21l & b22l); a20h = b20h ^ (~b21h & b22h)
    a21l = b21l ^ (~b22l & b23l); a21h = b21h ^ (~b22h & b23h)
    a22l = b22l ^ (~b23l & b24l); a22h = b22h ^ (~b23h & b24h)
    a23l = b23l ^ (~b24l & b20l); a23h = b23h ^ (~b24h & b20h)
    a24l = b24l ^ (~b20l & b21l); a24h = b24h ^ (~b20h & b21h)
  }
  state.setInt32(0, a0l, true); state.setInt32(4, a0h, true)
  state.setInt32(8, a1l, true); state.setInt32(12, a1h, true)
  state.setInt32(16, a2l, true); state.setInt32(20, a2h, true)
  state.setInt32(24, a3l, true); state.setInt32(28, a3h, true)
  state.setInt32(32, a4l, true); state.setInt32(36, a4h, true)
  state.setInt32(40, a5l, true); state.setInt32(44, a5h, true)
  state.setInt32(48, a6l, true); state.setInt32(52, a6h, true)
  state.setInt32(56, a7l, true); state.setInt32(60, a7h, true)
  state.setInt32(64, a8l, true); state.setInt32(68, a8h, true)
  state.setInt32(72, a9l, true); state.setInt32(76, a9h, true)
  state.setInt32(80, a10l, true); state.setInt32(84, a10h, true)
  state.setInt32(88, a11l, true); state.setInt32(92, a11h, true)
  state.setInt32(96, a12l, true); state.setInt32(100, a12h, true)
  state.setInt32(104, a13l, true); state.setInt32(108, a13h, true)
  state.setInt32(112, a14l, true); state.setInt32(116, a14h, true)
  state.setInt32(120, a15l, true); state.setInt32(124, a15h, true)
  state.setInt32(128, a16l, true); state.setInt32(132, a16h, true)
  state.setInt32(136, a17l, true); state.setInt32(140, a17h, true)
  state.setInt32(144, a18l, true); state.setInt32(148, a18h, true)
  state.setInt32(152, a19l, true); state.setInt32(156, a19h, true)
  state.setInt32(160, a20l, true); state.setInt32(164, a20h, true)
  state.setInt32(168, a21l, true); state.setInt32(172, a21h, true)
  state.setInt32(176, a22l, true); state.setInt32(180, a22h, true)
  state.setInt32(184, a23l, true); state.setInt32(188, a23h, true)
  state.setInt32(192, a24l, true); state.setInt32(196, a24h, true)
}
