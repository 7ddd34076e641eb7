import { defineConfig } from 'tsup'

export default defineConfig({
  // Every module that imports a third-party package is an entry of its own: a bundler can then
  // drop it whole, and a bot that uses one part does not ship the others' dependencies.
  entry: {
    index: 'src/index.ts',
    signing: 'src/signing.ts',
    testing: 'src/testing/index.ts',
  },
  format: ['esm', 'cjs'],
  dts: true,
  clean: true,
  splitting: true,
  treeshake: true,
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
})
