import { describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '@order-events/messaging';
import { fullLetterOf, summaryOf, withinPage } from '../src/dead-letters/letter-view.ts';
import { jsonOf, shownValue } from '../src/dead-letters/shown.ts';

const aLetter = (chosen: Partial<DeadLetter> = {}): DeadLetter => ({
  queue: 'orders',
  id: 'a',
  digest: '1',
  type: 'order.created.v1',
  replay: 0,
  body: Buffer.from('{"data":{"orderId":"o-1"}}'),
  labels: {},
  headers: {},
  ...chosen,
});
const shown = (text: string | Buffer) => jsonOf(Buffer.from(text));
const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;
const size = (value: unknown) => JSON.stringify(value).length;

test.each([
  [{ name: 'Error', code: '' }, 'Error'],
  [{ name: '', code: '' }, 'unknown'],
])('the code of a reason of %j is %s: never empty, for a group is named by it', (error, code) => {
  expect(summaryOf(aLetter({ failure: { error } as never })).code).toBe(code);
});

describe('a body is shown as JSON', () => {
  test.each([
    '9007199254740993',
    '-9007199254740993',
    '123456789012345678901234567890',
    '1e400',
    '-0',
    '1.0',
    '0.1000000000000000055511151231257827',
    '[1,{"amount":18014398509481985}]',
  ])('with the number %s as it was written', (text) => {
    expect(JSON.stringify(shown(text).event)).toBe(text);
  });

  test.each(['null', '1', '"text"', '{"__proto__":{"admin":true}}', '{"a":"\\ud800"}', nested(100)])(
    'whatever it is: %s',
    (text) => {
      expect(JSON.stringify(shown(text))).toBe(`{"event":${text}}`);
    },
  );

  test('brackets in its texts nest nothing', () => {
    const text = JSON.stringify({ text: `${'['.repeat(9_000)}"\\` });
    expect(JSON.stringify(shown(text).event)).toBe(text);
  });
});

describe('a body that cannot be shown as JSON has the reason', () => {
  test.each([
    ['too-deep', nested(101)],
    ['too-deep', nested(9_000)],
    ['too-deep', '{"a":'.repeat(10_000)],
    ['not-json', ''],
    ['not-json', 'this is not JSON'],
    ['not-json', '{"a":1'],
    ['not-utf-8', Buffer.from([0x22, 0xff, 0x22])],
    ['not-utf-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['too-large', JSON.stringify('x'.repeat(64 * 1024))],
    ['too-large', Buffer.alloc(6 * 2 ** 20, '[')],
  ])('%s', (eventOmitted, body) => {
    expect(shown(body)).toEqual({ event: null, eventOmitted });
  });
});

describe('labels and headers are bounded', () => {
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`header-${at}`, 'x'.repeat(500)]));
  let deep: unknown = 'end';
  for (let at = 0; at < 9_000; at++) deep = { deep };

  test.each([
    ['many', wide],
    ['long', { a: 'x'.repeat(10 ** 6) }],
    ['nested', { deep }],
    ['bytes', { a: Buffer.alloc(10 ** 6) }],
    ['a list', { a: Array.from({ length: 10 ** 5 }, () => 'abc') }],
    ['a name', { ['x'.repeat(10 ** 5)]: 1 }],
    ['wide at every level', { a: Array(60).fill(Array(60).fill(Array(60).fill('abc'))) }],
  ])('%s', (_what, headers) => {
    expect(size(shownValue(headers))).toBeLessThan(40_000);
    expect(size(shownValue(headers))).toBeGreaterThan(2);
  });

  test('and shown unchanged where they are few', () => {
    const headers = { attempt: 3, ok: true, none: null, bytes: Buffer.from('x'), large: 2n ** 63n, list: ['a', 1] };
    expect(shownValue(headers)).toEqual({ ...headers, bytes: 'base64:eA==', large: '9223372036854775808' });
  });
});

describe('a letter', () => {
  test('in full is bounded, and has the number of bytes shown', () => {
    const letter = fullLetterOf(aLetter({ body: Buffer.alloc(6 * 2 ** 20, 'x') }));
    expect(letter).toMatchObject({ event: null, eventOmitted: 'too-large', bytes: 6 * 2 ** 20, shownBytes: 64 * 1024 });
    expect(size(letter)).toBeLessThan(100_000);
    expect(fullLetterOf(aLetter())).toMatchObject({ shownBytes: 26, bytes: 26, orderId: 'o-1' });
  });

  test('names its order only where its body can be shown', () => {
    expect(summaryOf(aLetter({ body: Buffer.from(nested(9_000)) }))).not.toHaveProperty('orderId');
    expect(summaryOf(aLetter({ body: Buffer.from('{"data":{"orderId":12345678901234567890}}') }))).not.toHaveProperty(
      'orderId',
    );
  });

  test.each([
    { error: { name: 'X' } },
    { error: { name: 'X', code: { a: 1 }, message: ['no'] }, attempts: '5', service: 7, time: 5 },
    { error: { name: 'x'.repeat(10 ** 6), message: 'y'.repeat(10 ** 6) }, attempts: 1e99, time: 'yesterday' },
    { error: { name: 'X', message: 'm', code: 'c' }, attempts: 3, service: 'x'.repeat(10 ** 6), time: '+275760' },
  ])('with any value in its failure header has a summary', (failure) => {
    const summary = summaryOf(aLetter({ failure: failure as never }));
    expect(size(summary)).toBeLessThan(4_000);
    expect(typeof summary.code).toBe('string');
    expect(typeof summary.message).toBe('string');
    expect(Number.isSafeInteger(summary.attempts)).toBe(true);
    expect(['string', 'undefined']).toContain(typeof summary.deadSince);
  });
});

test('a page is bounded: the letters behind are only listed, with the reason', () => {
  const letters = Array.from({ length: 100 }, (_, at) => aLetter({ id: `${at}`, body: Buffer.alloc(60_000, 'x') }));
  const page = withinPage(letters.map(fullLetterOf));
  expect(page).toHaveLength(100);
  expect(size(page)).toBeLessThan(2.2 * 2 ** 20);
  expect(page[0]).toMatchObject({ eventOmitted: 'not-json', shownBytes: 60_000 });
  expect(page.at(-1)).toMatchObject({ id: '99', eventOmitted: 'page-full', body: '', shownBytes: 0, bytes: 60_000 });
});
