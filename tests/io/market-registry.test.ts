/**
 * The right id, or none. An id that is another market's sends money into it: the venue takes an order for any id there is.
 */
import fc from 'fast-check'
import { type Ask, loadMarkets } from 'hip3-executor'
import { describe, expect, it } from 'vitest'
import { recordedUniverse } from '../helpers/fixtures.js'

type Asset = {
  readonly name: string
  readonly szDecimals: number
  readonly maxLeverage: number
  readonly marginMode?: string
  readonly isDelisted?: boolean
}
type Universe = { readonly universe: readonly Asset[]; readonly collateralToken: number }
type Dex = { readonly name: string; readonly assetToStreamingOiCap?: readonly (readonly [string, string])[] } | null

/** Everything that the venue answers, as it is; a test spoils what it wants to. */
type Answers = {
  readonly perpDexs: readonly Dex[]
  readonly metas: Readonly<Record<string, Universe>>
  readonly all: readonly unknown[]
  readonly tokens: readonly unknown[]
}

const asset = (name: string, fields: Partial<Asset> = {}): Asset => ({
  name,
  szDecimals: 2,
  maxLeverage: 10,
  ...fields,
})
const usdc = (...universe: readonly Asset[]): Universe => ({ universe, collateralToken: 0 })
const TOKENS = [
  { name: 'USDC', index: 0 },
  { name: 'USDH', index: 360 },
]

/** A venue in which these dexes stand in this order; `null` is a place without a dex. */
function answersOf(dexes: readonly (readonly [name: string, meta: Universe] | null)[]): Answers {
  const capsOf = ({ universe }: Universe): (readonly [string, string])[] =>
    [...universe].map(({ name }) => [name, '1000000.0'] as const).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    perpDexs: dexes.map((dex, index) =>
      index === 0 || dex === null ? null : { name: dex[0], assetToStreamingOiCap: capsOf(dex[1]) },
    ),
    metas: Object.fromEntries(dexes.flatMap((dex) => (dex === null ? [] : [dex]))),
    all: dexes.map((dex) => dex?.[1] ?? null),
    tokens: TOKENS,
  }
}

const askFrom =
  ({ perpDexs, metas, all, tokens }: Answers): Ask =>
  async ({ type, dex = '' }) => {
    switch (type) {
      case 'perpDexs':
        return perpDexs
      case 'meta':
        return metas[dex]
      case 'allPerpMetas':
        return all
      case 'spotMeta':
        return { tokens }
      default:
        throw new Error(`nobody should ask for ${type}`)
    }
  }

const load = (answers: Answers, ...names: readonly string[]) => loadMarkets(askFrom(answers), names)
const idOf = async (answers: Answers, name: string): Promise<number | undefined> =>
  (await load(answers, name)).get(name)?.assetId
const refusal = (answers: Answers, ...names: readonly string[]): Promise<string> =>
  load(answers, ...names).then(
    () => 'none',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  )

const recorded: Answers = answersOf(
  ['', 'xyz', 'flx', 'vntl', 'hyna'].map((dex) => [
    dex,
    (recordedUniverse.universes.find((one) => one.dex === dex)?.meta as Universe | undefined) ?? usdc(),
  ]),
)

describe('the recorded universe', () => {
  it.each([
    ['BTC', 0],
    ['UNI', 39],
    ['xyz:XYZ100', 110_000],
    ['xyz:SILVER', 110_026],
    ['xyz:RIVN', 110_027],
    ['xyz:CL', 110_029],
  ])('F-31: has %s under %i, whatever order perpDexs lists it in', async (name, id) => {
    expect(await idOf(recorded, name)).toBe(id)
  })

  it('F-32: gives the lot of the dex’s own list, with leverage, margin mode, collateral and cap', async () => {
    const registry = await load(recorded, 'xyz:GOLD')
    expect(registry.get('xyz:GOLD')).toMatchObject({
      szDecimals: 4,
      maxLeverage: 20,
      marginMode: 'noCross',
      dex: 'xyz',
    })
    expect([...registry.collaterals]).toEqual([['xyz', 'USDC']])
    expect(registry.openInterestCaps.get('xyz:GOLD')?.toFixed()).toBe('1000000')
  })

  it('F-54: knows a market by its whole name only', async () => {
    expect(await refusal(recorded, 'GOLD', 'XYZ:GOLD', 'xyz:gold', 'xyz:GOL', '110003', 'dex_1:110003')).toBe(
      'UNKNOWN_MARKET: GOLD: not listed on dex ""; XYZ:GOLD: there is no dex "XYZ"; ' +
        'xyz:gold: not listed on dex "xyz"; xyz:GOL: not listed on dex "xyz"; 110003: not listed on dex ""; ' +
        'dex_1:110003: there is no dex "dex_1"',
    )
  })

  it('F-63: gives back every market under the name that it was asked by', async () => {
    const names = recordedUniverse.universes.flatMap(({ meta }) =>
      (meta as Universe).universe.filter(({ isDelisted }) => !isDelisted).map(({ name }) => name),
    )
    const registry = await load(recorded, ...names)
    expect(names.map((name) => registry.get(name)?.name)).toEqual(names)
    expect(new Set(registry.markets.map(({ assetId }) => assetId)).size).toBe(names.length)
  })
})

describe('a market', () => {
  const shared = answersOf([
    ['', usdc(asset('BTC'), asset('GOLD'))],
    ['xyz', usdc(asset('xyz:TSLA', { isDelisted: true }), asset('xyz:GOLD'), asset('xyz:BTC'))],
    null,
    ['flx', { universe: [asset('flx:GOLD'), asset('flx:XGOLD'), asset('flx:xyz:GOLD')], collateralToken: 360 }],
    ['x', usdc(asset('x:GOLD'))],
  ])

  it.each([
    ['on two dexes is the one of the dex that is named', 'flx:GOLD', 130_000],
    ['on a builder dex is not the validator’s of that coin', 'xyz:BTC', 110_002],
    ['of the validator dex is no builder’s', 'BTC', 0],
    ['whose name ends like another’s is itself', 'flx:XGOLD', 130_001],
    ['with a second colon in its coin belongs to the dex before the first', 'flx:xyz:GOLD', 130_002],
    ['behind a delisted one keeps its place', 'xyz:GOLD', 110_001],
    ['on a dex behind a place without one keeps its place', 'x:GOLD', 140_000],
  ])('%s', async (_, name, id) => {
    expect(await idOf(shared, name)).toBe(id)
  })

  it('is margined in the token of its dex', async () => {
    expect([...(await load(shared, 'flx:GOLD', 'xyz:GOLD')).collaterals]).toEqual([
      ['flx', 'USDH'],
      ['xyz', 'USDC'],
    ])
  })

  const [first, xyz, gap, flx, x] = shared.perpDexs
  const [all0, allXyz, allGap, allFlx, allX] = shared.all
  const other = usdc(asset('xyz:TSLA', { isDelisted: true }), asset('xyz:GOLD', { szDecimals: 3 }), asset('xyz:BTC'))
  it.each<[string, Partial<Answers>, string]>([
    [
      'is delisted',
      { metas: { ...shared.metas, xyz: usdc(asset('xyz:GOLD', { isDelisted: true })) } },
      'lists disagree',
    ],
    [
      'is of a dex listed twice',
      { perpDexs: [first ?? null, xyz ?? null, gap ?? null, xyz ?? null] },
      'more than one dex',
    ],
    ['is listed twice on its dex', { metas: { xyz: usdc(asset('xyz:GOLD'), asset('xyz:GOLD')) } }, 'more than once'],
    ['is on a dex without its leading null', { perpDexs: [xyz ?? null, flx ?? null] }, 'MALFORMED_ANSWER: perpDexs'],
    ['is behind filtered nulls', { perpDexs: [null, flx ?? null, xyz ?? null, x ?? null] }, 'lists disagree'],
    ['is in another place in the second list', { all: [all0, allGap, allXyz, allFlx, allX] }, 'lists disagree'],
    ['is missing from the second list', { all: [all0] }, 'lists disagree'],
    ['has another lot in the second list', { all: [all0, other, allGap, allFlx, allX] }, 'szDecimals 2 and 3'],
    ['is in the second list twice', { all: [...shared.all, usdc(asset('xyz:GOLD'))] }, '2 markets of this name'],
    ['has no second list', { all: {} as never }, 'MALFORMED_ANSWER: allPerpMetas'],
    ['has no first list', { metas: {} }, 'MALFORMED_ANSWER: meta of "xyz"'],
    ['says no collateral', { metas: { xyz: { universe: [asset('xyz:GOLD')] } as never } }, 'MALFORMED_ANSWER: meta'],
    ['is margined in a token nobody lists', { tokens: [{ name: 'USDH', index: 360 }] }, 'unknown collateral, token 0'],
    ['is margined in a list that cannot be read', { tokens: null as never }, 'MALFORMED_ANSWER: spotMeta'],
  ])('that %s is refused', async (_, spoiled, why) => {
    expect(await refusal({ ...shared, ...spoiled }, 'xyz:GOLD')).toContain(why)
  })

  it('that both lists call delisted is refused as that', async () => {
    expect(await refusal(shared, 'xyz:TSLA')).toBe('UNKNOWN_MARKET: xyz:TSLA: delisted')
  })
})

describe('any universe', () => {
  const coins = ['GOLD', 'XGOLD', 'BTC', 'GOLD2', 'gold', 'A'] as const
  const universe = (dex: string): fc.Arbitrary<Universe> =>
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...coins), fc.nat(4), fc.boolean()), { selector: ([coin]) => coin })
      .map((assets) =>
        usdc(
          ...assets.map(([coin, szDecimals, isDelisted]) =>
            asset(dex === '' ? coin : `${dex}:${coin}`, { szDecimals, ...(isDelisted && { isDelisted }) }),
          ),
        ),
      )
  const dexes = fc
    .tuple(universe(''), fc.shuffledSubarray(['xyz', 'flx', 'x', 'yz'] as const), fc.array(fc.nat(4), { maxLength: 2 }))
    .chain(([validator, names, gaps]) =>
      fc.tuple(...names.map((name) => universe(name).map((meta) => [name, meta] as const))).map((listed) => {
        const places: (readonly [string, Universe] | null)[] = [['', validator], ...listed]
        for (const at of gaps) places.splice(1 + Math.min(at, places.length - 1), 0, null)
        return places
      }),
    )
  /** One way to get one list wrong. What a client does by mistake, a server or a cache between can do as well. */
  const spoils: readonly ((answers: Answers, at: number) => Answers)[] = [
    (answers) => answers,
    ({ perpDexs, ...rest }) => ({ ...rest, perpDexs: [null, ...perpDexs.filter((dex) => dex !== null)] }),
    ({ perpDexs, ...rest }) => ({ ...rest, perpDexs: perpDexs.filter((dex) => dex !== null) }),
    ({ perpDexs, ...rest }) => ({ ...rest, perpDexs: [null, ...perpDexs.slice(1).reverse()] }),
    ({ perpDexs, ...rest }, at) => ({ ...rest, perpDexs: perpDexs.toSpliced(1 + at, 1) }),
    ({ perpDexs, ...rest }, at) => ({ ...rest, perpDexs: perpDexs.toSpliced(1 + at, 0, null) }),
    inMetas((list) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1))),
    inMetas((list) => list.filter(({ isDelisted }) => !isDelisted)),
    inMetas((list, at) => list.toSpliced(at, 1)),
    inMetas((list, at) => list.toSpliced(at, 0, asset('xyz:NEW'))),
    inMetas((list) => list.toReversed()),
    inMetas((list) => list.map((one) => ({ ...one, szDecimals: 5 }))),
    inMetas((list) => list.map((one) => ({ ...one, name: one.name.slice(one.name.indexOf(':') + 1) }))),
    ({ metas, ...rest }) => {
      const names = Object.keys(metas)
      const turned = names.map((name, index) => [name, metas[names[(index + 1) % names.length] ?? name] ?? usdc()])
      return { ...rest, metas: Object.fromEntries(turned) }
    },
    ({ all, ...rest }, at) => ({ ...rest, all: all.toSpliced(at, 1) }),
    ({ all, ...rest }) => ({ ...rest, all: all.filter((list) => list !== null) }),
    ({ all, ...rest }) => ({ ...rest, all: all.toReversed() }),
  ]

  function inMetas(change: (list: readonly Asset[], at: number) => readonly Asset[]) {
    return ({ metas, ...rest }: Answers, at: number): Answers => ({
      ...rest,
      metas: Object.fromEntries(
        Object.entries(metas).map(([dex, { universe: list, ...more }]) => [
          dex,
          { ...more, universe: change(list, at) },
        ]),
      ),
    })
  }

  it('gives a market its own id and lot or none, with any one of its lists wrong', async () => {
    let loaded = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(dexes, fc.nat(spoils.length - 1), fc.nat(4), async (places, spoil, at) => {
        const truth = new Map(
          places.flatMap((dex, dexIndex) =>
            (dex?.[1].universe ?? []).map((one, index) => {
              const assetId = dexIndex === 0 ? index : 100_000 + dexIndex * 10_000 + index
              return [one.name, { ...one, assetId }] as const
            }),
          ),
        )
        const answers = spoils[spoil]?.(answersOf(places), at) ?? answersOf(places)
        for (const name of [...truth.keys(), 'GOLD', 'xyz:GOLD', 'yz:GOLD', 'xyz:NEW']) {
          const market = await load(answers, name).then(
            (registry) => registry.get(name),
            () => undefined,
          )
          if (market === undefined) refused += 1
          else {
            loaded += 1
            const { assetId, szDecimals } = market
            expect(truth.get(name)).toMatchObject({ assetId, szDecimals })
            expect(truth.get(name)?.isDelisted).toBeUndefined()
          }
          // With nothing spoiled, only what is delisted or not there may be refused.
          if (spoil === 0) expect(market !== undefined).toBe(truth.has(name) && !truth.get(name)?.isDelisted)
        }
      }),
      { numRuns: 2_000 },
    )
    expect(loaded).toBeGreaterThan(1_000)
    expect(refused).toBeGreaterThan(1_000)
  })
})
