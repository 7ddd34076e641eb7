/** Choices from one seed. Each actor throws dice of its own, so that leaving one out changes nothing for the others. */
import { createRandom, type Random, scramble } from '../../src/testing/seeded.js'

export type Dice = Random & {
  chance(probability: number): boolean
  /** @throws {RangeError} when there is nothing to choose from */
  pick<T>(from: readonly T[]): T
  /** Dice of the same seed for somebody else. */
  of(name: string): Dice
}

const CHANCES = 1_000_000

export function createDice(seed: number): Dice {
  const random = createRandom(seed)
  return {
    ...random,
    chance: (probability) => random.integer(1, CHANCES) <= probability * CHANCES,
    pick(from) {
      if (from.length === 0) throw new RangeError('from: expected at least one choice')
      return from[random.integer(0, from.length - 1)] as (typeof from)[number]
    },
    of: (name) => createDice([...name].reduce((sum, letter) => scramble(sum ^ letter.charCodeAt(0)), scramble(seed))),
  }
}
