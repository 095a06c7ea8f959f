import { expect, test } from '@jest/globals';
import { mask, maskText } from '../src/mask.ts';

const jwt = `${btoa('{"alg":"HS256"}').replace(/=/g, '')}.${btoa('{"sub":"anna"}').replace(/=/g, '')}.c2lnbmF0dXJl`;

test.each([
  ['an e-mail address', 'mail to anna.b+x@example.co.uk failed', 'mail to (e-mail) failed'],
  ['an address within other text', '<anna@example.com>,bob@example.org', '<(e-mail)>,(e-mail)'],
  ['a quoted local part', '"anna b"@example.com', '(e-mail)'],
  ['a percent-encoded address', '/customers/anna%40example.com', '/customers/(e-mail)'],
  ['an address in another script', 'жанна@пример.рф', '(e-mail)'],
  ['a token', `got ${jwt} here`, 'got (token) here'],
  ['an authorization header', 'Authorization: Bearer abcdefgh12345', 'Authorization: Bearer (token)'],
  [
    'credentials in a URL',
    'amqp://order:s3cret@rabbit.example.com:5672/v',
    'amqp://(credentials)@rabbit.example.com:5672/v',
  ],
  ['a secret that is assigned', 'ACCESS_TOKEN_SECRET=abc def', 'ACCESS_TOKEN_SECRET=(masked) def'],
  ['a secret in JSON', '{"paymentToken":"tok_ok","x":1}', '{"paymentToken":"(masked)","x":1}'],
  ['a card number', 'paid with 4111111111111111.', 'paid with (card).'],
  ['a card number in groups', 'card 4111 1111 1111 1111 12/29', 'card (card)/29'],
  ['a card number after a word', 'order-4111-1111-1111-1111', 'order-(card)'],
  ['a card number glued to letters', 'x378282246310005y', 'x(card)y'],
])('%s is masked', (_what, text, masked) => {
  expect(maskText(text)).toBe(masked);
});

test.each([
  ['a UUID of digits', '41111111-1111-1111-9111-411111111111'],
  ['a trace context', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
  ['a digest that holds a card number', 'a4111111111111111b'.padEnd(64, '0')],
  ['a time in milliseconds', '1795485961001'],
  ['a number with a wrong check digit', '4111111111111112'],
  ['a package with its version', 'amqplib@2.3.1'],
  ['a broker node', 'rabbit@localhost'],
])('%s is kept', (_what, text) => {
  expect(maskText(text)).toBe(text);
});

test('whatever stands under a telling name is masked, whole', () => {
  const fields = {
    accessToken: 'a',
    'set-cookie': ['b'],
    DB_PASSWORD: 'c',
    cardNumber: 4,
    email: 'd',
    shippingAddress: { line1: 'e' },
  };
  expect(new Set(Object.values(mask(fields) as object))).toEqual(new Set(['(masked)']));
});

test('names that only contain such a word are kept', () => {
  const fields = { discarded: 3, cardinality: 4, mailId: 'm-1', tokenised: 'yes', orderId: 'o-1', hasToken: true };
  expect(mask(fields)).toEqual(fields);
});

test('nested values, numbers, errors and their causes are masked', () => {
  const cause = new Error('no mailbox anna@example.com');
  const error = Object.assign(new Error('card 4111111111111111 declined', { cause }), { code: 'X', password: 'p' });
  expect(mask({ list: [{ number: 4111111111111111 }], error })).toMatchObject({
    list: [{ number: '(card)' }],
    error: {
      message: 'card (card) declined',
      code: 'X',
      password: '(masked)',
      cause: { message: 'no mailbox (e-mail)' },
      stack: expect.not.stringContaining('4111'),
    },
  });
});

test('anything can be masked: circular, deep, huge, unreadable', () => {
  const circular: Record<string, unknown> = { big: 2n, buffer: Buffer.from('secret'), when: new Date(0), run: () => 1 };
  circular.self = circular;
  expect(mask(circular)).toEqual({
    big: '2',
    buffer: '(6 bytes)',
    when: '1970-01-01T00:00:00.000Z',
    run: '(function)',
    self: '(circular)',
  });

  const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
  expect(JSON.stringify(mask(deep))).toContain('nested too deep');
  expect(maskText('x'.repeat(1_000_000)).length).toBeLessThan(9_000);
  expect(mask(Array(100_000).fill(1))).toHaveLength(100);

  const unreadable = Object.defineProperty({}, 'broken', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  });
  expect(mask({ unreadable })).toEqual({ unreadable: '(unreadable)' });
});

test.each([
  ['a', 200_000],
  ['1 ', 100_000],
  ['a@', 100_000],
  ['a.', 100_000],
  ['f', 200_000],
  ['4-', 100_000],
  ['token="', 30_000],
  ['x://', 50_000],
])('masking %j again and again stays fast', (part, times) => {
  const began = performance.now();
  maskText(part.repeat(times));
  expect(performance.now() - began).toBeLessThan(500);
});

test('ids stay as they are, also where they look like a card number', () => {
  const fields = {
    productId: '4002000000023770',
    productIds: ['4002000000023770', 'pen'],
    trackingNumber: '4002000000023770',
    orderNumber: '4111111111111111',
    ean: '4006300000166',
  };
  expect(mask(fields)).toEqual(fields);
  expect(mask({ productId: 'anna@example.com', note: '4002000000023770' })).toEqual({
    productId: '(e-mail)',
    note: '(card)',
  });
});
