import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsCardNumber, looksLikeCard } from '../src/card-number.ts';

/** The number with its check digit (Luhn) behind. */
function checked(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = place % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits + ((10 - (sum % 10)) % 10);
}

function numberOf(prefix: string, length: number) {
  const free = length - prefix.length - 1;
  return fc.stringMatching(new RegExp(`^\\d{${free}}$`)).map((middle) => checked(prefix + middle));
}

test.each([
  ['4', 16],
  ['4', 19],
  ['51', 16],
  ['55', 16],
  ['2221', 16],
  ['2720', 16],
  ['34', 15],
  ['37', 15],
  ['305', 14],
  ['36', 14],
  ['38', 19],
  ['3528', 16],
  ['6011', 16],
  ['62', 19],
  ['65', 16],
  ['6759', 18],
  ['2200', 16],
])('every number from %s with %d digits and a check digit is found', (prefix, length) => {
  fc.assert(fc.property(numberOf(prefix, length), (number) => holdsCardNumber(`card ${number}.`)));
});

test.each([
  '4111 1111-1111.1111',
  '4111_1111/1111 1111',
  'tok_5555555555554444',
  '４１１１１１１１１１１１１１１１',
  '4111\u200b111111111111',
  '4111\u200e1111\ufe0f1111\u20631111',
  '4111,1111,1111,1111',
  '4111·1111·1111·1111',
  '4111−1111−1111−1111',
  '4111:1111|1111*1111',
  '٤١١١١١١١١١١١١١١١',
  '۴۱۱۱ ۱۱۱۱ ۱۱۱۱ ۱۱۱۱',
  '४१११११११११११११११',
])('in groups of any kind: %s', (text) => {
  expect(holdsCardNumber(text)).toBe(true);
});

test.each([
  ['an EAN of Germany', '4006300000166'],
  ['an EAN in a sentence', 'wrong item 4006300000166, please take it back'],
  ['a phone number with its country code', `+${checked('491512345678')}`],
  ['two phone numbers in a list', '555 123 4567, 555 987 6540'],
  ['a phone number in digits of another script', '+٤٩١٥١٢٣٤٥٦٧٨٠'],
  ['a phone number in groups', '+49 1512 345 6789 or +55 11 91234 5678'],
  ['a tracking number of 20 digits', checked('0034043416109404255')],
  ['a parcel number that begins with 1', checked('102000000000012')],
  ['a number of an article that begins with 9', checked('978316148410')],
  ['a Mastercard one digit short', checked('51051051051051')],
  ['an American Express one digit long', checked('378282246310005')],
  ['a prefix that no issuer has', checked('700000000000000')],
  ['a wrong check digit', '4111111111111112'],
  ['the id of an order', '41111111-1111-4111-8111-111111111111'],
  ['the id of an order in a sentence', 'order 41111111-1111-4111-8111-111111111111 is late'],
  ['an order number', '4111ABCD1111'],
  ['a time in milliseconds', '1795485961001'],
  ['a token', 'tok_ok'],
])('%s is no card', (_what, text) => {
  expect(holdsCardNumber(text)).toBe(false);
});

test('no EAN is taken for a card', () => {
  fc.assert(fc.property(fc.stringMatching(/^\d{13}$/), (ean) => !holdsCardNumber(`article ${ean}`)));
});

test('a token that is nothing but a number with a check digit is a card, whoever issued it', () => {
  for (const number of ['4222222222222', checked('700000000000000'), '4222 2222 22222']) {
    expect(looksLikeCard(number)).toBe(true);
  }
  for (const token of ['tok_ok', 'tok_4222222222222', '4222222222223', 'pm_1764412345678', '12345']) {
    expect(looksLikeCard(token)).toBe(false);
  }
});
