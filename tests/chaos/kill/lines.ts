/** What the process that trades and the one that kills it say to each other, one JSON object a line. */
import type { ClientOrderId, Intent } from 'hip3-executor'

/** Where a process dies by its own hand: at the n-th time that it comes past. */
export const POINTS = [
  'beforeAppend',
  'afterAppend',
  'beforeSend',
  'afterSend',
  'beforeFrame',
  'afterFrame',
  'inCheckpoint',
] as const

export type Death =
  | { readonly at: (typeof POINTS)[number]; readonly count: number }
  /** From outside, so many milliseconds after it began to trade. */
  | { readonly at: 'anyMoment'; readonly afterMs: number }
  /** Not this time. */
  | { readonly at: 'never' }

/** One life of the bot. */
export type Orders = {
  readonly wsUrl: string
  readonly directory: string
  readonly life: number
  readonly seed: number
  readonly death: Death
  /** Orders that an earlier life accepted and told no outcome of. */
  readonly doubtful: readonly { readonly id: ClientOrderId; readonly intent: Intent }[]
  /** Intents whose outcome is known; to submit one again must change nothing. */
  readonly done: readonly Intent[]
}

export type Line =
  | { readonly say: 'ready'; readonly recovered: number }
  | { readonly say: 'accepted'; readonly id: ClientOrderId; readonly intent: Intent }
  /** Nobody here has heard of it. */
  | { readonly say: 'forgotten'; readonly id: ClientOrderId }
  | {
      readonly say: 'outcome'
      readonly id: ClientOrderId
      readonly status: string
      readonly size: string
      readonly filledSize: string
      readonly averagePrice?: string | undefined
    }
  | { readonly say: 'done'; readonly positions: Readonly<Record<string, string>>; readonly openOrders: number }
