import { expect, test } from '@jest/globals';
import { ServiceError } from '@order-events/runtime';
import { UnwritableError } from '../src/errors.ts';
import type { Lease } from '../src/lease.ts';
import { processMessage } from '../src/process-message.ts';
import type { OutgoingMessage } from '../src/publisher/outgoing.ts';
import { aLog } from './a-bus.ts';
import { aMessage } from './a-message.ts';

const never = new AbortController().signal;

/** Processes one message whose handler throws, with a broker that takes the copies it is told to take. */
async function processed(thrown: unknown, takes: (copy: OutgoingMessage) => void, body = 'the body') {
  const log = aLog();
  const copies: OutgoingMessage[] = [];
  const acked: string[] = [];
  const process = processMessage({
    queue: 'orders',
    service: 'orders',
    schedule: { attempts: 5, firstDelayMs: 1_000 },
    handle: async () => {
      throw thrown;
    },
    copies: {
      send: async (copy) => {
        takes(copy);
        copies.push(copy);
      },
    },
    log,
    clock: () => new Date(),
    random: () => 0.5,
    counts: { processed: () => undefined },
  });
  const ack = () => void acked.push('acked');
  const lease: Lease = {
    ended: never,
    closing: never,
    ack,
    giveBack: () => acked.push('back'),
    pause: () => undefined,
  };
  return { how: await process(aMessage({ messageId: 'id-1' }, body), lease), copies, acked, log };
}

test('a copy that can’t be written isn’t waited for: body and reason go on as a dead letter', async () => {
  const { how, copies, acked } = await processed(new Error('not now'), ({ properties }) => {
    if (properties.messageId) throw new UnwritableError('not published: a field is wrong');
  });
  expect([how, acked]).toEqual(['dead', ['acked']]);
  expect(copies).toMatchObject([{ routingKey: 'orders.dlq', content: Buffer.from('the body') }]);
  expect(JSON.parse(copies[0]?.properties.headers?.failure)).toMatchObject({ error: { name: 'UnwritableError' } });
});

test.each([
  ['nothing', undefined],
  ['an object without text', Object.create(null)],
  ['a symbol', Symbol('x')],
])('a handler that throws %s fails like any other: its message is tried again', async (_what, thrown) => {
  const { how, copies, acked } = await processed(thrown, () => undefined);
  expect([how, acked]).toEqual(['retry', ['acked']]);
  expect(copies).toMatchObject([{ routingKey: 'orders.retry.1000' }]);
});

test('each line about a message names its event and its subject, and shows nothing that is no id', async () => {
  const subjectOf = async (body: string) => {
    const { log } = await processed(new ServiceError('conflict', 'closed', 'it is closed'), () => undefined, body);
    return log.lines.map(({ fields }) => [fields.id, fields.subject]);
  };
  const id = '0192f3a4-7b1c-7def-8123-456789abcdef';
  expect(await subjectOf(`{"specversion":"1.0","subject":"${id}","data":{"subject":"x"}}`)).toEqual([['id-1', id]]);
  expect(await subjectOf('{"subject":"jane@example.com"}')).toEqual([['id-1', undefined]]);
  expect(await subjectOf('no event')).toEqual([['id-1', undefined]]);
});
