/**
 * The walls of the house, and a checker that reads source text with the TypeScript compiler and reports who climbs one.
 *
 * Names are resolved by the type checker, so that a local variable called `process` is not taken for the global one, and
 * a global stays one under an alias of `globalThis`. Packages are deliberately not resolved: only our own files matter.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** What a room may take from the world without importing it, each including the one before. */
type Ambient =
  /** The language alone: no clock, no chance, no I/O. */
  | 'language'
  /** What Node and browsers share: timers, sockets, `crypto`, `console`. */
  | 'web'
  /** Node. */
  | 'node'

type Room = {
  /** Whose files it may import, itself apart. A room with a slash behind it stands for the rooms inside it. */
  readonly imports?: readonly string[]
  /** Of whom it may import types only. */
  readonly types?: readonly string[]
  readonly packages?: readonly string[]
  readonly ambient: Ambient
  /** Re-exports and nothing else. */
  readonly isDoor?: true
}

const PORTS = ['ports', 'errors', 'events']

/** Longest path first: a file belongs to the first room that its path begins with. */
const ROOMS: Readonly<Record<string, Room>> = {
  'testing/sim-exchange/server': { imports: ['testing'], packages: ['node:http', 'node:net', 'ws'], ambient: 'node' },
  'testing/sim-exchange/system-clock': { imports: ['testing'], types: ['ports'], ambient: 'web' },
  'testing/cli': { imports: ['testing'], types: ['model'], packages: ['node:util'], ambient: 'node' },
  'testing/index': { imports: ['testing'], ambient: 'language', isDoor: true },
  testing: {
    imports: ['model', 'wire', 'testing/'],
    types: ['ports', 'errors'],
    packages: ['viem/utils', '@noble/curves/secp256k1', '@noble/curves/abstract/modular'],
    ambient: 'language',
  },
  model: { packages: ['big.js'], ambient: 'language' },
  control: { imports: ['model', ...PORTS], ambient: 'language' },
  wire: { imports: ['model'], types: ['ports'], packages: ['msgpackr/pack', 'viem/utils'], ambient: 'language' },
  pipeline: { imports: ['control', 'wire', 'model', ...PORTS], types: ['executor', 'options'], ambient: 'language' },
  'io/node': { imports: ['model', 'wire', 'io', ...PORTS], packages: ['node:*'], ambient: 'node' },
  // What needs a package that few have, each behind a door of its own.
  'io/native-secp256k1': {
    imports: ['errors'],
    types: ['io'],
    packages: ['secp256k1/bindings.js'],
    ambient: 'language',
  },
  'io/wasm-keccak256': { imports: ['errors'], types: ['ports'], packages: ['hash-wasm'], ambient: 'language' },
  io: {
    imports: ['model', 'wire', ...PORTS],
    packages: [
      'isomorphic-ws',
      'nanoid',
      'viem/utils',
      '@noble/curves/secp256k1',
      '@noble/curves/abstract/modular',
      '@noble/hashes/hmac',
      '@noble/hashes/sha2',
    ],
    ambient: 'web',
  },
  'create-executor': {
    imports: ['pipeline', 'control', 'wire', 'io', 'model', ...PORTS],
    types: ['executor', 'options'],
    ambient: 'language',
  },
  options: { types: ['control', 'model', 'ports'], ambient: 'language' },
  executor: { types: ['control', 'model', ...PORTS], ambient: 'language' },
  events: { imports: ['errors'], types: ['ports'], ambient: 'web' },
  errors: { ambient: 'language' },
  ports: { types: ['model'], ambient: 'language' },
  index: {
    imports: ['create-executor', 'control', 'io', 'wire', 'model', ...PORTS],
    types: ['executor', 'options'],
    ambient: 'language',
    isDoor: true,
  },
  native: { imports: ['io/native-secp256k1'], types: ['io'], ambient: 'language', isDoor: true },
  wasm: { imports: ['io/wasm-keccak256'], types: ['ports'], ambient: 'language', isDoor: true },
  node: { imports: ['io/node'], ambient: 'language', isDoor: true },
  signing: { imports: ['io', 'wire'], types: ['model', 'ports'], ambient: 'language', isDoor: true },
}

/** Part of the language, and yet a clock, chance, or a way around this checker. */
const NOT_PURE = new Set(['Date', 'globalThis', 'eval', 'Function'])

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Every file under `src/`, by its path there. */
export function readSources(): ReadonlyMap<string, string> {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  return new Map(
    files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file.replaceAll('\\', '/'), readFileSync(join(ROOT, 'src', file), 'utf8')]),
  )
}

/** One line per breach: `control/x.ts:3 imports io/y.ts`. */
export function findViolations(sources: ReadonlyMap<string, string>): readonly string[] {
  const program = createProgram(sources)
  const checker = program.getTypeChecker()
  return [...sources.keys()].sort().flatMap((path) => {
    const file = program.getSourceFile(virtual(path))
    const roomName = roomOf(path)
    const room = roomName === undefined ? undefined : ROOMS[roomName]
    if (file === undefined || roomName === undefined || room === undefined) return [`${path} belongs to no room`]
    const found: string[] = []
    const report = (node: ts.Node, what: string): void => {
      found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1} ${what}`)
    }
    if (room.isDoor) checkDoor(file, report)
    const visit = (node: ts.Node): void => {
      const imported = importOf(node)
      if (imported !== undefined) {
        const problem = importProblem(path, roomName, room, imported)
        if (problem !== undefined) report(node, problem)
      }
      if (ts.isIdentifier(node)) {
        const used = ambientUse(node, room.ambient, checker)
        if (used !== undefined) report(node, `uses ${used}`)
      }
      ts.forEachChild(node, visit)
    }
    visit(file)
    return found
  })
}

type Import = { readonly specifier: string | undefined; readonly isType: boolean }

/** Every way in which one module can name another. */
function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause
    const named = clause?.namedBindings
    const areAllTypes = named !== undefined && ts.isNamedImports(named) && named.elements.every((e) => e.isTypeOnly)
    const isType = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || (clause?.name === undefined && areAllTypes)
    return { specifier: textOf(node.moduleSpecifier), isType }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const named = node.exportClause
    const areAllTypes = named !== undefined && ts.isNamedExports(named) && named.elements.every((e) => e.isTypeOnly)
    return { specifier: textOf(node.moduleSpecifier), isType: node.isTypeOnly || areAllTypes }
  }
  if (ts.isImportTypeNode(node)) {
    return { specifier: ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined, isType: true }
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return { specifier: textOf(node.moduleReference.expression), isType: node.isTypeOnly }
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { specifier: textOf(node.arguments[0]), isType: false }
  }
  return undefined
}

const textOf = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined

function importProblem(path: string, roomName: string, room: Room, { specifier, isType }: Import): string | undefined {
  if (specifier === undefined) return 'imports what cannot be read'
  if (!specifier.startsWith('.')) {
    const isAllowed = (room.packages ?? []).some((name) =>
      name.endsWith('*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name,
    )
    return isAllowed ? undefined : `imports ${specifier}`
  }
  const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
  const targetRoom = roomOf(target)
  const isAmong = (names: readonly string[] = []): boolean =>
    targetRoom !== undefined &&
    names.some((name) => targetRoom === name || (name.endsWith('/') && targetRoom.startsWith(name)))
  if (targetRoom === roomName || isAmong(room.imports) || (isType && isAmong(room.types))) return undefined
  return isAmong(room.types) ? `imports more than types from ${target}` : `imports ${target}`
}

function roomOf(path: string): string | undefined {
  const name = path.replace(/\.ts$/, '')
  return Object.keys(ROOMS).find((room) => name === room || name.startsWith(`${room}/`))
}

function checkDoor(file: ts.SourceFile, report: (node: ts.Node, what: string) => void): void {
  for (const statement of file.statements) {
    const isNamedReExport =
      ts.isExportDeclaration(statement) &&
      statement.moduleSpecifier !== undefined &&
      statement.exportClause !== undefined &&
      ts.isNamedExports(statement.exportClause)
    if (!isNamedReExport) report(statement, 'is not a named re-export')
  }
}

/** The global that an identifier stands for, when the room may not use it. */
function ambientUse(node: ts.Identifier, allowed: Ambient, checker: ts.TypeChecker): string | undefined {
  const { parent } = node
  const isMember =
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  if (isMember || ts.isPartOfTypeNode(node)) return undefined
  const symbol = ts.isShorthandPropertyAssignment(parent)
    ? checker.getShorthandAssignmentValueSymbol(parent)
    : checker.getSymbolAtLocation(node)
  const kind = symbol === undefined ? undefined : kindOf(symbol)
  if (kind === undefined) return undefined
  const isPure = kind === 'language' && !NOT_PURE.has(node.text) && !(node.text === 'Math' && mayBeRandom(parent))
  const needed = kind === 'language' && !isPure ? 'web' : kind
  return LEVELS.indexOf(needed) > LEVELS.indexOf(allowed) ? node.text : undefined
}

const LEVELS: readonly Ambient[] = ['language', 'web', 'node']

const mayBeRandom = (use: ts.Node): boolean => !ts.isPropertyAccessExpression(use) || use.name.text === 'random'

/** Where a global comes from; `undefined` when it is not a global. */
function kindOf(symbol: ts.Symbol): Ambient | undefined {
  const files = (symbol.declarations ?? []).map((declaration) => declaration.getSourceFile().fileName)
  if (files.length === 0) return symbol.name === 'globalThis' ? 'language' : undefined
  if (files.some((file) => file.startsWith(VIRTUAL_ROOT))) return undefined
  if (files.some((file) => /\/lib\.(es|decorators)[^/]*$/.test(file))) return 'language'
  return files.some((file) => /\/lib\.[^/]*$/.test(file)) ? 'web' : 'node'
}

const VIRTUAL_ROOT = '/sources of hip3-executor/'
const virtual = (path: string): string => `${VIRTUAL_ROOT}${path}`

/** The declarations of the language, of the web and of Node: half a second to read, and the same for every program. */
const libraries = new Map<string, ts.SourceFile | undefined>()

function createProgram(sources: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT)
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  host.getSourceFile = (name, target) => {
    const text = name.startsWith(VIRTUAL_ROOT) ? sources.get(name.slice(VIRTUAL_ROOT.length)) : undefined
    if (text !== undefined) return ts.createSourceFile(name, text, target, true)
    if (!libraries.has(name)) libraries.set(name, getSourceFile(name, target))
    return libraries.get(name)
  }
  host.resolveModuleNameLiterals = (literals) => literals.map(() => ({ resolvedModule: undefined }))
  return ts.createProgram({ rootNames: [...sources.keys()].map(virtual), options, host })
}
