/**
 * Shares one `fdatasync` between everybody who waits for one. Who asks while one is running takes part in the next:
 * a sync proves only what was written before it began.
 */

export type GroupCommit = {
  /** Settles with a sync that has begun after this call. */
  wait(): Promise<void>
  /** No new sync begins until `release`. Settles when none is running. */
  hold(): Promise<void>
  release(): void
  /** Settles when nobody waits any more. */
  drained(): Promise<void>
}

export function createGroupCommit(sync: () => Promise<void>): GroupCommit {
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  let held: Hold | undefined

  async function begin(): Promise<void> {
    // At least until the end of the turn, so that everything of one turn shares a sync.
    await idle()
    while (held !== undefined) await held.released
    next = undefined
    running = sync()
    await running
  }

  const idle = (): Promise<void> => running.catch(() => {})

  return {
    wait() {
      next ??= begin()
      return next
    },
    hold() {
      held ??= createHold()
      return idle()
    },
    release() {
      held?.release()
      held = undefined
    },
    async drained() {
      while (next !== undefined) await next.catch(() => {})
      await idle()
    },
  }
}

type Hold = { readonly released: Promise<void>; readonly release: () => void }

function createHold(): Hold {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  return { released, release: () => release() }
}
