/**
 * `npm run test:clients`: clients that nobody here wrote trade on the simulated exchange. They are installed from this
 * folder's own lockfile when that has not been done yet, so that the library's dependencies stay its own.
 */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPeers } from './install.js'

const here = dirname(fileURLToPath(import.meta.url))

function run(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: here, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

installPeers()
// The library's own type check leaves these folders out, because it can be run before the clients are installed.
run('npx', 'tsc', '--noEmit', '--project', here)
run('npx', 'tsc', '--noEmit', '--project', join(here, '../bench'))
run('npx', 'vitest', 'run', '--config', `${here}/vitest.config.ts`, ...process.argv.slice(2))
