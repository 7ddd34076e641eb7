/**
 * What the venue says when it refuses, word for word, in one place.
 *
 * @see https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/error-responses
 */
import type { Address } from '../../model/account.js'

/** A refused order: the text of its status entry, and the status it is remembered under. */
export type OrderRefusal = { readonly status: string; readonly error: string }

const refusal = (status: string, text: string, assetId: number): OrderRefusal => ({
  status,
  error: `${text} asset=${assetId}`,
})

export const orderRefusals = {
  tick: (asset: number): OrderRefusal => refusal('tickRejected', 'Price must be divisible by tick size.', asset),
  minValue: (asset: number): OrderRefusal =>
    refusal('minTradeNtlRejected', 'Order must have minimum value of $10.', asset),
  margin: (asset: number): OrderRefusal => refusal('perpMarginRejected', 'Insufficient margin to place order.', asset),
  reduceOnly: (asset: number): OrderRefusal =>
    refusal('reduceOnlyRejected', 'Reduce only order would increase position.', asset),
  postOnly: (bid: string, ask: string, asset: number): OrderRefusal =>
    refusal('badAloPxRejected', `Post only order would have immediately matched, bbo was ${bid}@${ask}.`, asset),
  noMatch: (asset: number): OrderRefusal =>
    refusal('iocCancelRejected', 'Order could not immediately match against any resting orders.', asset),
  noLiquidity: (asset: number): OrderRefusal =>
    refusal('marketOrderNoLiquidityRejected', 'No liquidity available for market order.', asset),
  tier: (asset: number): OrderRefusal =>
    refusal(
      'perpMaxPositionRejected',
      'Order would cause position to exceed margin tier limit at current leverage',
      asset,
    ),
  tooMany: (asset: number): OrderRefusal => refusal('tooManyOpenOrdersRejected', 'Too many open orders', asset),
  tooLarge: (asset: number): OrderRefusal => refusal('rejected', 'Order value too large', asset),
  oracle: (asset: number): OrderRefusal => refusal('oracleRejected', 'Order price too far from oracle', asset),
  capIncrease: (asset: number): OrderRefusal =>
    refusal(
      'positionIncreaseAtOpenInterestCapRejected',
      'Order would increase open interest while open interest is capped',
      asset,
    ),
  capFlip: (asset: number): OrderRefusal =>
    refusal('positionFlipAtOpenInterestCapRejected', 'Cannot flip position when open interest is at cap.', asset),
  interestTooQuick: (asset: number): OrderRefusal =>
    refusal('openInterestIncreaseRejected', 'Order would increase open interest too quickly', asset),
  capAggressive: (asset: number): OrderRefusal =>
    refusal(
      'tooAggressiveAtOpenInterestCapRejected',
      'Order rejected due to price more aggressive than oracle while at open interest cap',
      asset,
    ),
  trigger: (asset: number): OrderRefusal => refusal('badTriggerPxRejected', 'Invalid TP/SL price.', asset),
  halted: (asset: number): OrderRefusal => refusal('rejected', 'Trading is halted.', asset),
} as const

/** Found before any order of a batch is looked at on its own: one of these stands for the whole batch. */
export const batchErrors = {
  price: 'Order has invalid price.',
  size: 'Order has invalid size.',
  zeroSize: 'Order has zero size.',
  tooFar: 'Order price cannot be more than 80% away from the reference price',
  unknownAsset: (asset: number): string => `Invalid asset. asset=${asset}`,
  builderFee: 'Builder fee has not been approved.',
  zeroCloid: 'A nonzero cloid is required for each order',
  triggerNotReduceOnly: 'Trigger order is not reduce only.',
  triggerSide: 'Trigger order has unexpected side.',
  notSimulated: (what: string): string => `${what} not implemented by this simulated exchange.`,
} as const

/** The whole action is refused and nothing of it was executed. */
export const actionErrors = {
  unknownWallet: (signer: Address): string => `User or API Wallet ${signer} does not exist.`,
  mustDeposit: (user: Address): string => `Must deposit before performing actions. User: ${user}`,
  unknownVault: (vault: Address): string => `Vault not registered: ${vault}`,
  nonceTooLow: (nonce: number, lowest: number): string => `Invalid nonce: nonce too low ${nonce} < ${lowest}`,
  nonceTooHigh: (nonce: number, highest: number): string => `Invalid nonce: nonce too high ${nonce} > ${highest}`,
  nonceDuplicate: (nonce: number): string => `Invalid nonce: duplicate nonce ${nonce}`,
  expired: 'Action already expired',
  postOnlyMode: 'Only post-only orders allowed immediately after network upgrade',
  emptyBatch: 'Orders are empty',
  /** The rule is published, the sentence is not. */
  priorityOrders: 'Priority fee requires all orders to be IOC or non-reduce-only ALO',
  noStake: 'Insufficient delegatable balance for priority order',
  noCross: 'Cross margin is not allowed for this asset.',
  leverageType: 'Cannot switch leverage type with open position.',
  leverage: 'Invalid leverage value',
  leverageMargin: (isCross: boolean): string =>
    `${isCross ? 'Cross' : 'Isolated'} position does not have sufficient margin available to decrease leverage.`,
  marginZero: 'Update to isolated margin cannot be zero.',
  marginNoPosition: 'Cannot update margin for empty position.',
  marginCross: 'Position does not use isolated margin.',
  marginStrict: 'Cannot remove isolated margin for this asset. To remove margin, reduce the position.',
  marginReduction: 'Position does not have sufficient margin for reduction.',
  marginIncrease: 'Account does not have sufficient margin available for increase.',
  marginNotStrict: 'Asset not strict isolated',
  modifyGone: 'Cannot modify canceled or filled order',
  modifyInvalid: 'Attempted to modify to invalid new order',
  modifyPlacing: (why: string): string => `Error placing new order during modify: ${why}`,
  nonceMismatch: 'Nonce mismatch.',
  otherNetwork: 'Mainnet and testnet require different signature.',
  unified: 'Action disabled when unified account is active',
  tooManyRequests: (used: number, limit: number, volume: string): string =>
    `Too many cumulative requests sent (${used} > ${limit}) for cumulative volume traded $${volume}. Place taker orders to free up 1 request per USDC traded.`,
  scheduleTooEarly: 'Scheduled cancel time too early, must be at least 5 seconds from now.',
  scheduleTooMany: 'Too many scheduled cancels triggered for the day.',
  scheduleVolume: (traded: string): string =>
    `Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: $${traded}.`,
} as const

/** That these are refused is known, how the venue puts it is not. */
export const unpublishedErrors = {
  agentName: 'Agent name is too long.',
  agentExpiry: 'Agent expiry must be in the future and within 180 days.',
  agentUsed: 'Extra agent already used.',
  agentIsUser: 'Agent address is already a user.',
  tooManyAgents: 'Too many extra agents.',
  builderRate: 'Invalid builder fee rate.',
  builderMode: 'Builder must be in standard account mode.',
  userSigned: 'User-signed actions take no vault address and no expiry.',
  amount: 'Invalid amount.',
  balance: 'Insufficient balance for transfer.',
  dex: (name: string): string => `Invalid dex: ${name}`,
  token: (name: string): string => `Invalid token: ${name}`,
  notSubAccount: 'Not a sub-account of the signer.',
  notOwnAccount: 'Destination must be the account itself.',
  abstractionUser: 'The user must be the signer.',
  abstractionBusy: 'Cannot switch account mode with open positions or orders.',
  portfolioMargin: 'Portfolio margin is not implemented by this simulated exchange.',
} as const

export const missingOrder = (asset: number): string =>
  `Order was never placed, already canceled, or filled. asset=${asset}`

/** That it is refused is published, the sentence is not. */
export const fastCancelOfTrigger = (asset: number): string =>
  `Trigger orders cannot be canceled with the fast flag. asset=${asset}`

/** Answers to bodies that are no request at all. */
export const transportErrors = {
  notJson: 'Failed to parse the request body as JSON',
  undecodable: (why: string): string => `Failed to deserialize the JSON body into the target type: ${why}`,
  badFrame: (text: string): string => `Error parsing JSON into valid websocket request: ${text}`,
  badSubscription: (text: string): string => `Invalid subscription ${text}`,
  subscribed: (text: string): string => `Already subscribed: ${text}`,
  tooManyPosts: (id: number): string => `too many pending post requests id=${id}`,
  tooMany: (what: 'users' | 'subscriptions', limit: number): string =>
    what === 'users' ? `Cannot track more than ${limit} total users.` : `Cannot have more than ${limit} subscriptions.`,
  unsubscribed: (text: string): string => `Already unsubscribed: ${text}`,
} as const
