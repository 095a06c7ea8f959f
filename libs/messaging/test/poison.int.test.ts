import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anEvent, eventually, signed } from '@order-events/testing';
import { aBus, type Bus, handlersOf, type Service } from './a-bus.ts';

let bus: Bus;
let service: Service;
let handled = 0;

beforeAll(async () => {
  bus = await aBus();
  service = bus.service('inventory');
  service.messaging.subscribe(
    'inventory',
    handlersOf('inventory', async () => void handled++),
  );
  await service.messaging.start();
});

afterAll(() => bus.close());

const event = anEvent('order.created.v1');
const { body, signature } = signed(event);
const labels = { messageId: event.id, type: event.type };
const wrongData = signed({ ...event, data: { nothing: 'as promised' } });
const unknownVersion = signed({ ...event, type: 'order.created.v9' });
const othersKey = signed({ ...event, source: '/services/payments' }).signature;

test.each([
  ['is not JSON', Buffer.from('%PDF-1.4'), { ...labels, headers: { signature } }],
  ['is empty', Buffer.alloc(0), { ...labels, headers: { signature } }],
  ['is not UTF-8', Buffer.from([0xff, 0xfe, 0x00]), { ...labels, headers: { signature } }],
  ['breaks its schema', Buffer.from(wrongData.body), { ...labels, headers: { signature: wrongData.signature } }],
  [
    'is of an unknown version',
    Buffer.from(unknownVersion.body),
    { ...labels, headers: { signature: unknownVersion.signature } },
  ],
  ['is not signed', Buffer.from(body), labels],
  ['has a byte changed', Buffer.from(body.replace('"1.0"', '"1.0" ')), { ...labels, headers: { signature } }],
  ['is signed with another service’s key', Buffer.from(body), { ...labels, headers: { signature: othersKey } }],
  ['has a signature that is no text', Buffer.from(body), { ...labels, headers: { signature: 42 } }],
  ['bears another id outside', Buffer.from(body), { ...labels, messageId: 'other', headers: { signature } }],
  ['bears another type outside', Buffer.from(body), { ...labels, type: 'order.cancelled.v1', headers: { signature } }],
  ['has no labels and no headers at all', Buffer.from(body), {}],
  ['has huge headers', Buffer.from('x'), { ...labels, headers: { signature: 's'.repeat(60_000) } }],
])(
  'undecodable: a message that %s is a dead letter at once, once, with its raw bytes',
  async (_fault, content, properties) => {
    const before = handled;
    bus.channel.publish('order_events', 'order.created.v1', content, properties);
    const letters = await bus.take('inventory.dlq', 1);
    expect(letters).toHaveLength(1);
    expect(letters[0]?.content.equals(content)).toBe(true);
    expect(letters[0]?.properties.headers).toMatchObject({ attempt: 1, 'original-routing-key': 'order.created.v1' });
    expect(JSON.parse(letters[0]?.properties.headers?.failure)).toMatchObject({ attempts: 1, service: 'inventory' });
    expect(handled).toBe(before);
  },
);

test('a true event under the key of another type is refused', async () => {
  bus.channel.publish('order_events', 'order.cancelled.v1', Buffer.from(body), { ...labels, headers: { signature } });
  expect(await bus.take('inventory.dlq', 1)).toHaveLength(1);
});

test('between all the poison a good event is handled', async () => {
  const before = handled;
  bus.channel.publish('order_events', 'order.created.v1', Buffer.from('poison'), {});
  await service.messaging.publisher.publish({ body, signature });
  await eventually(() => expect(handled).toBe(before + 1));
  expect(await bus.take('inventory.dlq', 1)).toHaveLength(1);
});
