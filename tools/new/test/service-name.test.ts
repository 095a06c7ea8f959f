import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { services } from '@order-events/contracts';
import { freePort, namesTaken, readName, renamed } from '../service-name.ts';

const used = new Set(['order', 'store']);
const taken = namesTaken(await readFile(join(import.meta.dirname, '..', '..', '..', 'docker-compose.yml'), 'utf8'));

test('one of what a service keeps is its name without the s', () => {
  expect(readName('vouchers', taken, used)).toEqual({ name: 'vouchers', one: 'voucher' });
  expect(readName('loyalty', taken, used)).toEqual({ name: 'loyalty', one: 'loyalty' });
});

test.each([
  ['Vouchers', 'is no name'],
  ['gift-codes', 'is no name'],
  ['x', 'is no name'],
  ['', 'is no name'],
  ['../etc', 'is no name'],
  ['orders', 'orders exists already'],
  ['gifts', 'gifts exists already'],
  ['toString', 'is no name'],
  ['products', 'products exists already'],
  ['dlq', 'dlq exists already'],
  ['mongo', 'mongo exists already'],
  ['monitor', 'monitor exists already'],
  ['order', 'order has a meaning already'],
  ['stores', 'store has a meaning already'],
  ['class', 'class has a meaning already'],
  ['news', 'new has a meaning already'],
])('%s is refused: %s', (name, reason) => {
  expect(() => readName(name, taken, used)).toThrow(reason);
});

test('a port is the first free one, or the one that was asked for', () => {
  const entries = Object.values(services);
  const port = freePort(undefined, entries);
  expect(entries.map((entry) => entry.port)).not.toContain(port);
  expect(freePort(3_050, entries)).toBe(3_050);
});

test('a port of another service is refused with its name', () => {
  const entries = Object.values(services);
  expect(() => freePort(services.payments.port, entries)).toThrow('belongs to payments');
  expect(() => freePort(services.gateway.operationsPort, entries)).toThrow('belongs to gateway');
});

test('every spelling is renamed alike', () => {
  const name = { name: 'vouchers', one: 'voucher' };
  expect(renamed('gifts Gifts GIFTS_SERVICE_URL gift Gift GIFT_PERCENT giftStore GiftStore openGiftStore', name)).toBe(
    'vouchers Vouchers VOUCHERS_SERVICE_URL voucher Voucher VOUCHER_PERCENT voucherStore VoucherStore openVoucherStore',
  );
});
