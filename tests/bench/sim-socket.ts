/** A hundred real connections to an exchange in another process. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { privateKeyToAddress } from 'viem/accounts'
import { WebSocket } from 'ws'
import { ACCOUNTS, keyOf } from './sim-venue.js'

export type RemoteVenue = {
  /** Sends a frame as an account and settles with its answer. */
  frame(account: number, text: string): Promise<string>
  /** Processor time the exchange has used so far, in microseconds. */
  cpuUs(): Promise<number>
  close(): void
}

export async function openRemoteVenue(verifySignatures: boolean): Promise<RemoteVenue> {
  const child = fork(fileURLToPath(new URL('./sim-server.ts', import.meta.url)), [
    verifySignatures ? 'verify' : 'trust',
  ])
  const [{ wsUrl }] = (await once(child, 'message')) as [{ wsUrl: string }]
  const answered = new Map<number, (text: string) => void>()
  const sockets = await Promise.all(
    Array.from({ length: ACCOUNTS }, async (_, account) => {
      const socket = new WebSocket(wsUrl)
      socket.on('message', (data) => {
        const text = String(data)
        if (text.startsWith('{"channel":"post"')) answered.get(account)?.(text)
      })
      await once(socket, 'open')
      const user = privateKeyToAddress(keyOf(account))
      socket.send(JSON.stringify({ method: 'subscribe', subscription: { type: 'orderUpdates', user } }))
      return socket
    }),
  )
  return {
    frame: (account, text) =>
      new Promise((resolve) => {
        answered.set(account, resolve)
        sockets[account]?.send(text)
      }),
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
