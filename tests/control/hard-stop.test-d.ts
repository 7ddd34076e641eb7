/** A kill switch cannot be forgotten: held by the compiler (F-11). */
import { expectTypeOf, test } from 'vitest'
import type { HardStop } from '../../src/control/hard-stop.js'
import { createRiskGates, type GateContext } from '../../src/control/risk-gates.js'

declare const world: GateContext

test('gates without a kill switch cannot be made', () => {
  const { hardStop: _forgotten, ...rest } = world
  // @ts-expect-error the kill switch is missing
  createRiskGates([], rest)
  expectTypeOf<GateContext['hardStop']>().not.toBeNullable()
  expectTypeOf<HardStop>().toExtend<GateContext['hardStop']>()
})
