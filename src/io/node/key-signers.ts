/**
 * Signers whose key lies where servers keep secrets: in a file that only its owner can read, or in the environment.
 *
 * The key goes from there into the signer and nowhere else. What is wrong is told by the name of the file or the variable,
 * and never by what is in it.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { ExecutorError } from '../../errors.js'
import type { Signer } from '../../ports.js'
import { createLocalSigner, type LocalSignerOptions } from '../local-signer.js'

/** A key, `0x` and a line break; what is longer is another kind of file. */
const MAX_BYTES = 128
const OF_OTHERS = 0o077

/**
 * A signer with the key in this file: 64 hex digits, with or without `0x`. The file must be ours or root's, and nobody else's
 * to read or write (`chmod 600`); Windows, which has no such modes, is not asked.
 *
 * @throws {ExecutorError} `KEY_UNAVAILABLE` when the file cannot be read, others could read it, or it holds no key
 * @throws {ExecutorError} `SIGN_FAILED` when the key is not that of `expectedAddress`
 */
export function createKeyFileSigner(path: string, options: LocalSignerOptions = {}): Signer {
  return signerFrom(path, readPrivate(path), options)
}

/**
 * A signer with the key in this environment variable. Child processes inherit it, and so does whoever may read
 * `/proc/<pid>/environ`; a file is the better place.
 *
 * @throws {ExecutorError} `KEY_UNAVAILABLE` when the variable is not set or holds no key
 * @throws {ExecutorError} `SIGN_FAILED` when the key is not that of `expectedAddress`
 */
export function createEnvSigner(variable: string, options: LocalSignerOptions = {}): Signer {
  const key = process.env[variable]
  if (key === undefined || key === '') throw unavailable(`${variable} is not set`)
  return signerFrom(variable, key, options)
}

function signerFrom(place: string, key: string, options: LocalSignerOptions): Signer {
  try {
    return createLocalSigner(key, options)
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith('source:')) {
      throw unavailable(`${place} does not hold a private key of 64 hex digits`)
    }
    throw error
  }
}

function readPrivate(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw unavailable(`${path} cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown'})`)
  }
  try {
    // Asked of the open file, so that it cannot be another one by the time it is read.
    const objection = objectionTo(fstatSync(file), process.getuid?.())
    if (objection !== undefined) throw unavailable(`${path} ${objection}`)
    const bytes = Buffer.alloc(MAX_BYTES)
    const text = bytes.toString('latin1', 0, readSync(file, bytes))
    bytes.fill(0)
    return text
  } finally {
    closeSync(file)
  }
}

/** Why a file is not a place for a key; nothing when it is one. @param user absent where files have no owners */
export function objectionTo({ mode, uid, size }: FileFacts, user: number | undefined): string | undefined {
  const isFile = (mode & 0o170000) === 0o100000
  if (!isFile || size > MAX_BYTES) return 'is not a file with a key'
  if (user === undefined) return undefined
  if (uid !== 0 && uid !== user) return 'belongs to another user'
  const rights = (mode & 0o777).toString(8).padStart(4, '0')
  return (mode & OF_OTHERS) === 0 ? undefined : `can be read by others (mode ${rights}): chmod 600 it`
}

export type FileFacts = { readonly mode: number; readonly uid: number; readonly size: number }

const unavailable = (message: string): ExecutorError => new ExecutorError('KEY_UNAVAILABLE', message)
