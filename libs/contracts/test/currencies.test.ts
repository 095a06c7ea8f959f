import { expect, test } from '@jest/globals';
import { compile, currencyCodes, currencyOfPrice, isCurrency, minorUnitDigits } from '../src/index.ts';

test.each([
  // Where the digits that Intl shows differ from the list's.
  ...['HUF', 'IDR', 'IRR', 'KPW', 'LAK', 'LBP', 'MGA', 'MMK', 'SOS', 'SYP', 'YER', 'AFN', 'ALL', 'IQD'].map(
    (code): [string, number] => [code, code === 'IQD' ? 3 : 2],
  ),
  ['EUR', 2],
  ['CRC', 2],
  ['MRU', 2],
  ['ZWG', 2],
  ['XCG', 2],
  ['XAD', 2],
  ['JPY', 0],
  ['ISK', 0],
  ['UGX', 0],
  ['UYI', 0],
  ['XOF', 0],
  ['KWD', 3],
  ['TND', 3],
  ['CLF', 4],
  ['UYW', 4],
])('the minor unit of %s has %i digits', (code, digits) => {
  expect(minorUnitDigits(code)).toBe(digits);
});

test.each([
  'XAU',
  'XDR',
  'XSU',
  'XTS',
  'XXX',
  'ZZZ',
  'BGN',
  'HRK',
  'ANG',
  'ZWL',
  'CUC',
  'DEM',
  'BTC',
  'eur',
  '',
  'EURO',
])('no price is in %j: gold, tests, withdrawn and made-up codes', (code) => {
  expect(isCurrency(code)).toBe(false);
  expect(minorUnitDigits(code)).toBeUndefined();
  expect(compile(currencyOfPrice)(code)).toEqual({
    ok: false,
    problems: [{ pointer: '', message: 'must be an ISO 4217 code of a currency such as EUR' }],
  });
});

test('the list has each of its 165 codes once', () => {
  expect(currencyCodes).toHaveLength(165);
  expect(currencyCodes.every((code) => /^[A-Z]{3}$/.test(code) && isCurrency(code))).toBe(true);
});
