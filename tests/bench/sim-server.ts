/** An exchange under load in a process of its own, so that its processor time can be told from the client's. */
import { cpuUs } from './measure.js'
import { loadVenue } from './sim-venue.js'

const venue = await loadVenue({ verifySignatures: process.argv[2] === 'verify', ordersEach: 1_000 })
const { wsUrl } = await venue.exchange.start()
process.on('message', () => process.send?.({ cpuUs: cpuUs(process.cpuUsage()) }))
process.on('disconnect', () => process.exit())
process.send?.({ wsUrl })
