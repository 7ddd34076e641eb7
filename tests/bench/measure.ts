/**
 * Comparing costs on a machine that is doing other things as well.
 *
 * All cases run in one process in alternating blocks, the order turning with every round, so that whatever slows one
 * block down soon slows the others too. A ratio is taken within each round and the median of these is the result; a
 * block that was interrupted spoils one ratio out of many.
 */

/** Runs one block and returns what each of its calls took, in microseconds. */
export type Block = (round: number) => Promise<readonly number[]> | readonly number[]

export type Measured = {
  /** Of all calls, in microseconds. */
  readonly median: number
  readonly p99: number
  readonly calls: number
  /** The median of each round, in the order of rounds. */
  readonly rounds: readonly number[]
}

export async function interleave<K extends string>(
  blocks: Readonly<Record<K, Block>>,
  options: { readonly rounds: number; readonly warmUp: number },
): Promise<Record<K, Measured>> {
  const names = Object.keys(blocks) as K[]
  const calls = new Map<K, number[]>(names.map((name) => [name, []]))
  const rounds = new Map<K, number[]>(names.map((name) => [name, []]))
  for (let round = -options.warmUp; round < options.rounds; round++) {
    const turn = ((round % names.length) + names.length) % names.length
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const took = await blocks[name](round)
      if (round < 0) continue
      calls.get(name)?.push(...took)
      rounds.get(name)?.push(quantile(took, 0.5))
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, summary(calls.get(name) ?? [], rounds.get(name) ?? [])]),
  ) as Record<K, Measured>
}

function summary(calls: readonly number[], rounds: readonly number[]): Measured {
  return { median: quantile(calls, 0.5), p99: quantile(calls, 0.99), calls: calls.length, rounds }
}

/** How many times as long `one` takes as `other`: the median of the ratios within each round. */
export function ratio(one: Measured, other: Measured): number {
  return quantile(
    one.rounds.map((value, round) => value / (other.rounds[round] ?? Number.NaN)),
    0.5,
  )
}

/** The same of the slowest hundredth, over all rounds. */
export const p99Ratio = (one: Measured, other: Measured): number => one.p99 / other.p99

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Microseconds until a call has settled. */
export async function timedUntil(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await call()
  return (performance.now() - start) * 1_000
}

/** Microseconds of processor time, all threads of a process. */
export const cpuUs = ({ user, system }: NodeJS.CpuUsage): number => user + system
