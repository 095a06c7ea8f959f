import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsCardData } from '../src/card-data.ts';

const numbers = {
  'Visa, 16 digits': '4111111111111111',
  'Visa, 13 digits': '4222222222222',
  'Visa, 19 digits': '4000000000000000006',
  'American Express': '378282246310005',
  'Diners Club': '30569309025904',
  Mastercard: '5555555555554444',
  Discover: '6011111111111117',
};

test.each(Object.entries(numbers))('a number of %s is found', (_brand, number) => {
  expect(holdsCardData({ paymentToken: number })).toBe(true);
});

test.each([
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
  '4111.1111.1111.1111',
  '4111  1111 1111\t1111',
  '4111\u20111111\u20111111\u20111111',
  'my card is 4111111111111111, valid to 12/27',
  '4111111111111111 12/27 123',
  'x4111111111111111x',
])('however it is written: %s', (text) => {
  expect(holdsCardData([{ deep: { down: [text] } }])).toBe(true);
});

test.each([
  'reason',
  'name',
  'line1',
  'line2',
  'city',
  'region',
  'postalCode',
  'paymentMethod',
  'shippingCarrier',
  'cardNumber',
])('in any field that a person types: %s', (name) => {
  expect(holdsCardData({ [name]: '4111 1111 1111 1111' })).toBe(true);
});

test('as a number, and as the name of a field', () => {
  expect(holdsCardData({ paymentToken: 4111111111111111 })).toBe(true);
  expect(holdsCardData({ '4111111111111111': true })).toBe(true);
});

test.each([
  ['the tracking number of a parcel', { status: 3, trackingNumber: '4002000000023770', shippingCarrier: 'DHL' }],
  ['an EAN as the id of a product', { items: [{ productId: '4006300000166', quantity: 1 }] }],
  ['an article number of 16 digits', { items: [{ productId: '4002000000023770', quantity: 1 }] }],
  ['an EAN in a reason', { reason: 'I ordered 4006300000166 twice' }],
  ['the id of an order in a reason', { reason: 'twice: 41111111-1111-4111-8111-111111111111' }],
  ['a phone number with the name', { shippingAddress: { name: 'Ada +49 1512 3456788' } }],
  ['a large amount', { expectedTotal: { amount: 4111111111111111, currency: 'EUR' } }],
])('%s passes', (_what, body) => {
  expect(holdsCardData(body)).toBe(false);
});

test.each([
  ['a wrong check digit', '4111111111111112'],
  ['a token', 'tok_ok'],
  ['a phone number', '+49 30 901820'],
  ['a date and a time', '2026-11-24T10:00:00.000Z'],
  ['a postal code', '10115'],
  ['too few digits', '411111111111'],
  ['a small number', 42],
  ['nothing', null],
])('%s is no card', (_name, value) => {
  expect(holdsCardData({ value })).toBe(false);
});

test('an id is never taken for a card', () => {
  expect(holdsCardData({ reason: '41111111-1111-4111-8111-111111111111' })).toBe(false);
  fc.assert(fc.property(fc.uuid(), (reason) => !holdsCardData({ reason })));
});
