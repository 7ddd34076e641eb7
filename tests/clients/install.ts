/** Installs the clients of this folder, unless what is there is newer than the lockfile. */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export function installPeers(): void {
  const installed = path('./node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(path('./package-lock.json')).mtimeMs) return
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: path('.'),
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
