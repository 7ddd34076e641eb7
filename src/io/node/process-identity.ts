/**
 * Which process somebody is, so that another one can tell whether it still lives. A process id alone does not say: ids
 * are used again, in a container every time. On Linux the time a process was started tells two of them apart.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export type ProcessIdentity = {
  readonly pid: number
  readonly host: string
  /** The boot of the machine and the tick of the start, where the system tells them. */
  readonly started: string | undefined
}

export function thisProcess(): ProcessIdentity {
  const { pid } = process
  return { pid, host: hostname(), started: look(pid)?.started }
}

/** Whether it can be proven from here that the process has ended. */
export function isDead({ pid, host, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return false
  if (!exists(pid)) return true
  const seen = look(pid)
  if (seen === undefined) return false
  return seen.isZombie || (started !== undefined && started !== seen.started)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Whoever may not be signalled is alive.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

const STATE = 0
const START_TICK = 19

function look(pid: number): { readonly started: string; readonly isZombie: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the program stands in brackets and may hold anything, brackets and spaces too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    const state = fields[STATE]
    return { started: `${boot}/${fields[START_TICK]}`, isZombie: state === 'Z' || state === 'X' }
  } catch {
    return undefined
  }
}
