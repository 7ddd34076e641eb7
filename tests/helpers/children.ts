/** Programs that run in a process of their own, because a test wants to kill them. Bundled first: that starts faster. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { temporaryDirectory } from './file-journals.js'

export type Child = {
  readonly process: ChildProcess
  say(line: string): void
  /** The next line it prints. Rejects when there will be none. */
  heard(): Promise<string>
  /** Kills it with SIGKILL, and tells what it had still printed. */
  kill(): Promise<readonly string[]>
}

export type Program = (...args: readonly string[]) => Child

/**
 * @param source path of the program below `tests/`
 * @param launcher what to start it with; `node` when left out
 */
export async function program(source: string): Promise<Program> {
  const outfile = await bundled(source)
  return (...args) => started(spawn(process.execPath, [outfile, ...args], { stdio: ['pipe', 'pipe', 'inherit'] }))
}

/** The program as one file of JavaScript. */
export async function bundled(source: string): Promise<string> {
  const outfile = join(await temporaryDirectory(), 'program.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL(`../${source}`, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Packages in CommonJS ask for Node's own modules by `require`.
    banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
    outfile,
    logLevel: 'error',
  })
  return outfile
}

function started(child: ChildProcess): Child {
  const lines: string[] = []
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const next = waiting.shift()
      if (next === undefined) lines.push(part)
      else next.resolve(part)
    }
  })
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      for (const { reject } of waiting.splice(0)) reject(new Error(`the child ended with ${child.exitCode}`))
      resolve()
    })
  })
  return {
    process: child,
    say: (line) => child.stdin?.write(`${line}\n`),
    heard() {
      const line = lines.shift()
      if (line !== undefined) return Promise.resolve(line)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
      return lines.splice(0)
    },
  }
}
