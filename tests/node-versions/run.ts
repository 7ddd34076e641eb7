/**
 * `npm run test:node -- 22 24`: the whole suite, and both formats of the built package with it, on these versions of Node.
 * Their binaries come from the npm package `node`, installed from this folder's own lockfile.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const ROOT = path('../..')

function run(command: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function install(): void {
  const installed = path('./node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(path('./package-lock.json')).mtimeMs) return
  // The package `node` fetches the binary of this platform in its install script.
  run('npm', ['ci', '--no-audit', '--no-fund', '--foreground-scripts'], path('.'))
}

const isVersion = (word: string): boolean => /^\d+$/.test(word)
const words = process.argv.slice(2)
const versions = words.filter(isVersion)
if (versions.length === 0) throw new RangeError('say which versions: 20, 22, 24')
install()
for (const version of versions) {
  const node = path(`./node_modules/node-${version}/bin/node`)
  run(node, ['--version'], ROOT)
  run(node, ['node_modules/vitest/vitest.mjs', 'run', ...words.filter((word) => !isVersion(word))], ROOT)
}
