/**
 * What the simulated exchange costs: it must not be what a load test measures.
 *
 * The yardstick is the leading SDK producing the same actions in the same run. In process the two are timed call by
 * call; over sockets the exchange runs in a process of its own, and processor time is compared with processor time.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { peerVersion } from '../clients/peers.js'
import { type Block, cpuUs, interleave, type Measured, ratio, timedUntil } from './measure.js'
import { duration, type Line, type Part } from './report.js'
import { createProducer, type Produced } from './sim-sdk.js'
import { openRemoteVenue, type RemoteVenue } from './sim-socket.js'
import { loadVenue, postFrame, unverified } from './sim-venue.js'

const SDK = '@nktkas/hyperliquid'

export const part: Part = {
  title: 'sim: the simulated exchange, 100 connections with 1,000 open orders each unless said otherwise',
  peers: [peerVersion(SDK)],
  run: async () => [...(await inProcess()), ...(await overSockets()), await memory()],
}

/** A queue for each consumer of what the SDK produces, so that all handle the same actions. */
function createFeed(): { push(list: readonly Produced[]): void; consumer(): () => readonly Produced[] } {
  const queues: (readonly Produced[])[][] = []
  return {
    push: (list) => {
      for (const queue of queues) queue.push(list)
    },
    consumer() {
      const queue: (readonly Produced[])[] = []
      queues.push(queue)
      return () => queue.shift() ?? []
    },
  }
}

type Frame = { readonly account: number; readonly id: number; readonly text: string }

/** What the SDK has produced, as frames. */
const framed = (list: readonly Produced[], isVerified: boolean): Frame[] =>
  list.map(({ account, payload }) => ({
    account,
    ...postFrame(isVerified ? payload : unverified(payload, account)),
  }))

async function inProcess(): Promise<Line[]> {
  const producer = createProducer()
  const feed = createFeed()
  const produce: Block = async () => {
    const took: number[] = []
    feed.push(await producer.produce(30, (us) => took.push(us)))
    return took
  }
  const block = async (isVerified: boolean, ordersEach: number): Promise<Block> => {
    const venue = await loadVenue({ verifySignatures: isVerified, ordersEach })
    const next = feed.consumer()
    return async () => {
      const took: number[] = []
      for (const { account, text } of framed(next(), isVerified)) {
        took.push(await timedUntil(() => venue.frame(account, text)))
      }
      return took
    }
  }
  const blocks = {
    trusting: await block(false, 1_000),
    verifying: await block(true, 1_000),
    thousand: await block(false, 10),
    tenThousand: await block(false, 100),
    sdk: produce,
  }
  // One ahead, because the order of the blocks turns.
  await produce(0)
  const { trusting, verifying, thousand, tenThousand, sdk } = await interleave(blocks, { rounds: 100, warmUp: 60 })
  const perAction = `${SDK} producing it: ${duration(sdk.median)}`
  const small = `with 1,000 open orders: ${duration(thousand.median)}`
  return [
    {
      ...figures('one action in process, signatures not checked', trusting, perAction, ratio(trusting, sdk), 0.2),
      means: 'a bot under test shares the processor with an exchange that eats what is measured',
    },
    {
      ...figures('one action in process, every signature checked', verifying, perAction, ratio(verifying, sdk), 1),
      means: 'one client can bring the exchange to its knees, and load tests measure the exchange',
    },
    {
      ...figures('one action with 10,000 open orders', tenThousand, small, ratio(tenThousand, thousand), 1.2),
      means: 'something on the way of an action looks at all orders',
    },
    {
      ...figures('one action with 100,000 open orders', trusting, small, ratio(trusting, thousand), 1.2),
      means: 'something on the way of an action looks at all orders',
    },
  ]
}

function figures(name: string, measured: Measured, against: string, times: number, bar: number): Omit<Line, 'means'> {
  const { median, p99 } = measured
  return { name, median: duration(median), p99: duration(p99), against, ratio: times, bar }
}

async function overSockets(): Promise<Line[]> {
  const producer = createProducer()
  const feed = createFeed()
  const produce: Block = async () => {
    const before = cpuUs(process.cpuUsage())
    const list = await producer.produce(90, () => {})
    const used = cpuUs(process.cpuUsage()) - before
    feed.push(list)
    return [used / list.length]
  }
  const block = (venue: RemoteVenue, isVerified: boolean): Block => {
    const next = feed.consumer()
    return async () => {
      const frames = framed(next(), isVerified)
      const before = await venue.cpuUs()
      await venue.frames(frames)
      return [((await venue.cpuUs()) - before) / frames.length]
    }
  }
  const venues = [await openRemoteVenue(false), await openRemoteVenue(true)] as const
  const blocks = { trusting: block(venues[0], false), verifying: block(venues[1], true), sdk: produce }
  await produce(0)
  const { trusting, verifying, sdk } = await interleave(blocks, { rounds: 60, warmUp: 80 })
  for (const venue of venues) venue.close()
  const perAction = `${SDK} producing it: ${duration(sdk.median)}`
  const means = 'as above, with the frames and the kernel counted in'
  return [
    {
      ...figures('processor time over sockets, signatures not checked', trusting, perAction, ratio(trusting, sdk), 0.2),
      means,
    },
    {
      ...figures(
        'processor time over sockets, every signature checked',
        verifying,
        perAction,
        ratio(verifying, sdk),
        1,
      ),
      means,
    },
  ]
}

async function memory(): Promise<Line> {
  const child = fork(fileURLToPath(new URL('./sim-memory.ts', import.meta.url)), {
    execArgv: [...process.execArgv, '--expose-gc'],
  })
  const [{ early, late, refused, seconds }] = (await once(child, 'message')) as [
    { early: number; late: number; refused: number; seconds: number },
  ]
  child.disconnect()
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`
  return {
    name: `heap after 1,000,000 actions (${refused} refused, ${duration((seconds * 1e6) / 1e6)} each) with a bounded record`,
    median: megabytes(late),
    against: `after 100,000: ${megabytes(early)}`,
    ratio: late / early,
    bar: 1.1,
    means: 'an exchange that is left running, or a long property test, ends for want of memory',
  }
}
