/** Only the gates can make an `Approved`, and only an `Approved` can be queued: held by the compiler. */
import { expectTypeOf, test } from 'vitest'
import { type BatchQueue, createBatchQueue } from '../../src/control/batch-queue.js'
import type { Approved, GateAnswer, GateWork, Verdict } from '../../src/control/risk-gates.js'
import type { OrderRequest } from '../../src/model/order.js'

declare const request: OrderRequest
declare const verdict: Verdict

test('an order that was not judged cannot be queued', () => {
  // @ts-expect-error an order is not an approved order
  createBatchQueue().push(request)
  expectTypeOf<BatchQueue['push']>().parameter(0).toEqualTypeOf<Approved>()
})

test('nobody can write an approved order down', () => {
  // @ts-expect-error the mark cannot be named outside the module of the gates
  const forged: Approved = { request, release() {} }
  expectTypeOf(forged).toEqualTypeOf<Approved>()
  expectTypeOf<{ request: OrderRequest; release(): void }>().not.toExtend<Approved>()
})

test('a verdict has to be looked at before there is anything to queue', () => {
  // @ts-expect-error it may be a denial
  createBatchQueue().push(verdict.approved)
  if ('approved' in verdict) expectTypeOf(verdict.approved).toEqualTypeOf<Approved>()
})

test('a gate cannot answer later', () => {
  expectTypeOf<() => Promise<GateAnswer>>().not.toExtend<GateWork['check']>()
})
