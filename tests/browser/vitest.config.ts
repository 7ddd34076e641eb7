/** The built package in a real browser. `tests/browser/chromium.ts` says where one is looked for. */
import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      {
        find: /^hip3-executor\/testing$/,
        replacement: fileURLToPath(new URL('../../src/testing/index.ts', import.meta.url)),
      },
    ],
  },
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.browser.ts'],
    // A browser takes its time to start on a busy machine; nothing here waits for time to pass.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

export default config
