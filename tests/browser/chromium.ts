/** A page in headless Chromium that runs the bot of `page.ts`, bundled from the built package as a user's bundler would do it. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type Browser, chromium } from 'playwright-core'
import { built } from '../package/dist.js'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export async function launch(): Promise<Browser> {
  const executablePath = [process.env['CHROMIUM'], ...PLACES].find((path) => path !== undefined && existsSync(path))
  if (executablePath === undefined) throw new Error('no Chromium found; install one, or name it in CHROMIUM')
  return chromium.launch({
    executablePath,
    // What Chromium asks of the network by itself has no business in a test; its sandbox does not work for root.
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  })
}

/** Serves the page. @returns its URL, and what ends it */
export async function serve(): Promise<{ readonly url: string; stop(): void }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    // The package as it is published, not its source.
    alias: { 'hip3-executor': built('.', 'import') },
    tsconfigRaw: {},
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  })
  const script = outputFiles[0]?.text ?? ''
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>bot</title><script>${script.replaceAll('</script', '<\\/script')}</script>`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, stop: () => server.close() }
}
