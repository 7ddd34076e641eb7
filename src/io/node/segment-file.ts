/**
 * One segment file, open for appending. A line is in it whole or not at all, and when `write` returns it is in the hands
 * of the operating system: it survives the death of this process.
 */
import { closeSync, constants, fdatasync, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { OWNER_ONLY_FILE } from './journal-directory.js'
import { encodeLine } from './journal-line.js'

export type SegmentFile = {
  readonly path: string
  /** Bytes of whole lines. */
  readonly size: number
  /** The number of its last line. */
  readonly sequence: number
  /** All of these lines or none. @throws the errors of `node:fs` */
  write(payloads: readonly string[]): void
  /** Settles when everything written before the call is on the disk. @throws the errors of `node:fs` */
  sync(): Promise<void>
  /** Gives the file its final name, which another file must not have. @throws the errors of `node:fs` */
  rename(path: string): void
  close(): void
}

const syncData = promisify(fdatasync)

/** @param from where the file stands: its size in bytes and the number of its last line. Default: it is made anew */
export function openSegmentFile(
  at: string,
  from: { readonly size: number; readonly sequence: number },
  isNew: boolean,
): SegmentFile {
  const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants
  const fd = openSync(at, O_WRONLY | O_APPEND | (isNew ? O_CREAT | O_TRUNC : 0), OWNER_ONLY_FILE)
  let { size, sequence } = from
  let path = at
  let isTorn = false

  /** Takes back what a failed write has left, now or, if the disk does not allow even that, before the next write. */
  function repair(): void {
    if (!isTorn) return
    ftruncateSync(fd, size)
    isTorn = false
  }

  return {
    get path() {
      return path
    },
    get size() {
      return size
    },
    get sequence() {
      return sequence
    },
    write(payloads) {
      repair()
      const lines = Buffer.from(payloads.map((json, index) => encodeLine(sequence + 1 + index, json)).join(''))
      try {
        writeAll(fd, lines)
      } catch (error) {
        isTorn = true
        try {
          repair()
        } catch {
          // The next write tries again. Until then a torn last line is what any reader expects of a crash.
        }
        throw error
      }
      size += lines.length
      sequence += payloads.length
    },
    sync: () => syncData(fd),
    rename(to) {
      renameSync(path, to)
      path = to
    },
    close: () => closeSync(fd),
  }
}

/** A full disk takes the part of a write that still fits. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
}
