/**
 * One line of a journal file: a checksum, a number that rises by one, and JSON.
 *
 *     5d41402a 17 {"kind":"sent","nonce":1700000000000}
 *
 * The checksum (CRC-32 as in zlib, eight hex digits) covers everything after it; the number makes a line that is missing
 * as visible as one that is damaged. JSON never holds a raw line break, so a file can be searched line by line.
 */
import { crc32 } from 'node:zlib'
import { isObject, type JsonObject } from '../../wire/json.js'

const CHECKSUM_DIGITS = 8
const SPACE = 0x20

export function encodeLine(sequence: number, json: string): string {
  const body = `${sequence} ${json}`
  return `${checksum(body)} ${body}\n`
}

export type DecodedLine = { readonly sequence: number; readonly value: JsonObject }

/**
 * @param bytes the line without its line break
 * @param due the number it must have; `undefined` when it begins a file and may have any
 * @returns what is wrong with it, when it is not a line that was written whole
 */
export function decodeLine(bytes: Buffer, due: number | undefined): DecodedLine | string {
  const body = bytes.subarray(CHECKSUM_DIGITS + 1)
  if (bytes[CHECKSUM_DIGITS] !== SPACE || bytes.toString('latin1', 0, CHECKSUM_DIGITS) !== checksum(body)) {
    return 'its checksum does not match'
  }
  const text = body.toString('utf8')
  const space = text.indexOf(' ')
  const sequence = Number(text.slice(0, space))
  if (!Number.isSafeInteger(sequence)) return 'it has no number'
  if (due !== undefined && sequence !== due) return `it has number ${sequence}`
  const value = parsed(text.slice(space + 1))
  return isObject(value) ? { sequence, value } : 'it is not a JSON object'
}

const checksum = (body: string | Buffer): string => crc32(body).toString(16).padStart(CHECKSUM_DIGITS, '0')

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
