import { expect, test } from '@jest/globals';
import { explained } from '../src/explained.ts';
import { ServiceStartError } from '../src/system.ts';

test('a start that fails through a mistake in the code is told with its cause', () => {
  const failure = new ServiceStartError('orders', new TypeError('no handler', { cause: new Error('deeper') }));
  const text = explained(failure);
  expect(text).toMatch(/^orders can’t start\ncaused by TypeError: no handler\n {4}at /);
  expect(text).toMatch(/\ncaused by Error: deeper\n {4}at /);
});

test('a start that fails through its surroundings is one line', () => {
  const taken = Object.assign(new Error('listen'), { code: 'EADDRINUSE', syscall: 'listen', port: 3001 });
  expect(explained(new ServiceStartError('orders', taken))).toBe(
    'orders can’t start: port 3001 is taken by another program: stop it, or set PORT\n' +
      'A setting for orders alone has its name in front: ORDERS_PORT=… npm start',
  );
});
