/** Every frame of the venue's socket, and everything else as `other`. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  belongsTo,
  channelOf,
  confirms,
  type FeedSubscription,
  type Frame,
  parseFrame,
  pingFrame,
  postFrame,
  subscribeFrame,
  unsubscribeFrame,
} from '../../src/wire/frames.js'
import { TEST_ADDRESS } from '../helpers/fixtures.js'
import { anyAnswer } from '../helpers/near-json.js'

const FILLS: FeedSubscription = { type: 'userFills', user: TEST_ADDRESS }
const PARSING_ERROR = 'Error parsing JSON into valid websocket request: '

describe('a frame of ours', () => {
  it.each<[string, string, string]>([
    ['a ping', pingFrame(), '{"method":"ping"}'],
    [
      'a subscription',
      subscribeFrame(FILLS),
      `{"method":"subscribe","subscription":{"type":"userFills","user":"${TEST_ADDRESS}"}}`,
    ],
    [
      'its end',
      unsubscribeFrame(FILLS),
      `{"method":"unsubscribe","subscription":{"type":"userFills","user":"${TEST_ADDRESS}"}}`,
    ],
    [
      'a post',
      postFrame(256, 'action', { action: { type: 'noop' }, nonce: 1 }),
      '{"method":"post","id":256,"request":{"type":"action","payload":{"action":{"type":"noop"},"nonce":1}}}',
    ],
  ])('%s', (_, frame, text) => {
    expect(frame).toBe(text)
  })
})

describe('a frame of the venue', () => {
  const action = { status: 'ok', response: { type: 'order', data: { statuses: [{ resting: { oid: 88383 } }] } } }
  const post = (id: unknown, response: unknown): object => ({ channel: 'post', data: { id, response } })

  it.each<[string, object, Frame]>([
    ['a pong', { channel: 'pong' }, { kind: 'pong' }],
    [
      'the answer to an action',
      post(256, { type: 'action', payload: action }),
      { kind: 'answer', id: 256, payload: action },
    ],
    [
      'the refusal of an action, which is an answer',
      post(256, { type: 'action', payload: { status: 'err', response: 'no' } }),
      { kind: 'answer', id: 256, payload: { status: 'err', response: 'no' } },
    ],
    [
      'the answer to a question, without its second wrapping',
      post(123, { type: 'info', payload: { type: 'l2Book', data: { levels: [[], []] } } }),
      { kind: 'answer', id: 123, payload: { levels: [[], []] } },
    ],
    [
      'the answer to a question, wrapped once',
      post(123, { type: 'info', payload: [null] }),
      { kind: 'answer', id: 123, payload: [null] },
    ],
    [
      'an answer whose id is text',
      post('7', { type: 'action', payload: action }),
      { kind: 'answer', id: 7, payload: action },
    ],
    [
      'a post refused before it was processed',
      post(256, { type: 'error', payload: '429 Too Many Requests' }),
      { kind: 'refusal', id: 256, message: '429 Too Many Requests' },
    ],
    [
      'a post that failed while it was processed',
      post(256, { type: 'error', payload: '502 Bad Gateway' }),
      { kind: 'failure', id: 256, message: '502 Bad Gateway' },
    ],
    [
      'a post that failed in a way nobody knows',
      post(256, { type: 'error', payload: 'upstream timeout' }),
      { kind: 'failure', id: 256, message: 'upstream timeout' },
    ],
    [
      'a post that failed without words',
      post(256, { type: 'error', payload: { code: 4 } }),
      { kind: 'failure', id: 256, message: '{"code":4}' },
    ],
    [
      'too many posts at once',
      { channel: 'error', data: 'too many pending post requests id=256' },
      { kind: 'refusal', id: 256, message: 'too many pending post requests id=256' },
    ],
    [
      'a post that could not be read, with its echo',
      { channel: 'error', data: `${PARSING_ERROR}{"method":"post","id":9,"request":{}}` },
      { kind: 'refusal', id: 9, message: `${PARSING_ERROR}{"method":"post","id":9,"request":{}}` },
    ],
    [
      'a subscription confirmed',
      {
        channel: 'subscriptionResponse',
        data: { method: 'subscribe', subscription: { type: 'bbo', coin: 'xyz:TSLA' } },
      },
      { kind: 'confirmation', subscription: { type: 'bbo', coin: 'xyz:TSLA' } },
    ],
    [
      'a subscription that was there already',
      { channel: 'error', data: 'Already subscribed: {"type":"bbo","coin":"xyz:TSLA"}' },
      { kind: 'confirmation', subscription: { type: 'bbo', coin: 'xyz:TSLA' } },
    ],
    [
      'a subscription refused, with its echo',
      { channel: 'error', data: 'Invalid subscription {"type":"bbo","coin":"NOPE"}' },
      {
        kind: 'subscriptionRefusal',
        subscription: { type: 'bbo', coin: 'NOPE' },
        message: 'Invalid subscription {"type":"bbo","coin":"NOPE"}',
      },
    ],
    [
      'a subscription of an unknown type',
      { channel: 'error', data: `${PARSING_ERROR}{"method":"subscribe","subscription":{"type":"novelty"}}` },
      {
        kind: 'subscriptionRefusal',
        subscription: { type: 'novelty' },
        message: `${PARSING_ERROR}{"method":"subscribe","subscription":{"type":"novelty"}}`,
      },
    ],
    [
      'too many users, without an echo',
      { channel: 'error', data: 'Cannot track more than 15 total users.' },
      {
        kind: 'subscriptionRefusal',
        subscription: undefined,
        message: 'Cannot track more than 15 total users.',
      },
    ],
    ['a feed', { channel: 'bbo', data: { coin: 'x' } }, { kind: 'feed', channel: 'bbo', data: { coin: 'x' } }],
    ['a feed nobody knows', { channel: 'novelty' }, { kind: 'feed', channel: 'novelty', data: undefined }],
  ])('is read: %s', (_, frame, expected) => {
    expect(parseFrame(JSON.stringify(frame))).toStrictEqual(expected)
  })

  it.each([
    'Websocket connection established.',
    '',
    '{',
    'null',
    '5',
    '"text"',
    '[]',
    '{}',
    '{"channel":5}',
    '{"channel":"post"}',
    '{"channel":"post","data":{"id":1}}',
    '{"channel":"post","data":{"response":{"type":"action","payload":{}}}}',
    '{"channel":"post","data":{"id":1.5,"response":{"type":"action","payload":{}}}}',
    '{"channel":"subscriptionResponse","data":{"method":"unsubscribe","subscription":{"type":"bbo"}}}',
    '{"channel":"subscriptionResponse"}',
    '{"channel":"error"}',
  ])('is other: %s', (text) => {
    expect(parseFrame(text)).toStrictEqual({ kind: 'other', text })
  })

  it.each([
    'Something new.',
    'Already subscribed: what was it',
    'Already unsubscribed: {"type":"bbo"}',
    `${PARSING_ERROR}{"method":"post"`,
    `${PARSING_ERROR}{"method":"post"}`,
  ])('is other, by its words: %s', (data) => {
    expect(parseFrame(JSON.stringify({ channel: 'error', data }))).toStrictEqual({ kind: 'other', text: data })
  })

  it('is quoted only in part', () => {
    expect(parseFrame('x'.repeat(1_000_000))).toStrictEqual({ kind: 'other', text: 'x'.repeat(200) })
  })

  it('is read without an exception, whatever it holds', () => {
    const channels = fc.constantFrom('post', 'error', 'subscriptionResponse', 'pong', 'userFills', 5, null)
    const frames = fc.oneof(
      fc.string(),
      fc.json(),
      fc.tuple(channels, anyAnswer).map(([channel, data]) => {
        try {
          return JSON.stringify({ channel, data })
        } catch {
          return String(channel)
        }
      }),
      fc.tuple(fc.nat(), anyAnswer).map(([id, payload]) => {
        try {
          return JSON.stringify({ channel: 'post', data: { id, response: payload } })
        } catch {
          return String(id)
        }
      }),
    )
    fc.assert(
      fc.property(frames, (text) => {
        expect(typeof parseFrame(text).kind).toBe('string')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a confirmation', () => {
  it('is of what was asked, with defaults added and addresses in lower case', () => {
    const asked: FeedSubscription = { type: 'userFills', user: '0xF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266' }
    expect(confirms({ type: 'userFills', user: TEST_ADDRESS, aggregateByTime: false }, asked)).toBe(true)
    expect(confirms({ type: 'userFills', user: TEST_ADDRESS }, { ...asked, dex: undefined })).toBe(true)
  })

  it.each([
    { type: 'userEvents', user: TEST_ADDRESS },
    { type: 'userFills', user: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8' },
    { type: 'userFills' },
    {},
  ])('is of something else: %j', (confirmed) => {
    expect(confirms(confirmed, FILLS)).toBe(false)
  })

  it('minds the letter case of a market', () => {
    expect(confirms({ type: 'bbo', coin: 'xyz:tsla' }, { type: 'bbo', coin: 'xyz:TSLA' })).toBe(false)
  })
})

describe('a feed', () => {
  it('arrives on the channel of its name, but for the user’s events', () => {
    expect([channelOf(FILLS), channelOf({ type: 'userEvents' })]).toStrictEqual(['userFills', 'user'])
  })

  it.each<[unknown, FeedSubscription, boolean]>([
    [{ coin: 'xyz:TSLA' }, { type: 'bbo', coin: 'xyz:TSLA' }, true],
    [{ coin: 'xyz:NVDA' }, { type: 'bbo', coin: 'xyz:TSLA' }, false],
    [[{ coin: 'xyz:NVDA' }], { type: 'trades', coin: 'xyz:TSLA' }, false],
    [{ user: TEST_ADDRESS.toUpperCase().replace('0X', '0x') }, FILLS, true],
    [{ user: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8' }, FILLS, false],
    [[], { type: 'orderUpdates', user: TEST_ADDRESS }, true],
    [[{ order: { coin: 'x' } }], { type: 'orderUpdates', user: TEST_ADDRESS }, true],
    [null, FILLS, true],
  ])('%j belongs to %j: %s', (data, subscription, belongs) => {
    expect(belongsTo(data, subscription)).toBe(belongs)
  })
})
