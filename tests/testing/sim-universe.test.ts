import Big from 'big.js'
import { describe, expect, it } from 'vitest'
import { MAINNET_UNIVERSE } from '../../src/testing/index.js'
import { createBench, USER } from './helpers.js'

type Meta = { universe: { name: string; szDecimals: number; isDelisted?: boolean }[]; collateralToken: number }
type Context = { markPx: string; midPx: string | null }
type Book = { levels: { px: string; sz: string }[][] }

const { info } = createBench()
const metaOf = (dex?: string): Meta => info({ type: 'meta', ...(dex === undefined ? {} : { dex }) }) as Meta

/** The rule for prices, from its text: an integer, or five significant figures and 6 − szDecimals decimals. */
function followsTheRule(price: string, szDecimals: number): boolean {
  const value = new Big(price)
  const decimals = (value.toFixed().split('.')[1] ?? '').length
  return decimals === 0 || (value.c.length <= 5 && decimals <= 6 - szDecimals)
}

describe('the default universe', () => {
  it('lists the dexes of mainnet, the validator dex first and as null', () => {
    const dexes = info({ type: 'perpDexs' }) as ({ name: string } | null)[]
    expect(dexes.map((dex) => dex?.name)).toEqual([undefined, 'xyz', 'flx', 'vntl', 'hyna'])
  })

  it('has the slots of xyz in meta order, delisted ones kept', () => {
    const { universe } = metaOf('xyz')
    expect(universe).toHaveLength(43)
    expect(universe[26]?.name).toBe('xyz:SILVER')
    expect(universe[27]?.name).toBe('xyz:RIVN')
    expect(universe.filter((market) => market.isDelisted)).toHaveLength(10)
    expect(metaOf('').universe).toHaveLength(40)
  })

  it('lists caps in alphabetical order, which is not the order of the asset ids', () => {
    const [, xyz] = info({ type: 'perpDexs' }) as { assetToStreamingOiCap: [string, string][] }[]
    const listed = xyz?.assetToStreamingOiCap.map(([name]) => name) ?? []
    expect(listed).toEqual([...listed].sort())
    expect(listed[0]).not.toBe(metaOf('xyz').universe[0]?.name)
  })

  it('collects other dexes in other tokens', () => {
    expect(['', 'xyz', 'flx', 'hyna'].map((dex) => metaOf(dex).collateralToken)).toEqual([0, 0, 360, 235])
  })

  it('lists no spot pair and no outcome, and says so to clients that ask for them on starting', () => {
    expect(info({ type: 'spotMetaAndAssetCtxs' })).toEqual([info({ type: 'spotMeta' }), []])
    expect(info({ type: 'spotMeta' })).toMatchObject({ tokens: [{ name: 'USDC', index: 0 }, {}, {}], universe: [] })
    expect(info({ type: 'outcomeMeta' })).toEqual({ outcomes: [], questions: [] })
  })

  it('answers for the validator dex when no dex is named, and refuses a dex that is not there', () => {
    expect(metaOf().universe[0]?.name).toBe('BTC')
    expect(info({ type: 'clearinghouseState', user: USER })).toEqual(
      info({ type: 'clearinghouseState', user: USER, dex: '' }),
    )
    expect(info({ type: 'meta', dex: 'nope' })).toContain('Failed to deserialize the JSON body')
  })

  it('has marks and books that are legal on the grid, with the recorded mids in their middle', () => {
    let checked = 0
    for (const dex of MAINNET_UNIVERSE) {
      const [meta, contexts] = info({ type: 'metaAndAssetCtxs', dex: dex.name }) as [Meta, Context[]]
      for (const [index, market] of meta.universe.entries()) {
        const context = contexts[index]
        expect(followsTheRule(context?.markPx ?? '', market.szDecimals), market.name).toBe(true)
        const { levels } = info({ type: 'l2Book', coin: market.name }) as Book
        const [bids = [], asks = []] = levels
        if (market.isDelisted) {
          expect([bids, asks, context?.midPx]).toEqual([[], [], null])
          continue
        }
        expect(new Big(context?.midPx ?? '0').eq(dex.markets[index]?.mid ?? '1'), market.name).toBe(true)
        for (const level of [...bids, ...asks]) {
          expect(followsTheRule(level.px, market.szDecimals), `${market.name} ${level.px}`).toBe(true)
          expect((new Big(level.sz).toFixed().split('.')[1] ?? '').length).toBeLessThanOrEqual(market.szDecimals)
        }
        expect(bids.length, market.name).toBeGreaterThan(5)
        expect(bids.map((level) => level.px)).toEqual(
          bids.map((level) => level.px).sort((a, b) => Number(b) - Number(a)),
        )
        expect(Number(bids[0]?.px)).toBeLessThan(Number(asks[0]?.px))
        checked++
      }
    }
    expect(checked).toBe(77)
  })

  it('starts no market at its open interest cap', () => {
    for (const { name } of MAINNET_UNIVERSE) expect(info({ type: 'perpsAtOpenInterestCap', dex: name })).toEqual([])
  })

  it('is the same for the same seed, and differs in sizes only for another', () => {
    const book = (seed: number): Book => createBench({ seed }).info({ type: 'l2Book', coin: 'xyz:TSLA' }) as Book
    expect(book(7)).toEqual(book(7))
    expect(book(8)).not.toEqual(book(7))
    expect(book(8).levels[0]?.map((level) => level.px)).toEqual(book(7).levels[0]?.map((level) => level.px))
  })
})
