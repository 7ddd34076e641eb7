/** Plays a failing plan again with less and less of it, as long as it fails in the same way. */
import type { Incident, Plan } from './plan.js'
import { type Played, play } from './play.js'
import type { ViolationKind } from './verdict.js'

/** @param patience how many plays it may take */
export async function minimise(failed: Played, patience: number): Promise<Played> {
  const kind = failed.violations[0]?.kind
  if (kind === undefined) return failed
  let best = failed
  let left = patience

  async function fails(plan: Plan): Promise<boolean> {
    if (left === 0) return false
    left -= 1
    const played = await play(plan)
    if (!has(played, kind)) return false
    best = played
    return true
  }

  for (
    let size = Math.ceil(best.plan.incidents.length / 2);
    size >= 1 && left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < best.plan.incidents.length && left > 0; ) {
      if (!(await fails({ ...best.plan, incidents: without(best.plan.incidents, from, size) }))) from += size
    }
  }
  for (let cut = best.plan.steps >> 1; cut >= 1 && left > 0; ) {
    const steps = best.plan.steps - cut
    if (!(await fails({ ...best.plan, steps }))) cut >>= 1
    else cut = Math.min(cut, best.plan.steps >> 1)
  }
  return best
}

const has = ({ violations }: Played, kind: ViolationKind | undefined): boolean =>
  violations.some((violation) => violation.kind === kind)

const without = (incidents: readonly Incident[], from: number, size: number): readonly Incident[] => [
  ...incidents.slice(0, from),
  ...incidents.slice(from + size),
]
