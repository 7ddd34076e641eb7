/** Random answers that look almost like the venue's: its own keys and words, in the wrong places and with the wrong values. */
import fc from 'fast-check'

const KEYS = [
  ...[
    'status',
    'response',
    'type',
    'data',
    'statuses',
    'error',
    'resting',
    'filled',
    'oid',
    'cloid',
    'totalSz',
    'avgPx',
  ],
  ...['order', 'coin', 'side', 'limitPx', 'px', 'sz', 'origSz', 'timestamp', 'statusTimestamp', 'reduceOnly', 'fills'],
  ...['isSnapshot', 'tid', 'time', 'fee', 'startPosition', 'ctx', 'markPx', 'oraclePx', 'midPx', 'universe', 'name'],
  ...['szDecimals', 'maxLeverage', 'marginMode', 'isDelisted', 'collateralToken', 'assetPositions', 'position', 'szi'],
  ...['entryPx', '__proto__', 'constructor', 'length'],
]
const WORDS = [
  ...['ok', 'err', 'order', 'cancel', 'default', 'success', 'waitingForFill', 'waitingForTrigger', 'open', 'B', 'A'],
  ...['xyz:NVDA', '1.5', '0', '-3', '1e5', '12345678901234567890', '0x0de3e244a8f44fc28a6b7bc852d66d19', 'constructor'],
  ...['429 Too Many Requests', 'tickRejected', 'strictIsolated', '__proto__', 'toString'],
]

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom<unknown>(...WORDS, null, true, false, 0, 1, -1, 1.5, 2 ** 53, 446_050_656_712),
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  ),
}))

/** What a frame may hold when it is parsed: the last one cannot come from JSON, and still may not break us. */
export const anyAnswer: fc.Arbitrary<unknown> = fc.oneof(value, fc.jsonValue(), fc.anything())
