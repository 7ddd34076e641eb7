/**
 * Reads one segment file of a journal, line by line, and tells a line that was never finished from one that is damaged.
 *
 * A segment is a header, the records of a checkpoint, a line that says how many these were, and the records appended
 * since. Only what follows the last line break may be incomplete: a process that dies while it writes leaves that, and
 * nothing else. Everything else that does not fit is damage.
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { JournalRecord } from '../../ports.js'
import type { JsonObject } from '../../wire/json.js'
import { type DecodedLine, decodeLine } from './journal-line.js'

/** Where a segment stops making sense, and why. */
export type Damage = {
  /** Counted from 1, as an editor shows it. */
  readonly line: number
  /** The number of the record that was due there; unknown when not even the header can be read. */
  readonly record: number | undefined
  readonly offset: number
  readonly problem: string
}

export type SegmentLine =
  | { readonly role: 'header'; readonly sequence: number; readonly value: JsonObject; readonly end: number }
  | { readonly role: 'record'; readonly sequence: number; readonly value: JournalRecord; readonly end: number }
  | { readonly role: 'checkpointed'; readonly sequence: number; readonly end: number }
  | ({ readonly role: 'torn' } & Damage)
  | ({ readonly role: 'damage' } & Damage)

const CHUNK_BYTES = 256 * 1024
const LINE_BREAK = 0x0a

/**
 * The lines of the first `size` bytes, in batches. A `torn` or `damage` is the last of them.
 *
 * @throws the errors of `node:fs`
 */
export async function* readSegment(path: string, size: number): AsyncGenerator<readonly SegmentLine[]> {
  const handle = await open(path, 'r')
  try {
    const reader = createLineReader()
    for await (const pieces of readPieces(handle, size)) {
      const lines: SegmentLine[] = []
      for (const piece of pieces) {
        const line = reader.read(piece)
        lines.push(line)
        if (line.role === 'damage' || line.role === 'torn') {
          yield lines
          return
        }
      }
      yield lines
    }
    const missing = reader.end(size)
    if (missing !== undefined) yield [missing]
  } finally {
    await handle.close()
  }
}

/** A piece of the file up to a line break, which only the last one may lack. */
type Piece = { readonly bytes: Buffer; readonly isWhole: boolean }

async function* readPieces(handle: FileHandle, size: number): AsyncGenerator<readonly Piece[]> {
  let begun: Buffer[] = []
  for (let position = 0; position < size; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - position))
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) break
    position += bytesRead
    const bytes = chunk.subarray(0, bytesRead)
    const pieces: Piece[] = []
    let from = 0
    for (let at = bytes.indexOf(LINE_BREAK); at !== -1; at = bytes.indexOf(LINE_BREAK, from)) {
      const ending = bytes.subarray(from, at)
      pieces.push({ bytes: begun.length === 0 ? ending : Buffer.concat([...begun, ending]), isWhole: true })
      begun = []
      from = at + 1
    }
    if (from < bytes.length) begun.push(bytes.subarray(from))
    yield pieces
  }
  if (begun.length > 0) yield [{ bytes: Buffer.concat(begun), isWhole: false }]
}

type LineReader = {
  read(piece: Piece): SegmentLine
  /** What is wrong when nothing comes any more. */
  end(size: number): SegmentLine | undefined
}

/** Knows what must come next. */
function createLineReader(): LineReader {
  let place: 'header' | 'checkpoint' | 'appended' = 'header'
  let line = 1
  let due: number | undefined
  let records = 0
  let offset = 0

  const damage = (problem: string, role: 'torn' | 'damage' = 'damage'): SegmentLine => ({
    role,
    line,
    record: due,
    offset,
    problem,
  })

  function interpret({ sequence, value }: DecodedLine, end: number): SegmentLine {
    if (place === 'header') {
      if (!('journal' in value)) return damage('it is not the header of a journal')
      place = 'checkpoint'
      return { role: 'header', sequence, value, end }
    }
    if (isRecord(value)) {
      records += 1
      return { role: 'record', sequence, value, end }
    }
    if (place === 'appended' || value['checkpoint'] !== records) return damage('it is not a record')
    place = 'appended'
    return { role: 'checkpointed', sequence, end }
  }

  return {
    read({ bytes, isWhole }) {
      if (!isWhole) return place === 'appended' ? damage('it was never finished', 'torn') : damage(UNFINISHED)
      const decoded = decodeLine(bytes, due)
      if (typeof decoded === 'string') return damage(decoded)
      const end = offset + bytes.length + 1
      const result = interpret(decoded, end)
      if (result.role !== 'damage') {
        due = decoded.sequence + 1
        line += 1
        offset = end
      }
      return result
    },
    end(size) {
      if (place !== 'appended') return damage(UNFINISHED)
      return offset < size ? damage('the file has become shorter') : undefined
    },
  }
}

const UNFINISHED = 'the file ends before its checkpoint does'
const isRecord = (value: JsonObject): value is JournalRecord => typeof value['kind'] === 'string'
