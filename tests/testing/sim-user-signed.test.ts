/** Actions that the account's own key signs as typed data, with types written down here once more. */
import { privateKeyToAccount } from 'viem/accounts'
import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, createSimExchange, type Reply } from '../../src/testing/index.js'
import {
  AGENT,
  AGENT_KEY,
  createSignedBench,
  KEY,
  OTHER,
  OTHER_KEY,
  orderAction,
  type SignedBench,
  USER,
} from './helpers.js'

const DAY_MS = 86_400_000
const OK = { status: 'ok', response: { type: 'default' } }
const err = (response: unknown): unknown => ({ status: 'err', response })

type Field = { readonly name: string; readonly type: string }
const fields = (text: string): Field[] =>
  text.split(', ').map((field) => {
    const [type = '', name = ''] = field.split(' ')
    return { name, type }
  })

const TYPES = {
  approveAgent: ['ApproveAgent', 'string hyperliquidChain, address agentAddress, string agentName, uint64 nonce'],
  approveBuilderFee: ['ApproveBuilderFee', 'string hyperliquidChain, string maxFeeRate, address builder, uint64 nonce'],
  usdSend: ['UsdSend', 'string hyperliquidChain, string destination, string amount, uint64 time'],
  usdClassTransfer: ['UsdClassTransfer', 'string hyperliquidChain, string amount, bool toPerp, uint64 nonce'],
  sendAsset: [
    'SendAsset',
    'string hyperliquidChain, string destination, string sourceDex, string destinationDex, string token, string amount, string fromSubAccount, uint64 nonce',
  ],
  userSetAbstraction: ['UserSetAbstraction', 'string hyperliquidChain, address user, string abstraction, uint64 nonce'],
} as const

type Options = {
  readonly key?: `0x${string}`
  readonly chain?: 'Mainnet' | 'Testnet'
  readonly envelopeNonce?: number
  readonly extra?: object
}

let bench: SignedBench
let nonce: number

beforeEach(() => {
  bench = createSignedBench()
  nonce = bench.clock.now()
})

async function act(
  type: keyof typeof TYPES,
  message: Record<string, unknown>,
  options: Options = {},
): Promise<unknown> {
  const { key = KEY, chain = 'Testnet', extra = {} } = options
  const [name, types] = TYPES[type]
  const time = ++nonce
  const own = type === 'usdSend' ? { time } : { nonce: time }
  const signature = await privateKeyToAccount(key).signTypedData({
    domain: {
      name: 'HyperliquidSignTransaction',
      version: '1',
      chainId: 421_614,
      verifyingContract: '0x0000000000000000000000000000000000000000',
    },
    types: { [`HyperliquidTransaction:${name}`]: fields(types) },
    primaryType: `HyperliquidTransaction:${name}`,
    message: { hyperliquidChain: chain, ...message, ...own },
  })
  const { agentName, ...sent } = message
  const action = {
    type,
    hyperliquidChain: chain,
    signatureChainId: '0x66eee',
    ...sent,
    ...(agentName === '' || agentName === undefined ? {} : { agentName }),
    ...own,
  }
  const r = signature.slice(0, 66)
  const s = `0x${signature.slice(66, 130)}`
  const v = Number.parseInt(signature.slice(130), 16)
  return send({ action, nonce: options.envelopeNonce ?? time, signature: { r, s, v }, vaultAddress: null, ...extra })
}

function send(request: unknown, exchange = bench.exchange): unknown {
  let reply: Reply | undefined
  exchange.handleExchange(request, (answer) => {
    reply = answer
  })
  return reply === undefined ? undefined : 'body' in reply ? reply.body : reply.text
}

const info = (request: object): unknown => {
  const reply = bench.exchange.handleInfo(request)
  return 'body' in reply ? reply.body : reply.text
}
const noopBy = (key: `0x${string}`): Promise<unknown> => bench.act({ type: 'noop' }, { key, nonce: ++nonce })
const approve = (agentAddress: string, agentName = '', options: Options = {}): Promise<unknown> =>
  act('approveAgent', { agentAddress, agentName }, options)
const stranger = (address: string): unknown => err(`User or API Wallet ${address} does not exist.`)
const address = (index: number): string => `0x${index.toString(16).padStart(40, '0')}`

describe('the digest of a user-signed action', () => {
  it.each([
    [
      'usdSend on testnet, by the Python SDK',
      '0x14791697260e4c9a71f18484c9f997b308e59325',
      {
        type: 'usdSend',
        hyperliquidChain: 'Testnet',
        signatureChainId: '0x66eee',
        destination: '0x5e9ee1089755c3435139848e47e6635505d5a13a',
        amount: '1',
        time: 1687816341423,
      },
      {
        r: '0x637b37dd731507cdd24f46532ca8ba6eec616952c56218baeff04144e4a77073',
        s: '0x11a6a24900e6e314136d2592e2f8d502cd89b7c15b198e1bee043c9589f9fad7',
        v: 27,
      },
    ],
    [
      'usdSend on mainnet with the chain id of Arbitrum, by a Rust SDK',
      '0xcd49bbac6e85fdeb167eb7ca41a945d2b8758f6f',
      {
        type: 'usdSend',
        hyperliquidChain: 'Mainnet',
        signatureChainId: '0xa4b1',
        destination: '0x0d1d9635d0640821d15e323ac8adadfa9c111414',
        amount: '1',
        time: 1690393044548,
      },
      {
        r: '0xeca6267bcaadc4c0ae1aed73f5a2c45fcdbb7271f2e9356992404e5d4bad75a3',
        s: '0x572e08fe93f17755abadb7f84be7d1e9c4ce48bb5633e339bc430c672d5a20ed',
        v: 27,
      },
    ],
    [
      'approveBuilderFee on testnet, by the official Rust SDK',
      '0xcd49bbac6e85fdeb167eb7ca41a945d2b8758f6f',
      {
        type: 'approveBuilderFee',
        hyperliquidChain: 'Testnet',
        signatureChainId: '0x66eee',
        maxFeeRate: '0.001%',
        builder: '0x1234567890123456789012345678901234567890',
        nonce: 1583838,
      },
      {
        r: '0x2ada43eeebeba9cfe13faf95aa84e5b8c4885c3a07cbf4536f2df5edd340d4eb',
        s: '0x1ed0e24f60a80d199a842258d5fa737a18d486f7d4e656268b434d226f2811d7',
        v: 28,
      },
    ],
  ])('is the one that other implementations sign: %s', (_what, user, action, signature) => {
    const time = 'time' in action ? action.time : action.nonce
    const network = action.hyperliquidChain === 'Mainnet' ? 'mainnet' : 'testnet'
    const exchange = createSimExchange({ clock: createManualClock({ now: time }), network })
    exchange.account(user).deposit('1000')
    expect(send({ action, nonce: time, signature }, exchange)).toEqual(OK)
  })
})

describe('a user-signed action', () => {
  it('with another nonce inside than outside is refused: "Nonce mismatch."', async () => {
    expect(await act('approveAgent', { agentAddress: AGENT, agentName: '' }, { envelopeNonce: nonce + 9 })).toEqual(
      err('Nonce mismatch.'),
    )
  })

  it('for the other network is refused: "Mainnet and testnet require different signature."', async () => {
    expect(await approve(AGENT, '', { chain: 'Mainnet' })).toEqual(
      err('Mainnet and testnet require different signature.'),
    )
  })

  it('by an agent is a stranger’s: "Must deposit before performing actions. User: 0x…"', async () => {
    bench.exchange.account(USER).approveAgent(AGENT)
    expect(await approve(OTHER, 'mine', { key: AGENT_KEY })).toEqual(
      err(`Must deposit before performing actions. User: ${AGENT}`),
    )
  })

  it('uses its nonce up', async () => {
    await approve(AGENT)
    expect(await bench.act({ type: 'noop' }, { nonce })).toEqual(err(`Invalid nonce: duplicate nonce ${nonce}`))
  })

  it.each([
    ['an expiry', { expiresAfter: 1_900_000_000_000 }],
    ['a vault', { vaultAddress: address(1) }],
  ])('with %s is refused', async (_what, extra) => {
    bench.exchange.account(USER).addVault(address(1))
    expect(await act('approveAgent', { agentAddress: AGENT, agentName: '' }, { extra })).toMatchObject({
      status: 'err',
    })
  })

  it('signed over a mixed-case address in a string field recovers to a stranger', async () => {
    const destination = '0x90F79bf6EB2c4f870365E785982E1f101E93b906'
    expect(await act('usdSend', { destination, amount: '1' })).toMatchObject({
      response: expect.stringMatching(/^Must deposit before performing actions\. User: 0x/),
    })
  })

  it('that is malformed gets a 422', () => {
    const action = { type: 'usdSend', hyperliquidChain: 'Testnet', signatureChainId: '0x66eee', destination: OTHER }
    const signature = { r: '0x1', s: '0x1', v: 27 }
    for (const part of [{ amount: 1 }, { amount: '1' }, { amount: '1', time: '1' }, { signatureChainId: 'x' }]) {
      expect(send({ action: { ...action, ...part }, nonce: 1, signature })).toContain('Failed to deserialize')
    }
  })
})

describe('approveAgent', () => {
  it('lets the agent sign, and tells so', async () => {
    expect(await noopBy(AGENT_KEY)).toEqual(stranger(AGENT))
    expect(await approve(AGENT, 'bot')).toEqual(OK)
    expect(await noopBy(AGENT_KEY)).toEqual(OK)
    expect(info({ type: 'userRole', user: AGENT })).toEqual({ role: 'agent', data: { user: USER } })
    expect(info({ type: 'extraAgents', user: USER })).toEqual([
      { address: AGENT, name: 'bot', validUntil: bench.clock.now() + 90 * DAY_MS },
    ])
  })

  it('without a name is signed with an empty one and not listed', async () => {
    expect(await approve(AGENT)).toEqual(OK)
    expect(await noopBy(AGENT_KEY)).toEqual(OK)
    expect(info({ type: 'extraAgents', user: USER })).toEqual([])
  })

  it.each(['', 'bot'])(
    'of the name %j again retires the first: "User or API Wallet 0x… does not exist."',
    async (name) => {
      await approve(AGENT, name)
      await approve(OTHER, name)
      expect(await noopBy(AGENT_KEY)).toEqual(stranger(AGENT))
      expect(await noopBy(OTHER_KEY)).toEqual(OK)
      expect(info({ type: 'userRole', user: AGENT })).toEqual({ role: 'missing' })
    },
  )

  it('has room for three names and one without', async () => {
    for (const [index, name] of ['', 'a', 'b', 'c'].entries())
      expect(await approve(address(index + 1), name)).toEqual(OK)
    expect(await approve(address(9), 'd')).toMatchObject({ status: 'err' })
    expect(await approve(address(9), 'c')).toEqual(OK)
    expect(info({ type: 'extraAgents', user: USER })).toHaveLength(3)
  })

  it('has room for two names more with each sub-account', async () => {
    bench.exchange.account(USER).addSubAccount(address(77))
    for (const name of ['a', 'b', 'c', 'd', 'e']) expect(await approve(address(name.charCodeAt(0)), name)).toEqual(OK)
    expect(await approve(address(9), 'f')).toMatchObject({ status: 'err' })
  })

  it('with valid_until ends then: "User or API Wallet 0x… does not exist."', async () => {
    const validUntil = bench.clock.now() + 60_000
    expect(await approve(AGENT, `bot valid_until ${validUntil}`)).toEqual(OK)
    expect(info({ type: 'extraAgents', user: USER })).toEqual([{ address: AGENT, name: 'bot', validUntil }])
    bench.clock.advance(59_999)
    expect(await noopBy(AGENT_KEY)).toEqual(OK)
    bench.clock.advance(1)
    expect(await noopBy(AGENT_KEY)).toEqual(stranger(AGENT))
    expect(info({ type: 'extraAgents', user: USER })).toEqual([])
  })

  it.each([
    ['a name of 17 characters', () => 'seventeenletters!'],
    ['an expiry in 181 days', () => `bot valid_until ${bench.clock.now() + 181 * DAY_MS}`],
    ['an expiry that has passed', () => `bot valid_until ${bench.clock.now()}`],
  ])('with %s is refused', async (_what, name) => {
    expect(await approve(AGENT, name())).toMatchObject({ status: 'err' })
    expect(await noopBy(AGENT_KEY)).toEqual(stranger(AGENT))
  })

  it('of another account’s agent, or of a user, is refused', async () => {
    bench.exchange.account(OTHER).deposit('100').approveAgent(AGENT)
    expect(await approve(AGENT, 'bot')).toMatchObject({ status: 'err' })
    expect(await approve(OTHER, 'bot')).toMatchObject({ status: 'err' })
  })

  it('of a pruned agent lets its old actions be sent again', async () => {
    await approve(AGENT, 'bot')
    const used = ++nonce
    expect(await bench.act({ type: 'noop' }, { key: AGENT_KEY, nonce: used })).toEqual(OK)
    expect(await bench.act({ type: 'noop' }, { key: AGENT_KEY, nonce: used })).toMatchObject({ status: 'err' })
    await approve(address(5), 'bot')
    await approve(AGENT, 'bot')
    expect(await bench.act({ type: 'noop' }, { key: AGENT_KEY, nonce: used })).toEqual(OK)
  })

  it('is undone when the account has no funds left', async () => {
    bench.exchange.account(OTHER).approveAgent(AGENT)
    expect(await noopBy(AGENT_KEY)).toEqual(stranger(AGENT))
    bench.exchange.account(OTHER).deposit('1')
    expect(await noopBy(AGENT_KEY)).toEqual(stranger(AGENT))
  })
})

describe('approveBuilderFee', () => {
  it('is told by maxBuilderFee in tenths of a basis point', async () => {
    const builder = address(3)
    expect(info({ type: 'maxBuilderFee', user: USER, builder })).toBe(0)
    for (const [maxFeeRate, expected] of [
      ['0.001%', 1],
      ['0.1%', 100],
      ['0%', 0],
    ] as const) {
      expect(await act('approveBuilderFee', { maxFeeRate, builder })).toEqual(OK)
      expect(info({ type: 'maxBuilderFee', user: USER, builder })).toBe(expected)
    }
  })

  it.each(['0.101%', '1%', '0.0001%', '5', '-1%'])('of %s is refused', async (maxFeeRate) => {
    expect(await act('approveBuilderFee', { maxFeeRate, builder: address(3) })).toMatchObject({ status: 'err' })
  })

  it('for a builder in unified mode is refused', async () => {
    bench.exchange.account(OTHER).deposit('1')
    const answer = await act('approveBuilderFee', { maxFeeRate: '0.001%', builder: OTHER })
    expect(answer).toEqual(err('Builder must be in standard account mode.'))
  })
})

describe('money', () => {
  const standard = (): void => {
    bench = createSignedBench()
    bench.exchange.account(OTHER).setMode('disabled').deposit('1000')
  }
  const other = { key: OTHER_KEY } as const
  const asset = (fields: object): Record<string, unknown> => ({
    destination: OTHER,
    sourceDex: '',
    destinationDex: 'xyz',
    token: 'USDC',
    amount: '250.5',
    fromSubAccount: '',
    ...fields,
  })

  it('goes from one user to another by usdSend', async () => {
    expect(await act('usdSend', { destination: OTHER, amount: '12.5' })).toEqual(OK)
    expect(bench.exchange.account(USER).balance()).toBe('99987.5')
    expect(bench.exchange.account(OTHER).balance()).toBe('12.5')
  })

  it.each(['100000.01', '0', '-1'])('is not sent when it is %s', async (amount) => {
    expect(await act('usdSend', { destination: OTHER, amount })).toMatchObject({ status: 'err' })
    expect(bench.exchange.account(USER).balance()).toBe('100000')
  })

  it('goes from dex to dex of a standard account by sendAsset', async () => {
    standard()
    expect(await act('sendAsset', asset({}), other)).toEqual(OK)
    expect(bench.exchange.account(OTHER).balance()).toBe('749.5')
    expect(bench.exchange.account(OTHER).balance({ dex: 'xyz' })).toBe('250.5')
    expect(await act('sendAsset', asset({ sourceDex: 'xyz', destinationDex: 'spot', amount: '250.5' }), other)).toEqual(
      OK,
    )
    expect(info({ type: 'spotClearinghouseState', user: OTHER })).toMatchObject({
      balances: [{ coin: 'USDC', total: '250.5', hold: '0.0' }],
    })
  })

  it('of a standard account moves between perps and spot by usdClassTransfer', async () => {
    standard()
    expect(await act('usdClassTransfer', { amount: '400', toPerp: false }, other)).toEqual(OK)
    expect(bench.exchange.account(OTHER).balance()).toBe('600')
    expect(await act('usdClassTransfer', { amount: '401', toPerp: true }, other)).toMatchObject({ status: 'err' })
    expect(await act('usdClassTransfer', { amount: '400', toPerp: true }, other)).toEqual(OK)
    expect(bench.exchange.account(OTHER).balance()).toBe('1000')
  })

  it('of a unified account has nowhere to go: "Action disabled when unified account is active"', async () => {
    const refused = err('Action disabled when unified account is active')
    expect(await act('sendAsset', asset({ destination: USER }))).toEqual(refused)
    expect(await act('usdClassTransfer', { amount: '1', toPerp: true })).toEqual(refused)
  })

  it.each([
    ['a token that the dex does not collect', { destinationDex: 'hyna' }],
    ['a dex nobody knows', { destinationDex: 'nope' }],
    ['a token nobody knows', { token: 'DOGE' }],
    ['more than there is', { amount: '1000.01' }],
    ['somebody else’s sub-account', { fromSubAccount: '0x0000000000000000000000000000000000000042' }],
  ])('is not sent for %s', async (_what, wrong) => {
    standard()
    expect(await act('sendAsset', asset(wrong), other)).toMatchObject({ status: 'err' })
    expect(bench.exchange.account(OTHER).balance()).toBe('1000')
  })

  it('is moved by an agent only within the account, by agentSendAsset', async () => {
    standard()
    bench.exchange.account(OTHER).approveAgent(AGENT)
    const move = (destination: string): Promise<unknown> => {
      nonce++
      const action = {
        type: 'agentSendAsset',
        destination,
        sourceDex: '',
        destinationDex: 'xyz',
        token: 'USDC',
        amount: '10',
        fromSubAccount: '',
        nonce,
      }
      return bench.act(action, { key: AGENT_KEY, nonce })
    }
    expect(await move(OTHER)).toEqual(OK)
    expect(bench.exchange.account(OTHER).balance({ dex: 'xyz' })).toBe('10')
    expect(await move(USER)).toMatchObject({ status: 'err' })
  })
})

describe('the mode of an account', () => {
  it('is set by its key in words and by an agent in letters, and takes the money along', async () => {
    bench.exchange.account(USER).approveAgent(AGENT)
    expect(await act('userSetAbstraction', { user: USER, abstraction: 'disabled' })).toEqual(OK)
    expect(info({ type: 'userAbstraction', user: USER })).toBe('disabled')
    expect(info({ type: 'spotClearinghouseState', user: USER })).toMatchObject({ balances: [{ total: '100000.0' }] })
    expect(bench.exchange.account(USER).balance()).toBe('0')
    expect(await act('usdClassTransfer', { amount: '500', toPerp: true })).toEqual(OK)
    expect(
      await bench.act({ type: 'agentSetAbstraction', abstraction: 'u' }, { key: AGENT_KEY, nonce: ++nonce }),
    ).toEqual(OK)
    expect(info({ type: 'userAbstraction', user: USER })).toBe('unifiedAccount')
    expect(bench.exchange.account(USER).balance()).toBe('100000')
  })

  it('stays while there are orders', async () => {
    await bench.act(orderAction({ p: '105', s: '1' }), { nonce: ++nonce })
    expect(await act('userSetAbstraction', { user: USER, abstraction: 'disabled' })).toMatchObject({ status: 'err' })
  })

  it('is not set to portfolio margin, nor by anybody else', async () => {
    expect(await act('userSetAbstraction', { user: USER, abstraction: 'portfolioMargin' })).toMatchObject({
      status: 'err',
    })
    expect(await act('userSetAbstraction', { user: OTHER, abstraction: 'disabled' })).toMatchObject({ status: 'err' })
  })
})
