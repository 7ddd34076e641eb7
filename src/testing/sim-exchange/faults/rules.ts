/**
 * What can go wrong, as data: which messages a fault strikes, when, and what it does to them.
 *
 * A message has a name in up to three parts. Requests: `request:action:order`, `request:info:orderStatus`,
 * `request:subscribe:bbo`, `request:unsubscribe:bbo`, `request:ping`, `request:malformed`. Their answers are called the
 * same with `reply` in front. What comes without being asked for is `feed:` and the type subscribed to. A pattern names
 * the first parts: `reply:action` is the reply to any action.
 */

export type RequestPattern = 'request' | `request:${string}`
export type FramePattern = 'reply' | 'feed' | `reply:${string}` | `feed:${string}`
export type MessagePattern = RequestPattern | FramePattern
type OneOrMore<T> = T | readonly T[]

/** A message on its way, as a `where` sees it. */
export type FaultMessage = {
  /** `http`, or `ws-1`, `ws-2`, … as in the record. */
  readonly connection: string
  readonly kind: string
  /** Of a request and of its reply: what was asked. Of a feed: what it says. */
  readonly payload: unknown
}

/** Which messages of its kind a fault strikes. Without any of these: all of them, until it is stopped. */
export type FaultMatch = {
  /** Only on this connection: `http`, `ws-1`, … */
  readonly connection?: string | undefined
  readonly where?: ((message: FaultMessage) => boolean) | undefined
  /** The first match to be struck, from 1. Given alone, it is the only one. */
  readonly nth?: number | undefined
  /** From there on, every so many matches. */
  readonly every?: number | undefined
  /** At most so often. */
  readonly times?: number | undefined
  /** Strikes a match that is due with this chance, from 0 to 1, drawn from the exchange's seed. */
  readonly probability?: number | undefined
}

export type ServerErrorStatus = 500 | 502 | 503 | 504

type Struck<Pattern extends string> = FaultMatch & { readonly of: OneOrMore<Pattern> }

/** What happens to a message on its way. */
export type MessageFault =
  /** It never arrives. Of a feed, the feed has stopped while the socket lives. */
  | (Struck<MessagePattern> & { readonly fault: 'lose' })
  /** It arrives later by so many milliseconds, even when its connection has ended by then. */
  | (Struck<MessagePattern> & { readonly fault: 'delay'; readonly ms: number })
  /** It arrives twice. */
  | (Struck<MessagePattern> & { readonly fault: 'duplicate' })
  /** It is held until the next match on its connection has passed; with `until`, all are held until one of those has. */
  | (Struck<MessagePattern> & { readonly fault: 'reorder'; readonly until?: MessagePattern | undefined })
  /** The connection is cut: of a request before it is executed, of a frame instead of sending it. */
  | (Struck<MessagePattern> & { readonly fault: 'cut' })
  /** From this message on, and for good, the connection takes bytes and answers nothing. */
  | (Struck<MessagePattern> & { readonly fault: 'halfOpen' })
  /** The frame is cut in half, is text that is no JSON, or is JSON with nothing in it. The default is `truncated`. */
  | (Struck<FramePattern> & { readonly fault: 'malform'; readonly as?: 'truncated' | 'text' | 'empty' | undefined })
  /** `429 Too Many Requests`: not executed. */
  | (Struck<RequestPattern> & { readonly fault: 'tooManyRequests' })
  /** The server fails: of a request before executing it, of a reply after. The default status is 502. */
  | (Struck<RequestPattern | 'reply' | `reply:${string}`> & {
      readonly fault: 'serverError'
      readonly status?: ServerErrorStatus | undefined
    })

/** What happens on a market in the instant before a request is executed. The default is any order. */
export type MarketFault = FaultMatch & { readonly of?: OneOrMore<RequestPattern> | undefined } & (
    | /** The mark jumps by so many basis points. */ {
        readonly fault: 'markJump'
        readonly market: string
        readonly byBps: number
      }
    | /** All liquidity that no client placed is gone. */ { readonly fault: 'emptyBook'; readonly market: string }
    | /** The makers move out of the order's reach. */ { readonly fault: 'makersMoveAway' }
    /** What the order meets is so much of its size, from so many counterparties. The defaults are 50 percent, 3 of them. */
    | {
        readonly fault: 'partialFill'
        readonly percent?: number | undefined
        readonly counterparties?: number | undefined
      }
  )

/** What is wrong from now on, until it is stopped. */
export type LastingFault =
  /** The venue's clock is off: it decides nonces, expiry and timestamps. */
  | { readonly fault: 'clockSkew'; readonly ms: number }
  /** Only post-only orders are taken, as after a network upgrade. Ends by itself when `ms` is given. */
  | { readonly fault: 'postOnlyMode'; readonly ms?: number | undefined }
  /** Nobody sets the oracle: no contexts come with it, and after 10 s the mark follows the book. All markets unless named. */
  | { readonly fault: 'oracleSilence'; readonly market?: string | undefined }
  /** An order younger than so many milliseconds is not found: `unknownOid`. */
  | (FaultMatch & { readonly fault: 'staleOrderStatus'; readonly ms: number })

export type FaultRule = MessageFault | MarketFault | LastingFault

export type FaultHandle = {
  /** How often it has struck. One that lasts counts what it changed; a skewed clock and a silent oracle count as one. */
  readonly hits: number
  /** Ends it. What it holds back comes now; what it has done stays done. */
  stop(): void
}

/** One line of the record: a fault that struck. */
export type RecordedFault = {
  /** Unix milliseconds. */
  readonly at: number
  readonly fault: FaultRule['fault']
  readonly connection: string
  readonly message: string
}
