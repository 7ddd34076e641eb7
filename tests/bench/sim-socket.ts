/** A hundred real connections to an exchange in another process. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { privateKeyToAddress } from 'viem/accounts'
import { WebSocket } from 'ws'
import { ACCOUNTS, keyOf } from './sim-venue.js'

export type RemoteVenue = {
  /** Sends frames, all at once, each as an account, and settles when all are answered. */
  frames(list: readonly { readonly account: number; readonly id: number; readonly text: string }[]): Promise<void>
  /** Processor time the exchange has used so far, in microseconds. */
  cpuUs(): Promise<number>
  close(): void
}

const ANSWER = /^\{"channel":"post","data":\{"id":(\d+)/

export async function openRemoteVenue(verifySignatures: boolean): Promise<RemoteVenue> {
  const child = fork(fileURLToPath(new URL('./sim-server.ts', import.meta.url)), [
    verifySignatures ? 'verify' : 'trust',
  ])
  const [{ wsUrl }] = (await once(child, 'message')) as [{ wsUrl: string }]
  const answered = new Map<string, () => void>()
  const sockets = await Promise.all(
    Array.from({ length: ACCOUNTS }, async (_, account) => {
      const socket = new WebSocket(wsUrl)
      socket.on('message', (data) => {
        const text = String(data)
        const id = ANSWER.exec(text)?.[1]
        if (id !== undefined) answered.get(id)?.()
      })
      await once(socket, 'open')
      const user = privateKeyToAddress(keyOf(account))
      socket.send(JSON.stringify({ method: 'subscribe', subscription: { type: 'orderUpdates', user } }))
      return socket
    }),
  )
  return {
    async frames(list) {
      const answers = list.map(({ id }) => new Promise<void>((resolve) => answered.set(String(id), resolve)))
      for (const { account, text } of list) sockets[account]?.send(text)
      await Promise.all(answers)
      answered.clear()
    },
    async cpuUs() {
      child.send('cpu')
      const [answer] = (await once(child, 'message')) as [{ cpuUs: number }]
      return answer.cpuUs
    },
    close() {
      for (const socket of sockets) socket.terminate()
      child.disconnect()
    },
  }
}
