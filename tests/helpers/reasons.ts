/** The list of reasons with its meanings, which are comments and so only in the source. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { DENIED_REASONS, REJECTED_REASONS } from '../../src/model/reasons.js'

export type Reason = { readonly code: string; readonly benign: boolean; readonly meaning: string }

const path = new URL('../../src/model/reasons.ts', import.meta.url)
const source = ts.createSourceFile('reasons.ts', readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true)
const meanings = new Map<string, string>()

function collect(node: ts.Node): void {
  if (ts.isPropertyAssignment(node)) {
    const [doc] = ts.getJSDocCommentsAndTags(node)
    const meaning = ts.getTextOfJSDocComment(doc?.comment)
    if (meaning !== undefined) meanings.set(node.name.getText(source), meaning)
  }
  ts.forEachChild(node, collect)
}
collect(source)

const listOf = (reasons: Readonly<Record<string, { readonly benign: boolean }>>): readonly Reason[] =>
  Object.entries(reasons).map(([code, { benign }]) => ({ code, benign, meaning: meanings.get(code) ?? '' }))

export const DENIED: readonly Reason[] = listOf(DENIED_REASONS)
export const REJECTED: readonly Reason[] = listOf(REJECTED_REASONS)
