/** A simulated exchange in a process of its own, as far from its clients as another process of one machine can be. */
import { privateKeyToAddress } from 'viem/accounts'
import { createSimExchange } from '../../dist/testing/index.js'
import { keyOf } from './sim-venue.js'

const ACCOUNTS = 3

const exchange = createSimExchange({ limits: 'none' })
for (let account = 0; account < ACCOUNTS; account++) {
  exchange.account(privateKeyToAddress(keyOf(account))).deposit('1000000')
}
const { wsUrl } = await exchange.start()
process.on('disconnect', () => process.exit())
process.send?.({ wsUrl })
