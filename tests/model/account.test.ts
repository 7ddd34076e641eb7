import { describe, expect, it } from 'vitest'
import { address } from '../../src/model/account.js'
import { TEST_ADDRESS, TEST_KEY } from '../helpers/fixtures.js'

describe('address', () => {
  it('gives the address in lower case, as the venue hashes it', () => {
    expect(address('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', 'account')).toBe(TEST_ADDRESS)
  })

  it.each([undefined, null, 5, 5n, {}, [TEST_ADDRESS]])(
    'refuses %o with a TypeError that names the argument',
    (value) => {
      expect(() => address(value, 'account')).toThrow(/^account: expected an address string, got /)
      expect(() => address(value, 'account')).toThrow(TypeError)
    },
  )

  it.each([
    '',
    '0x',
    TEST_ADDRESS.slice(2),
    TEST_ADDRESS.slice(0, -1),
    `${TEST_ADDRESS}0`,
    `${TEST_ADDRESS}\n`,
    TEST_ADDRESS.replace('0x', '0X'),
  ])('refuses %j', (value) => {
    expect(() => address(value, 'account')).toThrow(
      new RangeError(`account: expected 0x and 40 hex digits, got a string of ${value.length} characters`),
    )
  })

  it('does not repeat what it refuses, since it may be a key in the wrong field', () => {
    try {
      address(TEST_KEY, 'account')
      expect.unreachable()
    } catch (error) {
      expect(`${String(error)} ${(error as Error).stack}`).not.toContain(TEST_KEY.slice(2, 20))
    }
  })
})
