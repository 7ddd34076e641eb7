import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllPerpMetas, parseTokenNames } from '../../src/wire/market-lists.js'
import { recordedUniverse } from '../helpers/fixtures.js'
import { anyAnswer } from '../helpers/near-json.js'

const metas = recordedUniverse.universes.map(({ meta }) => meta)
const PRICES = [{ markPx: '1' }]

describe('the list of all dexes', () => {
  it('is read in both forms it is documented in', () => {
    const plain = parseAllPerpMetas(metas)
    expect(plain?.map(({ meta, names }) => [meta?.universe.length, names[0]])).toEqual([
      [40, 'BTC'],
      [43, 'xyz:XYZ100'],
    ])
    expect(parseAllPerpMetas(metas.map((meta) => [meta, PRICES]))).toEqual(plain)
  })

  it('keeps the place of a dex that cannot be read, and the names that can', () => {
    const odd = { universe: [{ name: 'odd:A', szDecimals: 'two' }, { name: 7 }] }
    const read = parseAllPerpMetas([null, odd, ...metas])
    expect(read?.map(({ meta, names }) => [meta === undefined, names.length])).toEqual([
      [true, 0],
      [true, 1],
      [false, 40],
      [false, 43],
    ])
  })

  it('is nothing when it is no list', () => {
    for (const answer of [null, {}, 'x', undefined]) expect(parseAllPerpMetas(answer)).toBeUndefined()
  })
})

describe('the list of tokens', () => {
  it('names them by number, and leaves out what cannot be read', () => {
    const tokens = [
      { name: 'USDC', index: 0 },
      { name: 'USDH', index: 360 },
      { name: '', index: 1 },
      { index: 2 },
      null,
    ]
    expect([...(parseTokenNames({ tokens }) ?? [])]).toEqual([
      [0, 'USDC'],
      [360, 'USDH'],
    ])
    for (const answer of [null, [], { tokens: {} }]) expect(parseTokenNames(answer)).toBeUndefined()
  })
})

it('nothing the venue sends makes the readers throw', () => {
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      parseAllPerpMetas(answer)
      parseTokenNames(answer)
    }),
  )
})
