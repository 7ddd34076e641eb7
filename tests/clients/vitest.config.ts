/** The clients use a global WebSocket, which Node 20 has behind a flag. */
import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const [major = 0] = process.versions.node.split('.').map(Number)

const config: ViteUserConfig = defineConfig({
  resolve: {
    alias: [
      { find: /^hip3-executor$/, replacement: fileURLToPath(new URL('../../src/index.ts', import.meta.url)) },
      {
        find: /^hip3-executor\/testing$/,
        replacement: fileURLToPath(new URL('../../src/testing/index.ts', import.meta.url)),
      },
    ],
  },
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.client.ts'],
    pool: 'forks',
    // Room for a busy machine; nothing here waits for time to pass.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    execArgv: major < 22 ? ['--experimental-websocket'] : [],
  },
})

export default config
