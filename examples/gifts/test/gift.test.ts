import { expect, test } from '@jest/globals';
import { giftGranted } from '@order-events/contracts';
import { decide, unchanged } from '@order-events/store';
import { anOrder } from '@order-events/testing';
import { type Gift, grant } from '../src/gift.ts';

const terms = { percent: 5, code: 'a-code', at: '2026-11-29T12:00:00.000Z' };
const order = anOrder({ userId: 'ada', totalAmount: 9_899, currency: 'EUR' });
const gift: Gift = {
  orderId: order.id,
  userId: 'ada',
  amount: 494,
  currency: 'EUR',
  code: 'a-code',
  grantedAt: terms.at,
};

test('a delivered order grants its owner a share of its total, rounded down', () => {
  const event = { contract: expect.objectContaining({ type: giftGranted.type }), data: expect.anything() };
  expect(grant(undefined, order, terms)).toMatchObject({ ...decide(gift), events: [event] });
});

test('no event holds the code', () => {
  const granted = grant(undefined, order, terms);
  expect(JSON.stringify('events' in granted && granted.events)).not.toContain('a-code');
});

test('a gift that is granted stays as it is', () => {
  expect(grant(gift, order, { ...terms, code: 'another' })).toEqual(unchanged(gift));
});

test('an order too small for a gift gets none', () => {
  expect(grant(undefined, { ...order, totalAmount: 19 }, terms)).toEqual(unchanged(undefined));
});

test('an order that was delivered to somebody else before is refused', () => {
  expect(() => grant(gift, { ...order, userId: 'ben' }, terms)).toThrow('belongs to another person');
});
