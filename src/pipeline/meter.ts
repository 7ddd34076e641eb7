/**
 * The one way to post: every request passes here, is held to what the venue allows, and is counted when it was written.
 *
 * A request that the venue would refuse is not written, and says so like one that the transport would not take.
 */
import type { Cost, Traffic } from '../control/venue-limits.js'
import type { PostReply, PostRequest, PostResult } from '../ports.js'
import { actionCountIn, classifyRefusal } from '../wire/refusals.js'
import { parseDefaultReply } from '../wire/replies.js'
import { actionWeight, entriesOf, infoWeight, maxRowsWeight, rowsWeight } from '../wire/weights.js'
import type { Parts } from './parts.js'

/** @param traffic default: a question, or the least urgent of actions */
export type Post = (request: PostRequest, traffic?: Traffic) => PostResult

/** An action that arrives after its expiry is charged five times. */
const STALE_CHARGE = 5

export function createMeter({
  transport,
  clock,
  venueLimits,
  fault,
}: Pick<Parts, 'transport' | 'clock' | 'venueLimits' | 'fault'>): Post {
  let framesOfOurs = 0

  return (request, traffic = request.type === 'info' ? 'info' : 'new') => {
    const now = clock.monotonic()
    venueLimits.framesWritten(transport.framesWritten ?? framesOfOurs, now)
    const type = String(request.payload['type'])
    const entries = entriesOf(request.payload['action'])
    const isInfo = request.type === 'info'
    const cost: Cost = { weight: isInfo ? infoWeight(type) : actionWeight(entries), actions: isInfo ? 0 : entries }
    // How long the answer is, is known only when it is there, and then it has been paid for already.
    const most = { ...cost, weight: cost.weight + (isInfo ? maxRowsWeight(type) : 0) }
    if (venueLimits.waitMs(traffic, most, now) > 0) return { written: false, why: 'throttled' }
    const result = transport.post(request)
    if (!result.written) return result
    framesOfOurs += 1
    const post = venueLimits.written(traffic, cost, now)
    const onReply = (reply: PostReply): void => {
      if (reply.status === 'lost') post.lost(clock.monotonic())
      else post.answered()
      if (reply.status === 'refused') onRefusal(traffic, cost, reply.message)
      if (reply.status !== 'answered') return
      if (isInfo) charge(traffic, { weight: rowsWeight(type, reply.payload), actions: 0 })
      else onAnswer(traffic, cost, reply.payload)
    }
    result.reply
      .then(onReply, () => post.lost(clock.monotonic()))
      .catch((error: unknown) => fault('an answer could not be counted', error))
    return result
  }

  function onAnswer(traffic: Traffic, cost: Cost, payload: unknown): void {
    const answer = parseDefaultReply(payload)
    if (answer.kind === 'error') onRefusal(traffic, cost, answer.message)
  }

  function onRefusal(traffic: Traffic, { actions }: Cost, message: string): void {
    const now = clock.monotonic()
    const reason = classifyRefusal(message)
    if (reason === 'EXPIRED') charge(traffic, { weight: 0, actions: actions * (STALE_CHARGE - 1) })
    if (reason !== 'RATE_LIMITED') return
    const count = actionCountIn(message)
    venueLimits.refused(count === undefined ? 'weight' : 'actions', now)
    if (count !== undefined) venueLimits.beginReading(now)(count, now)
  }

  function charge(traffic: Traffic, cost: Cost): void {
    venueLimits.charge(traffic, cost, clock.monotonic())
  }
}
