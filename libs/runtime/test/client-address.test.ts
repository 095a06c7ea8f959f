import { expect, test } from '@jest/globals';
import { addressOf, clientAddress } from '../src/client-address.ts';

const everyone = () => true;
const local = (address: string) => address === '127.0.0.1' || address.startsWith('10.');

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['192.0.2.1:4711', '192.0.2.1'],
  ['"192.0.2.1:4711"', '192.0.2.1'],
  [' 192.0.2.1 ', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['"[2001:db8::1]:443"', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['[::ffff:192.0.2.1]:80', '192.0.2.1'],
])('%s is the address %s', (text, address) => {
  expect(addressOf(text)).toBe(address);
});

test.each(
  [
    'unknown',
    '_hidden',
    '',
    '192.0.2',
    '192.0.2.256',
    '010.0.0.1',
    '192.0.2.1:port',
    '192.0.2.1:123456',
    '2001:db8::1]:443',
    '[2001:db8::1',
    '[192.0.2.1',
    '192.0.2.1 OR 1=1',
    'ada@example.com',
    'x'.repeat(6_000),
  ].map((text) => [text.slice(0, 40), text]),
)('%j is no address', (_shown, text = '') => {
  expect(addressOf(text)).toBeUndefined();
});

test.each([
  ['nobody is trusted', '127.0.0.1', '192.0.2.1', () => false, '127.0.0.1'],
  ['the balancer is trusted', '127.0.0.1', '192.0.2.1', local, '192.0.2.1'],
  ['the balancer adds ports', '127.0.0.1', '192.0.2.1:5000, 10.0.0.7:6000', local, '192.0.2.1'],
  ['the balancer writes IPv6', '::ffff:127.0.0.1', '[2001:db8::1]:443', local, '2001:db8::1'],
  ['the client forged one in front', '127.0.0.1', '6.6.6.6, 192.0.2.1', local, '192.0.2.1'],
  ['the client sent text', '127.0.0.1', 'x'.repeat(6_000), local, '127.0.0.1'],
  ['the client sent text in front', '127.0.0.1', 'text, 10.0.0.7', local, '10.0.0.7'],
  ['the balancer does not know', '127.0.0.1', '192.0.2.1, unknown', local, '127.0.0.1'],
  ['an element is empty', '127.0.0.1', '192.0.2.1, ,', local, '192.0.2.1'],
  ['all are trusted', '127.0.0.1', '192.0.2.1, 192.0.2.2', everyone, '192.0.2.1'],
  ['there is no header', '127.0.0.1', undefined, everyone, '127.0.0.1'],
  ['the connection is gone', undefined, '192.0.2.1', local, ''],
])('when %s', (_what, peer, forwardedFor, trusts, address) => {
  expect(clientAddress(peer, forwardedFor, trusts)).toBe(address);
});
