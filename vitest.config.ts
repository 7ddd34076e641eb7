import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^hip3-executor$/, replacement: source('./src/index.ts') },
      { find: /^hip3-executor\/signing$/, replacement: source('./src/signing.ts') },
      { find: /^hip3-executor\/native$/, replacement: source('./src/native.ts') },
      { find: /^hip3-executor\/wasm$/, replacement: source('./src/wasm.ts') },
      { find: /^hip3-executor\/node$/, replacement: source('./src/node.ts') },
      { find: /^hip3-executor\/testing$/, replacement: source('./src/testing/index.ts') },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    // Thousands of random cases take their time on a busy machine; what hangs still fails.
    testTimeout: 30_000,
    typecheck: { enabled: true, include: ['tests/**/*.test-d.ts'], ignoreSourceErrors: true },
  },
})
