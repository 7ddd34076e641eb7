import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { built, manifest, ROOT } from './dist.js'

const run = promisify(execFile)
const LIMIT_MS = 60_000

/** A stranger's project: the packed tarball, unpacked, and beside it what its package.json says it needs. Nothing else. */
let project: string
let packed: readonly string[]

beforeAll(async () => {
  built('.', 'import')
  project = await mkdtemp(join(tmpdir(), 'hip3-executor-'))
  const home = join(project, 'node_modules', manifest.name)
  await mkdir(home, { recursive: true })
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: ROOT,
  })
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  packed = files.map(({ path }) => path)
  await run('tar', ['-xzf', join(project, filename), '-C', home, '--strip-components', '1'])
  for (const name of Object.keys(manifest.dependencies)) {
    const place = join(project, 'node_modules', name)
    await mkdir(dirname(place), { recursive: true })
    await symlink(join(ROOT, 'node_modules', name), place)
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')
}, LIMIT_MS)

afterAll(() => rm(project, { recursive: true, force: true }))

describe('the packed tarball', { timeout: LIMIT_MS }, () => {
  it('holds the built package and its papers, and nothing else', () => {
    const others = packed.filter((path) => !path.startsWith('dist/'))
    expect(others).toEqual(expect.arrayContaining(['LICENSE', 'package.json']))
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']
    expect(others.filter((path) => !papers.includes(path))).toStrictEqual([])
    expect(packed.filter((path) => !others.includes(path) && !/\.(js|cjs|d\.ts|d\.cts)$/.test(path))).toStrictEqual([])
  })

  it('compiles and runs the quickstart as an ES module', async () => {
    await cp(join(ROOT, 'examples/quickstart.ts'), join(project, 'quickstart.ts'))
    expect(compile(join(project, 'quickstart.ts'))).toStrictEqual([])
    const { stdout } = await run(process.execPath, [join(project, 'quickstart.js')], { timeout: LIMIT_MS })
    expect(stdout).toContain('Done:')
  })

  it('trades by require too', async () => {
    await writeFile(join(project, 'bot.cjs'), CJS_BOT)
    const { stdout } = await run(process.execPath, [join(project, 'bot.cjs')], { timeout: LIMIT_MS })
    expect(JSON.parse(stdout)).toStrictEqual({ status: 'filled', size: '1', digest: 66 })
  })
})

/** Type-checks one file against the package in `node_modules` and writes its JavaScript beside it. */
function compile(path: string): readonly string[] {
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipDefaultLibCheck: true,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    types: ['node'],
  })
  program.emit()
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

const CJS_BOT = `
const { createExecutor, createLocalSigner, createWsSender, standardGates } = require('hip3-executor')
const { l1ActionHash, l1Digest } = require('hip3-executor/signing')
const { createSimExchange } = require('hip3-executor/testing')

async function main() {
  const account = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
  const signer = createLocalSigner('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')
  const exchange = createSimExchange()
  const { wsUrl } = await exchange.start()
  exchange.account(account).deposit('10000').approveAgent(signer.address, { name: 'bot' })
  const executor = createExecutor({
    account,
    signer,
    transport: createWsSender({ network: 'testnet', url: wsUrl }),
    markets: ['xyz:NVDA'],
    gates: standardGates({ maxNotionalPerMarket: '300', maxNotionalTotal: '300', maxConcurrentPositions: 1 }),
  })
  await executor.start()
  const price = exchange.market('xyz:NVDA').bestAsk()
  const order = executor.submit({ market: 'xyz:NVDA', side: 'buy', size: '1', price, timeInForce: 'ioc' })
  const { status } = await order.outcome
  const digest = l1Digest(l1ActionHash({ type: 'noop' }, { nonce: 1 }), 'testnet').length
  await executor.close()
  await exchange.stop()
  console.log(JSON.stringify({ status, size: exchange.record.position(account, 'xyz:NVDA').size, digest }))
}
main()
`
