import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { built, ENTRIES, type Format } from './dist.js'

/**
 * Runs in a process of its own: loads one module and tells what that left behind. The hook sees what is created even if it
 * is gone, closed or unref'd by the time anybody looks.
 */
const PROBE = `
  import { createHook } from 'node:async_hooks'
  import { createRequire } from 'node:module'
  const [path, format] = process.argv.slice(1)
  const created = []
  const look = () => ({ globals: Reflect.ownKeys(globalThis), listeners: process.eventNames() })
  // Newer Nodes open the standard streams and set a global when these modules of their own are imported.
  await Promise.all(['node:util', 'node:http'].map((name) => import(name)))
  const before = look()
  const activeBefore = process.getActiveResourcesInfo()
  createHook({ init: (_id, type) => created.push(type) }).enable()
  if (format === 'require') createRequire(import.meta.url)(path)
  else await import(path)
  const after = look()
  // What the module loader itself still has to close is not ours.
  const active = process.getActiveResourcesInfo().filter((type) => !/^(FSReq|CloseReq|FileHandle)/.test(type))
  for (const type of activeBefore) if (active.includes(type)) active.splice(active.indexOf(type), 1)
  console.log(JSON.stringify({
    active,
    created: created.filter((type) => /timeout|immediate|wrap|worker|fsevent/i.test(type)),
    globals: after.globals.filter((name) => !before.globals.includes(name)).map(String),
    listeners: after.listeners.filter((name) => !before.listeners.includes(name)).map(String),
  }))`

const NOTHING = { active: [], created: [], globals: [], listeners: [] }

async function probe(path: string, format: Format): Promise<unknown> {
  // A process that does not end by itself is killed, and the promise rejects.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', PROBE, path, format],
    { timeout: 30_000, killSignal: 'SIGKILL', env: { ...process.env, NODE_OPTIONS: '' } },
  )
  return JSON.parse(stdout)
}

const copies = ENTRIES.flatMap((entry) => (['import', 'require'] as const).map((format) => [entry, format] as const))

it.each(copies)(
  'loading %s by %s leaves no handle, timer, listener or global, and lets the process end',
  {
    timeout: 60_000,
  },
  async (entry, format) => {
    const path = built(entry, format)
    expect(await probe(format === 'import' ? pathToFileURL(path).href : path, format)).toStrictEqual(NOTHING)
  },
)

it('the probe sees a timer that nothing waits for, a socket and a global', { timeout: 60_000 }, async () => {
  const source = `
    import { createSocket } from 'node:dgram'
    globalThis.leak = setInterval(() => {}, 1_000).unref()
    createSocket('udp4').unref()
    process.on('unhandledRejection', () => {})`
  const seen = await probe(`data:text/javascript,${encodeURIComponent(source)}`, 'import')
  expect(seen).toMatchObject({ globals: ['leak'], listeners: ['unhandledRejection'] })
  expect((seen as typeof NOTHING).created).toEqual(expect.arrayContaining(['Timeout', 'UDPWRAP']))
})
