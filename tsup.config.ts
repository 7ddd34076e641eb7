import { defineConfig } from 'tsup'

const entries = {
  index: 'src/index.ts',
  signing: 'src/signing.ts',
  testing: 'src/testing/index.ts',
}

// A module that imports a third-party package is a file of its own in the build, so that the bundler of a bot that
// uses one part drops the others together with their packages.
const withDependencies = [
  'src/io/local-signer.ts',
  'src/io/nanoid-ids.ts',
  'src/io/ws-sender.ts',
  'src/model/decimal.ts',
  'src/model/guards.ts',
  'src/model/market.ts',
  'src/wire/intent-id.ts',
  'src/wire/l1-hash.ts',
  'src/wire/msgpack.ts',
]

// The stand-alone exchange: a command, not an import.
const commands = { cli: 'src/testing/cli.ts' }

export default defineConfig({
  entry: { ...entries, ...commands, ...Object.fromEntries(withDependencies.map((file) => [file.slice(4, -3), file])) },
  format: ['esm', 'cjs'],
  dts: { entry: entries },
  clean: true,
  splitting: true,
  treeshake: true,
  target: 'es2022',
  platform: 'neutral',
})
