import { expect, test } from '@jest/globals';
import { compile } from '@order-events/contracts';
import { bodyReader, ServiceError } from '@order-events/runtime';
import { productChange } from '../src/requests.ts';

const readProductChange = bodyReader(compile(productChange));

function pointersOf(body: unknown): unknown {
  try {
    return readProductChange(body);
  } catch (error) {
    return error instanceof ServiceError && error.problems?.map(({ pointer }) => pointer);
  }
}

test.each(['HUF', 'JPY', 'KWD', 'CLF', 'UYW', 'XCG', 'ZWG'])('a price can be in %s', (currency) => {
  expect(readProductChange({ currency })).toEqual({ currency });
});

test.each(['XAU', 'XTS', 'XXX', 'ZZZ', 'BTC', 'BGN', 'eur', 'EU'])('a price in %s is refused', (currency) => {
  expect(pointersOf({ currency })).toEqual(['/currency']);
});

test.each(['', ' ', '\u00a0', '\u200b\u2060', '\u3164', '\u2800', 'Cup\nTotal: 0', 'Cup\u0000', 'Cup\udc00'])(
  'a product named %j is refused',
  (name) => {
    expect(pointersOf({ name })).toEqual(['/name']);
  },
);

test('a name is stored trimmed and in NFC', () => {
  expect(readProductChange({ name: ' Cafe\u0301\u00a0' })).toEqual({ name: 'Caf\u00e9' });
});
