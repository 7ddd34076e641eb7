/** `hip3-executor/node`: what needs files. Named re-exports, no logic. */
export {
  createFileJournal,
  type FileJournal,
  type FileJournalOptions,
} from './io/node/file-journal.js'
export { createEnvSigner, createKeyFileSigner } from './io/node/key-signers.js'
export type { SalvageReport } from './io/node/salvage.js'
export type { Durability } from './io/node/segment-store.js'
