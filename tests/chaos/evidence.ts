/** Writes down a run that went wrong: the plan that plays it again, what was violated, and all that was said about it. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Played, play } from './play.js'

/** @returns the file, which `--plan` takes */
export async function writeEvidence(failed: Played): Promise<string> {
  const subjects = [...new Set(failed.violations.slice(0, 5).map(({ subject }) => subject))]
  // The same plan is the same run, so what was not kept the first time is said again.
  const again = await play(failed.plan, subjects)
  const file = join(mkdtempSync(join(tmpdir(), 'chaos-')), `seed-${failed.plan.seed}.json`)
  const { plan, violations, history, journal } = again
  writeFileSync(file, `${JSON.stringify({ plan, violations, history, journal }, undefined, 1)}\n`)
  return file
}
