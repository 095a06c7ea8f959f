import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type CloudEvent, createEvent, orderCreated, parseKeys } from '@order-events/contracts';
import { createAuth } from '@order-events/runtime';
import { anOrder, eventually, personToken, TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import { aBench, type Bench } from './dead-letters-bench.ts';

const queue = 'inventory';
const wrongKey = parseKeys(`orders-typo:/services/orders:${createHash('sha256').update('typo').digest('base64')}`);
const reason = 'orders ran with a wrong key from 10:00 to 10:20';
let bench: Bench;

beforeAll(async () => {
  bench = await aBench(queue);
}, 60_000);
afterAll(() => bench?.stop());
beforeEach(async () => {
  const { management, vhost } = bench.around.broker;
  for (const each of [queue, 'audit']) await management.delete(`/queues/${vhost}/${each}.dlq/contents`);
});

function anEvent(changed: Partial<CloudEvent> = {}): CloudEvent {
  const order = anOrder();
  const attributes = { id: randomUUID(), source: '/services/orders', subject: order.id, version: 1 } as const;
  const cause = { time: new Date().toISOString(), correlationid: randomUUID(), triggeredby: 'system' } as const;
  return { ...createEvent(orderCreated({ order }), { ...attributes, ...cause }), ...changed };
}

/** Publishes as orders would with these keys; null: without a signature. */
async function publish(event: CloudEvent, keys: ReturnType<typeof parseKeys> | null): Promise<void> {
  const { management, vhost } = bench.around.broker;
  const body = JSON.stringify(event);
  const headers = keys ? { signature: keys.sign('/services/orders', body) } : {};
  await management.post(`/exchanges/${vhost}/order_events/publish`, {
    routing_key: event.type,
    properties: { delivery_mode: 2, message_id: event.id, type: event.type, headers },
    payload: body,
    payload_encoding: 'string',
  });
}

const vouch = (chosen: object, of = queue) =>
  bench.ask('POST', '/vouch', { queue: of, reason, watchSeconds: 2, ...chosen });
const alike = { group: { type: 'order.created.v1', code: 'signature-unknown-key' } };
const handled = (id: string) => bench.consumed.filter(({ event }) => event.id === id);
const auditsLetters = (count: number) =>
  eventually(async () => {
    const { items } = (await bench.ask('GET', '?queue=audit')).body as { items: object[] };
    expect(items).toHaveLength(count);
  });

async function kept(id: string): Promise<Record<string, unknown> | undefined> {
  const auth = createAuth({ secret: TEST_SECRET, issuer: TEST_ISSUER, service: 'tools' });
  const headers = { authorization: `Bearer ${auth.signServiceToken('audit')}` };
  const answer = await fetch(`${bench.audit.url}/internal/events`, { headers });
  const { items } = (await answer.json()) as { items: Record<string, unknown>[] };
  return items.find((item) => item.id === id);
}

test('an event signed with a wrong key is handled and stored when an admin vouches for it', async () => {
  const events = [anEvent(), anEvent()];
  for (const event of events) await publish(event, wrongKey);
  await bench.letters(2);
  await auditsLetters(2);

  const { status, body } = await vouch(alike);
  expect(status).toBe(202);
  expect(await bench.ended(body.id)).toMatchObject({ kind: 'vouch', state: 'done', by: 'root', reason });
  for (const { id } of events) expect(handled(id)).toMatchObject([{ delivery: { replay: 1, attempt: 1 } }]);

  const ofAudit = await vouch(alike, 'audit');
  await bench.ended(ofAudit.body.id);
  for (const event of events) {
    const body = JSON.stringify(event);
    const originalSignature = wrongKey.sign('/services/orders', body);
    expect(await kept(event.id)).toMatchObject({ body, originalSignature });
    expect((await kept(event.id))?.signature).not.toBe(originalSignature);
  }
});

test('an event that audit stores with other bytes can’t be vouched for', async () => {
  const event = await bench.orderEvent();
  await eventually(async () => expect(await kept(event.id)).toBeDefined());
  await publish({ ...event, userid: 'eve' }, wrongKey);
  const [letter] = await bench.letters(1);
  const { status, body } = await vouch({ letters: [event.id] });
  expect([status, body.code, body.letter]).toEqual([409, 'event-differs', `${letter?.id}~${letter?.digest}`]);
});

test('an event with the sequence number of a stored one can’t be vouched for', async () => {
  const event = await bench.orderEvent();
  await eventually(async () => expect(await kept(event.id)).toBeDefined());
  const other = { ...event, id: randomUUID() };
  await publish(other, wrongKey);
  await bench.letters(1);
  const { status, body } = await vouch({ letters: [other.id] });
  expect([status, body.code]).toEqual([409, 'sequence-taken']);
});

test('when one of them was never signed, or breaks its contract, none is vouched for', async () => {
  const [good, unsigned, broken] = [anEvent(), anEvent(), anEvent({ data: { order: {} } } as never)];
  await publish(good, wrongKey);
  await publish(unsigned, null);
  await publish(broken, wrongKey);
  await bench.letters(3);
  const first = await vouch({ letters: [good.id, unsigned.id] });
  expect([first.status, first.body.code]).toEqual([422, 'signature-unsigned']);
  const second = await vouch(alike);
  expect([second.status, second.body.code]).toEqual([422, 'event-schema']);
  expect(second.body.letter).toContain(broken.id);
  expect((await bench.ask('GET', '/actions?limit=1')).body).not.toMatchObject({ items: [{ state: 'requested' }] });
  expect(handled(good.id)).toEqual([]);
});

test('only admins may vouch', async () => {
  const answer = await fetch(`${bench.audit.url}/api/v1/dlq/vouch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${personToken('ada')}`,
      'idempotency-key': 'x',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ queue, reason, ...alike }),
  });
  expect(answer.status).toBe(403);
});
