import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url))

describe('every example', { timeout: 60_000 }, () => {
  for (const file of readdirSync(`${root}/examples`)) {
    it(`${file} runs to its end without a word of complaint`, async () => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [tsx, `examples/${file}`], { cwd: root })
      expect(stdout).not.toBe('')
      expect(stderr).toBe('')
    })
  }
})
