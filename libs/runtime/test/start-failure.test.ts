import { expect, test } from '@jest/globals';
import { ConfigError } from '../src/config.ts';
import { ServiceError } from '../src/errors.ts';
import { explainStartFailure } from '../src/start-failure.ts';

const system = (fields: object) => Object.assign(new Error('said by the system'), fields);

test.each([
  [
    'settings',
    new ConfigError(['PORT must be a whole number', 'ISSUER is missing']),
    'settings are missing or wrong:\n  PORT must be a whole number\n  ISSUER is missing',
  ],
  [
    'a taken port',
    system({ code: 'EADDRINUSE', syscall: 'listen', port: 3001 }),
    'port 3001 is taken by another program: stop it, or set PORT',
  ],
  [
    'a port for root only',
    system({ code: 'EACCES', syscall: 'listen', address: '0.0.0.0', port: 80 }),
    'it may not listen on 0.0.0.0 port 80 (EACCES): set HOST and PORT',
  ],
  [
    'a folder without rights',
    system({ code: 'EACCES', syscall: 'mkdir', path: './data' }),
    './data can’t be written (EACCES): check the folder’s rights',
  ],
  [
    'nothing at an address',
    system({ code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 5672 }),
    'nothing answers at 127.0.0.1 port 5672 (ECONNREFUSED)',
  ],
  [
    'what a part says of itself',
    new ServiceError('unavailable', 'broker', 'RabbitMQ at amqp://a:b@x can’t be reached'),
    'RabbitMQ at amqp://(credentials)@x can’t be reached',
  ],
  [
    'a cause within',
    new Error('open failed', { cause: system({ code: 'EROFS', path: '/data/x.db' }) }),
    '/data/x.db can’t be written (EROFS): check the folder’s rights',
  ],
])('%s is explained', (_what, error, explanation) => {
  expect(explainStartFailure(error)).toBe(explanation);
});

test('a bug is not explained away', () => {
  const circular = new Error('a bug');
  circular.cause = circular;
  expect([new TypeError('x is undefined'), circular, 'text', null, undefined].map(explainStartFailure)).toEqual(
    Array(5).fill(undefined),
  );
});
