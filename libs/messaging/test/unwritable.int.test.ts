import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anEvent, eventually, signed } from '@order-events/testing';
import { aBus, type Bus, handlersOf, type Service } from './a-bus.ts';
import { deepTable, publishRaw, type RawLabels, textEntry } from './a-raw-message.ts';

let bus: Bus;
let service: Service;
const handled: { id: string; attempt: number }[] = [];

beforeAll(async () => {
  bus = await aBus();
  service = bus.service('inventory');
  const handlers = handlersOf('inventory', async ({ id }, { attempt }) => {
    handled.push({ id, attempt });
    if (attempt === 1) throw new Error('once');
  });
  service.messaging.subscribe('inventory', handlers);
  await service.messaging.start();
});
afterAll(() => bus.close());

const key = Buffer.from('order.created.v1');

/** A signed event on the wire, under labels of its own and those that are given. */
function sayRaw(labels: RawLabels, more = Buffer.alloc(0)): string {
  const event = anEvent('order.created.v1');
  const { body, signature } = signed(event);
  const headers = Buffer.concat([textEntry('signature', Buffer.from(signature)), more]);
  publishRaw(bus.channel, key, { messageId: Buffer.from(event.id), type: key, headers, ...labels }, Buffer.from(body));
  return event.id;
}

const attemptsOf = (id: string) => handled.filter((each) => each.id === id).map(({ attempt }) => attempt);

test('an event whose timestamp can be read and not written is tried again like any other', async () => {
  const id = sayRaw({ timestamp: 2n ** 64n - 1n });
  await eventually(() => expect(attemptsOf(id)).toEqual([1, 2]));
});

test('headers that no copy has room for cost their event nothing', async () => {
  const id = sayRaw({}, textEntry('last-error', Buffer.from('€'.repeat(30_000))));
  await eventually(() => expect(attemptsOf(id)).toEqual([1, 2]));
});

// The first is longer in bytes once it was read; the second is beyond the stack of whoever reads it.
test.each([
  [
    'labels that grew when they were read',
    { messageId: Buffer.alloc(255, 0xff), type: Buffer.alloc(255, 0xff) },
    'event-relabelled',
  ],
  ['a header table 10,000 deep', { headers: deepTable(10_000) }, 'signature-unsigned'],
])('%s make a dead letter with the body as it came, and disturb nobody', async (_what, labels, code) => {
  const said = sayRaw(labels);
  const [letter] = await bus.take('inventory.dlq', 1);
  expect(JSON.parse(letter?.properties.headers?.failure)).toMatchObject({ error: { code }, queue: 'inventory' });
  expect(JSON.parse(String(letter?.content))).toMatchObject({ id: said });
  expect(service.log.lines.map(({ phrase }) => phrase)).not.toContain('broker connection lost');
});
