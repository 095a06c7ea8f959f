import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { OrderState } from '../src/order.ts';
import type { OrderRequest } from '../src/order-request.ts';
import { isPlacedBy, sealAddress } from '../src/order-secrets.ts';
import { anOrderRequest, aPlacedOrder } from './builders.ts';

/** As orders were stored before: the fingerprint is of the whole body, sorted by name, with the token. */
function ofFirstForm(order: OrderState): OrderState {
  const { items, paymentMethod, paymentToken, shippingAddress } = anOrderRequest();
  const { city, country, line1, name, postalCode } = shippingAddress;
  const body = JSON.stringify({
    items: items.map(({ productId, quantity }) => ({ productId, quantity })),
    paymentMethod,
    paymentToken,
    shippingAddress: { city, country, line1, name, postalCode },
  });
  const secret = Buffer.from(order.custody.key.secret, 'base64');
  const fingerprint = createHmac('sha256', secret).update(body).digest('base64url');
  return { ...order, custody: { ...order.custody, fingerprint } };
}

const { shippingAddress, items } = anOrderRequest();
const [line = { productId: 'lamp', quantity: 2 }] = items;

const asks: [string, Partial<OrderRequest>, boolean][] = [
  ['the same request', {}, true],
  ['one with a new payment token', { paymentToken: 'tok_other' }, true],
  ['one with another quantity', { items: [{ ...line, quantity: 3 }] }, false],
  ['one of another product', { items: [{ ...line, productId: 'desk' }] }, false],
  ['one with a product more', { items: [line, { productId: 'desk', quantity: 1 }] }, false],
  ['one paid another way', { paymentMethod: 'invoice' }, false],
  ['one that goes elsewhere', { shippingAddress: { ...shippingAddress, line1: '2 Main Street' } }, false],
  ['one without a name', { shippingAddress: { line1: '1 Main Street', city: 'Berlin', country: 'DE' } }, false],
];

describe('the request that placed an order', () => {
  test.each(asks)('and %s', (_what, changes, same) => {
    expect(isPlacedBy(aPlacedOrder(), anOrderRequest(changes))).toBe(same);
  });

  test('and one that expects another total', () => {
    const expectedTotal = { amount: 2_500, currency: 'EUR' };
    expect(isPlacedBy(aPlacedOrder(), anOrderRequest({ expectedTotal }))).toBe(false);
  });
});

describe('the request that placed an order when the token was part of its fingerprint', () => {
  test.each(asks)('and %s', (_what, changes, same) => {
    const order = ofFirstForm(aPlacedOrder());
    expect(isPlacedBy(order, anOrderRequest(changes))).toBe(same);
  });

  test('and the same request, whose address was then kept as it was typed', () => {
    const order = ofFirstForm(aPlacedOrder());
    const typed = {
      ...shippingAddress,
      name: ' Zoe\u0308\u200b',
      line1: '1 Main Street\u00a0',
      city: '\u202eBerlin\u202c ',
    };
    const answer = { ...order.answer, shippingAddress: sealAddress(order.custody.key, typed) };
    const tidy = { ...shippingAddress, name: 'Zo\u00eb' };
    expect(isPlacedBy({ ...order, answer }, anOrderRequest({ shippingAddress: tidy }))).toBe(true);
    expect(isPlacedBy({ ...order, answer }, anOrderRequest())).toBe(false);
  });

  test('and the same request, after the token was deleted', () => {
    const { custody, ...order } = ofFirstForm(aPlacedOrder());
    const { paymentToken: _deleted, ...left } = custody;
    expect(isPlacedBy({ ...order, custody: left }, anOrderRequest({ paymentToken: 'tok_new' }))).toBe(true);
  });
});
