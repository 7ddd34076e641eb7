/** `fetch` to a simulated exchange in the same process: HTTP without a network, for tests under a manual clock. */
import type { SimExchange } from 'hip3-executor/testing'

export type SimFetch = typeof fetch & {
  /** What becomes of a request. Default: `answer`. `loseAnswer` executes it. */
  fate: 'answer' | 'loseRequest' | 'loseAnswer' | 'hang'
  /** Bodies of `POST /exchange`, oldest first. */
  readonly actions: readonly { readonly action: { readonly type: string } }[]
}

export function createSimFetch(exchange: SimExchange): SimFetch {
  const actions: { readonly action: { readonly type: string } }[] = []
  const run = async (url: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> => {
    const payload: unknown = JSON.parse(String(init?.body))
    const { pathname } = new URL(String(url))
    if (pathname === '/exchange') actions.push(payload as (typeof actions)[number])
    if (simFetch.fate === 'loseRequest') throw new TypeError('fetch failed')
    const reply =
      pathname === '/info'
        ? exchange.handleInfo(payload)
        : await new Promise<ReturnType<SimExchange['handleInfo']>>((answer) => exchange.handleExchange(payload, answer))
    if (simFetch.fate === 'loseAnswer') throw new TypeError('fetch failed')
    if (simFetch.fate === 'hang') return new Promise(() => {})
    return new Response('body' in reply ? JSON.stringify(reply.body) : reply.text, { status: reply.httpStatus })
  }
  const simFetch: SimFetch = Object.assign(run, { fate: 'answer' as SimFetch['fate'], actions })
  return simFetch
}
