/**
 * The order in which the actions of one block are executed, which is not the order in which they came: first those
 * that take nothing from the book, then cancels, then those with at least one order that may. So a cancel and a
 * post-only quote overtake a taker that was sent before them, and one Gtc demotes its whole batch.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/hypercore/order-book
 */
import type { Clock } from '../../ports.js'
import type { Action, OrderWire } from './actions.js'
import type { UserAction } from './user-actions.js'

export type Blocks = {
  /** Executes an action when its block ends. What `execute` returns is called when all of the block is executed. */
  add(action: Action | UserAction, execute: () => () => void): void
  /** Settles when every action that has been added so far is executed. */
  idle(): Promise<void>
}

type BlocksOptions = {
  readonly clock: Pick<Clock, 'monotonic' | 'schedule'>
  /** Length of a block; with 0 every action is a block of its own and executed in the call. */
  readonly blockMs: number
  /** The block is over and everybody in it has been answered. */
  readonly onEnd: () => void
}

type Entry = {
  readonly lane: number
  readonly priority: number
  readonly execute: () => () => void
}

/** @throws {RangeError} when the length is not a whole number of milliseconds */
export function createBlocks({ clock, blockMs, onEnd }: BlocksOptions): Blocks {
  if (!Number.isInteger(blockMs) || blockMs < 0) {
    throw new RangeError(`blockMs: expected a whole number of milliseconds, got ${blockMs}`)
  }
  let block: Entry[] = []
  let ended: Promise<void> = Promise.resolve()

  function run(entries: readonly Entry[]): void {
    const answers = entries.map(({ execute }) => execute())
    for (const answer of answers) answer()
    onEnd()
  }

  /** Blocks end at whole multiples of their length, wherever in one the first action came. */
  function open(): void {
    ended = new Promise((resolve) => {
      clock.schedule(
        () => {
          const entries = block
          block = []
          run(entries.sort((a, b) => a.lane - b.lane || b.priority - a.priority))
          resolve()
        },
        blockMs - (clock.monotonic() % blockMs),
      )
    })
  }

  return {
    add(action, execute) {
      const entry: Entry = { lane: laneOf(action), priority: priorityOf(action), execute }
      if (blockMs === 0) {
        run([entry])
        return
      }
      if (block.length === 0) open()
      block.push(entry)
    },
    idle: () => ended,
  }
}

const QUOTES = 1
const CANCELS = 2
const TAKERS = 3

/** Modifies count as what they place. */
function laneOf(action: Action | UserAction): number {
  switch (action.type) {
    case 'cancel':
    case 'cancelByCloid':
      return CANCELS
    case 'order':
      return action.orders.some(mayTake) ? TAKERS : QUOTES
    case 'modify':
      return mayTake(action.order) ? TAKERS : QUOTES
    case 'batchModify':
      return action.modifies.some(({ order }) => mayTake(order)) ? TAKERS : QUOTES
    default:
      return QUOTES
  }
}

const mayTake = ({ t }: OrderWire): boolean => 'limit' in t && t.limit.tif !== 'Alo'

/** Whoever pays more goes first among the actions of one lane. */
function priorityOf(action: Action | UserAction): number {
  return action.type === 'order' && typeof action.grouping === 'object' ? action.grouping.p : 0
}
