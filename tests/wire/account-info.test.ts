import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  activeAssetDataRequest,
  extraAgentsRequest,
  parseAccountMode,
  parseExtraAgents,
  parseLeverage,
  parseUserRole,
  parseVaultLeader,
  userRoleRequest,
  vaultDetailsRequest,
} from '../../src/wire/account-info.js'
import { TEST_ADDRESS } from '../helpers/fixtures.js'
import { anyAnswer } from '../helpers/near-json.js'

const UPPER = '0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

it('each question names whom it is about', () => {
  expect([
    userRoleRequest(TEST_ADDRESS),
    extraAgentsRequest(TEST_ADDRESS),
    vaultDetailsRequest(TEST_ADDRESS),
    activeAssetDataRequest(TEST_ADDRESS, 'xyz:NVDA'),
  ]).toStrictEqual([
    { type: 'userRole', user: TEST_ADDRESS },
    { type: 'extraAgents', user: TEST_ADDRESS },
    { type: 'vaultDetails', vaultAddress: TEST_ADDRESS },
    { type: 'activeAssetData', user: TEST_ADDRESS, coin: 'xyz:NVDA' },
  ])
})

describe('a role', () => {
  it.each([
    [{ role: 'user' }, { role: 'user' }],
    [{ role: 'vault' }, { role: 'vault' }],
    [{ role: 'missing' }, { role: 'missing' }],
    [
      { role: 'agent', data: { user: UPPER } },
      { role: 'agent', of: TEST_ADDRESS },
    ],
    [
      { role: 'subAccount', data: { master: UPPER } },
      { role: 'subAccount', of: TEST_ADDRESS },
    ],
    [{ role: 'agent', data: { master: UPPER } }, undefined],
    [{ role: 'agent' }, undefined],
    [{ role: 'subAccount', data: { master: '0x12' } }, undefined],
    [{ role: 'king' }, undefined],
    [null, undefined],
  ])('%j is %j', (answer, role) => {
    expect(parseUserRole(answer)).toEqual(role)
  })
})

describe('the agents of an account', () => {
  it.each([
    [[{ address: UPPER, name: 'bot', validUntil: 7 }], [{ address: TEST_ADDRESS, validUntil: 7 }]],
    [[{ address: UPPER, name: 'bot', validUntil: null }], [{ address: TEST_ADDRESS }]],
    [[], []],
    // An end that cannot be read is not the lack of one.
    [[{ address: UPPER, validUntil: 'soon' }], undefined],
    [[{ name: 'bot', validUntil: 7 }], undefined],
    [null, undefined],
  ])('%j are %j', (answer, agents) => {
    expect(parseExtraAgents(answer)).toEqual(agents)
  })
})

describe('leverage', () => {
  it.each([
    [{ leverage: { type: 'cross', value: 20 } }, { leverage: 20, isCross: true }],
    [{ leverage: { type: 'isolated', value: 5, rawUsd: '0.0' } }, { leverage: 5, isCross: false }],
    [{ leverage: { type: 'both', value: 5 } }, undefined],
    [{ leverage: { type: 'cross' } }, undefined],
    [{}, undefined],
  ])('of %j is %j', (answer, leverage) => {
    expect(parseLeverage(answer)).toEqual(leverage)
  })
})

it('a vault has the leader that is said, and the mode is the word that is said', () => {
  expect(parseVaultLeader({ leader: UPPER })).toBe(TEST_ADDRESS)
  expect(parseVaultLeader(null)).toBeUndefined()
  expect([parseAccountMode('unifiedAccount'), parseAccountMode(null)]).toEqual(['unifiedAccount', undefined])
})

it('nothing the venue sends makes the readers throw', () => {
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      for (const parse of [parseUserRole, parseExtraAgents, parseLeverage, parseVaultLeader, parseAccountMode])
        parse(answer)
    }),
  )
})
