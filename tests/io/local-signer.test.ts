/** One key, three ways to hold it, one signature; and no way for it to get out. */
import { inspect } from 'node:util'
import { createLocalSigner, type Hex, l1Digest, type PhantomAgent, type Signature } from 'hip3-executor/signing'
import { privateKeyToAccount } from 'viem/accounts'
import { recoverAddress } from 'viem/utils'
import { describe, expect, it } from 'vitest'
import { ExecutorError, isExecutorError } from '../../src/errors.js'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'

/** The second key of every local development chain. */
const OTHER_KEY: Hex = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const account = privateKeyToAccount(TEST_KEY)
const OTHER_ADDRESS = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const AGENT: PhantomAgent = { network: 'testnet', connectionId: `0x${'12'.repeat(32)}` }
const DIGEST = l1Digest(AGENT.connectionId, AGENT.network)
const GOOD = await account.sign({ hash: DIGEST })
const OF_ANOTHER_KEY = await privateKeyToAccount(OTHER_KEY).sign({ hash: DIGEST })
const OF_ANOTHER_DIGEST = await account.sign({ hash: AGENT.connectionId })

/** A wallet as browsers have them: no bare digests, only typed data. */
const typedDataWallet = { address: account.address, signTypedData: account.signTypedData }

type Source = Parameters<typeof createLocalSigner>[0]

const failureOf = async (sign: () => unknown): Promise<unknown> => {
  try {
    await sign()
  } catch (error) {
    return error
  }
  return expect.unreachable()
}

/** Everything of a value that a log, a report or a debugger could show. */
function everythingShown(value: unknown): string {
  const shown = [String(value), inspect(value, { depth: 20, showHidden: true, getters: true }), JSON.stringify(value)]
  for (let error = value; error instanceof Error; error = error.cause) shown.push(error.message, String(error.stack))
  return shown.join('\n').toLowerCase()
}

describe('createLocalSigner', () => {
  it.each<[string, Source]>([
    ['a key', TEST_KEY],
    ['a key without 0x', TEST_KEY.slice(2)],
    ['a key in capitals', `0x${TEST_KEY.slice(2).toUpperCase()}`],
    ['a key with a line break, as files have it', `${TEST_KEY}\n`],
    ['a viem account', account],
    ['a wallet that signs typed data and nothing else', typedDataWallet],
  ])('signs the same with %s', async (_, source) => {
    const signer = createLocalSigner(source)
    expect(signer.address).toBe(TEST_ADDRESS)
    for (const network of ['mainnet', 'testnet'] as const) {
      const digest = l1Digest(AGENT.connectionId, network)
      const { r, s, v } = await signer.sign(digest, { ...AGENT, network })
      const reference = await account.sign({ hash: digest })
      expect(`${r}${s.slice(2)}${v.toString(16)}`).toBe(reference)
      expect((await recoverAddress({ hash: digest, signature: { r, s, v: BigInt(v) } })).toLowerCase()).toBe(
        TEST_ADDRESS,
      )
    }
  })

  it('signs with a key in the call itself, without a promise', () => {
    expect(createLocalSigner(TEST_KEY).sign(DIGEST, AGENT)).not.toBeInstanceOf(Promise)
  })

  it('calls the methods of an account on the account', async () => {
    class Wallet {
      readonly address = account.address
      readonly #signature = GOOD
      async sign(): Promise<Hex> {
        return this.#signature
      }
    }
    class BrowserWallet {
      readonly address = account.address
      readonly #signature = GOOD
      async signTypedData(): Promise<Hex> {
        return this.#signature
      }
    }
    const expected = createLocalSigner(TEST_KEY).sign(DIGEST, AGENT)
    for (const wallet of [new Wallet(), new BrowserWallet()]) {
      expect(await createLocalSigner(wallet).sign(DIGEST, AGENT)).toStrictEqual(expected)
    }
  })

  it('takes recovery ids counted from 0 and from 27', async () => {
    const seen = new Set<string>()
    for (let nonce = 0; seen.size < 4; nonce++) {
      const digest = l1Digest(`0x${nonce.toString(16).padStart(64, '0')}`, 'testnet')
      const signature = await account.sign({ hash: digest })
      const isOdd = signature.endsWith('1c')
      for (const last of isOdd ? ['01', '1C'] : ['00', '1B']) {
        const source = { address: account.address, sign: async () => `0x${signature.slice(2, 130)}${last}` as const }
        expect((await createLocalSigner(source).sign(digest, AGENT)).v).toBe(isOdd ? 28 : 27)
        seen.add(last)
      }
    }
  })

  it('refuses to sign for another address than the one expected', () => {
    expect(createLocalSigner(TEST_KEY, { expectedAddress: account.address }).address).toBe(TEST_ADDRESS)
    for (const source of [TEST_KEY, account, typedDataWallet]) {
      expect(() => createLocalSigner(source, { expectedAddress: OTHER_ADDRESS })).toThrow(
        new ExecutorError(
          'SIGN_FAILED',
          `expected to sign for ${OTHER_ADDRESS}, but this key belongs to ${TEST_ADDRESS}`,
        ),
      )
    }
    expect(() => createLocalSigner(TEST_KEY, { expectedAddress: '0x12' })).toThrow(
      /^expectedAddress: expected 0x and 40/,
    )
  })

  it.each<[unknown, string]>([
    [undefined, 'source: expected a hex key, an account or a wallet, got undefined'],
    [null, 'source: expected a hex key, an account or a wallet, got null'],
    [5, 'source: expected a hex key, an account or a wallet, got number'],
    [5n, 'source: expected a hex key, an account or a wallet, got bigint'],
    [() => TEST_KEY, 'source: expected a hex key, an account or a wallet, got function'],
    [{}, 'source.address: expected an address string, got undefined'],
    [{ address: TEST_ADDRESS }, 'source: expected an account with sign() or a wallet with signTypedData()'],
    [
      { address: TEST_ADDRESS, sign: 'yes' },
      'source: expected an account with sign() or a wallet with signTypedData()',
    ],
  ])('refuses %o with a TypeError', (source, message) => {
    expect(() => createLocalSigner(source as Source)).toThrow(new TypeError(message))
  })

  it.each(['', DIGEST.slice(2), `${DIGEST}00`, 'digest', undefined])(
    'refuses to sign %j, which is no digest',
    async (digest) => {
      for (const source of [TEST_KEY, account, typedDataWallet]) {
        expect(await failureOf(() => createLocalSigner(source).sign(digest as Hex, AGENT))).toStrictEqual(
          new RangeError('digest: expected 0x and 64 hex digits'),
        )
      }
    },
  )
})

describe('a key', () => {
  const secret = TEST_KEY.slice(2)
  const fragments = [secret.slice(0, 12), secret.slice(20, 32), secret.slice(-12), BigInt(TEST_KEY).toString()]

  /** Every part of the key long enough to be no accident. */
  function expectNoKeyIn(shown: string): void {
    for (const fragment of fragments) expect(shown).not.toContain(fragment)
    expect(shown).not.toContain([...Buffer.from(secret, 'hex').subarray(0, 6)].join(', '))
  }

  it('is in nothing that shows the signer', async () => {
    for (const source of [TEST_KEY, secret]) {
      const signer = createLocalSigner(source)
      await signer.sign(DIGEST, AGENT)
      expectNoKeyIn(everythingShown(signer))
      expectNoKeyIn(everythingShown({ ...signer }))
      expectNoKeyIn(signer.sign.toString())
    }
  })

  it.each<[string, string]>([
    ['a digit short', TEST_KEY.slice(0, -1)],
    ['a digit long', `${TEST_KEY}0`],
    ['with a letter that is no digit', `${TEST_KEY.slice(0, -1)}z`],
    ['with 0X for 0x', TEST_KEY.replace('0x', '0X')],
    ['with a space inside', `${TEST_KEY.slice(0, 30)} ${TEST_KEY.slice(30)}`],
    ['in quotes', `"${TEST_KEY}"`],
    ['twice', TEST_KEY + secret],
    ['of zeros', `0x${'0'.repeat(64)}`],
    ['of the order of the curve', '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
    ['of nothing', ''],
    ['of words', 'test test test test test test test test test test test junk'],
  ])('is not repeated when it is refused for being %s', async (_, bad) => {
    const error = await failureOf(() => createLocalSigner(bad))
    expect(error).toStrictEqual(
      new RangeError(`source: expected a private key of 64 hex digits, got a string of ${bad.length} characters`),
    )
    const shown = everythingShown(error)
    expectNoKeyIn(shown)
    if (bad.length > 20) expect(shown).not.toContain(bad.slice(2, 20).toLowerCase())
  })

  it('is not repeated when it stands where an address belongs', async () => {
    const mistakes = [
      () => createLocalSigner(TEST_KEY, { expectedAddress: TEST_KEY }),
      () => createLocalSigner(TEST_KEY, { expectedAddress: OTHER_ADDRESS }),
      () => createLocalSigner({ address: TEST_KEY, sign: async () => GOOD }),
      () => createLocalSigner({ address: TEST_ADDRESS, privateKey: TEST_KEY } as unknown as Source),
      () => createLocalSigner(TEST_KEY).sign(TEST_KEY.slice(2) as Hex, AGENT),
    ]
    for (const mistake of mistakes) expectNoKeyIn(everythingShown(await failureOf(mistake)))
  })

  it('is not passed on when the signer that holds it fails and says it', async () => {
    const loud = Object.assign(new Error(`cannot sign with ${TEST_KEY}`), { key: TEST_KEY })
    const sources: Source[] = [
      { address: TEST_ADDRESS, sign: () => Promise.reject(loud) },
      { address: TEST_ADDRESS, signTypedData: () => Promise.reject(loud) },
      {
        address: TEST_ADDRESS,
        sign: () => {
          throw loud
        },
      },
      { address: TEST_ADDRESS, sign: () => Promise.reject(TEST_KEY) },
      { address: TEST_ADDRESS, sign: async () => TEST_KEY },
      { address: TEST_ADDRESS, signTypedData: async () => `${TEST_KEY}${secret}00` },
    ]
    for (const source of sources) {
      const error = await failureOf(() => createLocalSigner(source).sign(DIGEST, AGENT))
      expect(isExecutorError(error) && error.code).toBe('SIGN_FAILED')
      expect(error).not.toHaveProperty('cause')
      expectNoKeyIn(everythingShown(error))
    }
  })
})

describe('a foreign signer', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 5],
    ['an object', { r: '0x1', s: '0x2', v: 27 }],
    ['an empty string', ''],
    ['a short signature', GOOD.slice(0, -2)],
    ['a long signature', `${GOOD}00`],
    ['a signature without 0x', GOOD.slice(2)],
    ['a letter that is no digit', `${GOOD.slice(0, -3)}z1b`],
    ['an unknown recovery id', `${GOOD.slice(0, 130)}02`],
    ['an unknown recovery id, 29', `${GOOD.slice(0, 130)}1d`],
    ['zeros', `0x${'0'.repeat(128)}1b`],
    ['a signature of another key', OF_ANOTHER_KEY],
    ['a signature of another digest', OF_ANOTHER_DIGEST],
    ['a signature with the wrong recovery id', `${GOOD.slice(0, 130)}${GOOD.endsWith('1b') ? '1c' : '1b'}`],
    ['a signature whose s is zero', `${GOOD.slice(0, 66)}${'0'.repeat(64)}1b`],
  ])('that answers with %s has failed', async (_, answer) => {
    const answers = async (): Promise<Hex> => answer as Hex
    for (const source of [
      { address: TEST_ADDRESS, sign: answers },
      { address: TEST_ADDRESS, signTypedData: answers },
    ]) {
      const error = await failureOf(() => createLocalSigner(source).sign(DIGEST, AGENT))
      expect(error).toBeInstanceOf(ExecutorError)
      expect(isExecutorError(error) && error.code).toBe('SIGN_FAILED')
    }
  })

  it('may answer at once instead of with a promise', async () => {
    const source = { address: TEST_ADDRESS, sign: (): Hex => GOOD } as unknown as Source
    const expected: Signature | Promise<Signature> = createLocalSigner(TEST_KEY).sign(DIGEST, AGENT)
    expect(await createLocalSigner(source).sign(DIGEST, AGENT)).toStrictEqual(expected)
  })

  it('is asked for the typed data of the venue, and for nothing else', async () => {
    const asked: unknown[] = []
    const signer = createLocalSigner({
      address: TEST_ADDRESS,
      signTypedData: (parameters) => {
        asked.push(parameters)
        return account.signTypedData(parameters)
      },
    })
    expect(asked).toStrictEqual([])
    await signer.sign(DIGEST, AGENT)
    await signer.sign(l1Digest(AGENT.connectionId, 'mainnet'), { ...AGENT, network: 'mainnet' })
    const typedData = (source: string): object => ({
      domain: {
        name: 'Exchange',
        version: '1',
        chainId: 1337,
        verifyingContract: '0x0000000000000000000000000000000000000000',
      },
      types: {
        Agent: [
          { name: 'source', type: 'string' },
          { name: 'connectionId', type: 'bytes32' },
        ],
      },
      primaryType: 'Agent',
      message: { source, connectionId: AGENT.connectionId },
    })
    expect(asked).toStrictEqual([typedData('b'), typedData('a')])
  })
})
