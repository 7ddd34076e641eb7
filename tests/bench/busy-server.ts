/**
 * The exchange of a busy account, in a process of its own as every exchange is: what it does between two orders must not push
 * the bot out of the processor's caches.
 */
import { createLocalSigner } from '../../dist/io/local-signer.js'
import { createSimExchange, MAINNET_UNIVERSE, type MarketSpec } from '../../dist/testing/index.js'
import { above, below, FREE_MARKETS, listed, MARKETS, PLENTY, POSITIONS, size } from './busy-markets.js'
import { keyOf, send } from './sim-venue.js'

/** The largest batch whose weight is one. */
const BATCH = 39

const [account = '0', workingOrders = '0'] = process.argv.slice(2)
const signer = createLocalSigner(keyOf(Number(account)))
const markets = listed()
const taken = markets.slice(0, MARKETS - FREE_MARKETS)
const universe = MAINNET_UNIVERSE.map((dex) =>
  dex.name === 'xyz' ? { ...dex, markets, totalOpenInterestCap: PLENTY } : dex,
)
const exchange = createSimExchange({ universe, limits: 'none' })
exchange.account(signer.address).deposit(PLENTY).setVolume(PLENTY)

/** Rests below the market, or takes what is there. */
function order(market: MarketSpec | undefined, tif: 'Gtc' | 'Ioc') {
  if (market === undefined) throw new RangeError('no markets')
  const price = tif === 'Gtc' ? below(market) : above(market)
  const { assetId } = exchange.market(market.name)
  return { a: assetId, b: true, p: price, s: size(market), r: false, t: { limit: { tif } } }
}

const resting = Array.from({ length: Number(workingOrders) }, (_, n) => order(taken[n % taken.length], 'Gtc'))
const orders = [...taken.slice(0, POSITIONS).map((market) => order(market, 'Ioc')), ...resting]
for (let from = 0; from < orders.length; from += BATCH) {
  await send(exchange, signer, { type: 'order', orders: orders.slice(from, from + BATCH), grouping: 'na' })
}
const { wsUrl } = await exchange.start()
process.on('disconnect', () => process.exit())
process.send?.({ wsUrl })
