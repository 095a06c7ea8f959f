import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { brokerAnswers } from '../answers.ts';
import { findBroker } from '../find-broker.ts';

const wish = { purpose: 'test', say: () => {} } as const;

test('RABBITMQ_URL that is no address is refused with an example, and without printing what it holds', async () => {
  const refusal = findBroker({ ...wish, env: { RABBITMQ_URL: 'guest:secret@localhost' } });
  await expect(refusal).rejects.toThrow(
    "RABBITMQ_URL is not a broker's address such as amqp://user:password@host:5672",
  );
});

test('a version for tests that isn’t known is refused', async () => {
  const refusal = findBroker({ ...wish, env: { TEST_RABBITMQ: '5' } });
  await expect(refusal).rejects.toThrow('TEST_RABBITMQ is 4, or not set');
});

test('something that listens but speaks no AMQP is no broker', async () => {
  const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await brokerAnswers(`amqp://127.0.0.1:${port}`)).toBe(false);
  } finally {
    server.close();
  }
});
