import { expect, test } from '@jest/globals';
import { childOf, formatTraceparent, newTrace, parseTraceparent } from '../src/trace.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test('what is formatted is read back', () => {
  const trace = newTrace();
  expect(parseTraceparent(formatTraceparent(trace))).toEqual(trace);
  expect(formatTraceparent(parseTraceparent(traceparent) ?? newTrace())).toBe(traceparent);
});

test('a hop keeps the trace and its state, and has a span of its own', () => {
  const received = parseTraceparent(traceparent, 'vendor=1') ?? newTrace();
  const hop = childOf(received);
  expect(hop).toMatchObject({ traceId: received.traceId, flags: '01', tracestate: 'vendor=1' });
  expect(hop.spanId).not.toBe(received.spanId);
});

test('a later version is understood as far as it goes', () => {
  expect(parseTraceparent(`cc${traceparent.slice(2)}-more`)).toMatchObject({ spanId: '00f067aa0ba902b7' });
});

test.each([
  ['nothing', undefined],
  ['two headers', [traceparent, traceparent]],
  ['an empty one', ''],
  ['upper case', traceparent.toUpperCase()],
  ['no trace', '00-00000000000000000000000000000000-00f067aa0ba902b7-01'],
  ['no span', '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'],
  ['version ff', `ff${traceparent.slice(2)}`],
  ['version 00 with more', `${traceparent}-more`],
  ['something long', `${traceparent}-${'a'.repeat(100_000)}`],
])('%s is no trace', (_what, header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

test('a tracestate that is not one is dropped, the trace goes on', () => {
  expect(parseTraceparent(traceparent, 'a'.repeat(513))).not.toHaveProperty('tracestate');
  expect(parseTraceparent(traceparent, 'a=1\r\nX-Evil: 1')).not.toHaveProperty('tracestate');
});
