import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ServiceError } from '@order-events/runtime';
import { asking, eventually, personToken } from '@order-events/testing';
import { aBench, type Bench } from './dead-letters-bench.ts';

const queue = 'inventory';
let bench: Bench;

beforeAll(async () => {
  bench = await aBench(queue);
}, 60_000);
afterAll(() => bench?.stop());
beforeEach(async () => {
  bench.handle = refuse;
  await bench.around.broker.management.delete(`/queues/${bench.around.broker.vhost}/${queue}.dlq/contents`);
});

const refuse = async () => {
  throw new ServiceError('conflict', 'order-closed', 'the order is closed');
};
const heal = () => {
  bench.handle = async () => undefined;
};
const reason = 'the handler was repaired';
const timesConsumed = (id: unknown) => bench.consumed.filter(({ event }) => event.id === id);

async function someLetters(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let sent = 0; sent < count; sent++) ids.push((await bench.orderEvent()).id);
  await bench.letters(count);
  return ids;
}

async function poison(body: string, messageId?: string): Promise<void> {
  await bench.around.broker.management.post(`/exchanges/${bench.around.broker.vhost}/order_events/publish`, {
    routing_key: 'order.created.v1',
    properties: { delivery_mode: 2, type: 'order.created.v1', ...(messageId && { message_id: messageId }) },
    payload: body,
    payload_encoding: 'string',
  });
}

async function publishLetters(ids: readonly string[]): Promise<void> {
  const { vhost, management } = bench.around.broker;
  for (const id of ids) {
    await management.post(`/exchanges/${vhost}/order_events.dlx/publish`, {
      routing_key: `${queue}.dlq`,
      properties: { delivery_mode: 2, message_id: id, type: 'order.created.v1' },
      payload: id,
      payload_encoding: 'string',
    });
  }
}

/** Removes them, in the order in which the broker delivers them. */
async function takeLetters(): Promise<string[]> {
  const { vhost, management } = bench.around.broker;
  const letters = await management.post<{ payload: string }[]>(`/queues/${vhost}/${queue}.dlq/get`, {
    count: 200,
    ackmode: 'ack_requeue_false',
    encoding: 'auto',
  });
  return letters.map(({ payload }) => payload);
}

test('dead letters are listed by queue with their reason, and grouped by type and code', async () => {
  const [first = ''] = await someLetters(2);
  await poison('this is not JSON');
  const letters = await bench.letters(3);
  expect(letters.find(({ id }) => id === first)).toMatchObject({
    queue,
    type: 'order.created.v1',
    code: 'order-closed',
    service: 'inventory',
    attempts: 1,
    replay: 0,
    copies: 1,
  });
  const { items } = (await bench.ask('GET', '/groups')).body as { items: object[] };
  expect(items).toMatchObject([
    { queue, type: 'order.created.v1', code: 'order-closed', count: 2, replayed: 0 },
    expect.anything(),
    expect.anything(),
  ]);
  expect(items).toContainEqual(expect.objectContaining({ queue, code: 'event-undecodable', count: 1 }));
  expect(items).toContainEqual(expect.objectContaining({ queue: 'audit', code: 'event-undecodable', count: 1 }));
});

test('one is shown with headers, reason and the exact bytes', async () => {
  const event = await bench.orderEvent();
  await bench.letters(1);
  const { items } = (await bench.ask('GET', `/letters/${queue}/${event.id}`)).body as {
    items: Record<string, string>[];
  };
  expect(items).toMatchObject([
    { id: event.id, event, failure: { error: { message: 'the order is closed' } }, headers: { attempt: 1, replay: 0 } },
  ]);
  expect(Buffer.from(items[0]?.body ?? '', 'base64').toString()).toBe(JSON.stringify(event));
});

test('a letter that is nested deep, or large, or no event, is listed with the others, and its whole body can be read', async () => {
  const deep = `{"data":${'['.repeat(9_000)}1${']'.repeat(9_000)}}`;
  const large = JSON.stringify({ name: 'Jane Doe', text: 'x'.repeat(300_000) });
  await poison(deep, 'deep');
  await poison(large, 'large');
  await bench.letters(2);
  const { items } = (await bench.ask('GET', `?queue=${queue}&full=true`)).body as { items: Record<string, unknown>[] };
  expect(items.find(({ id }) => id === 'deep')).toMatchObject({ event: null, eventOmitted: 'too-deep' });
  expect(items.find(({ id }) => id === 'large')).toMatchObject({ eventOmitted: 'too-large', shownBytes: 65_536 });
  expect(JSON.stringify(items.map(({ failure, headers }) => [failure, headers]))).not.toContain('Jane');
  const place = `${bench.audit.url}/api/v1/dlq/letters/${queue}`;
  const headers = { authorization: `Bearer ${personToken('root', 'admin')}` };
  const body = await fetch(`${place}/large/body`, { headers });
  expect([body.headers.get('content-type'), await body.text()]).toEqual(['application/octet-stream', large]);
  expect((await fetch(`${place}/none/body`, { headers })).status).toBe(404);
});

test('after a hundred reads every letter is in its place', async () => {
  const ids = Array.from({ length: 60 }, (_, place) => `letter-${place}`);
  await publishLetters(ids);
  const looks = ['?limit=5', '/groups', `/letters/${queue}/letter-7`, `?queue=${queue}&order=none`];
  for (let round = 0; round < 25; round++) await Promise.all(looks.map((path) => bench.ask('GET', path)));
  expect(await takeLetters()).toEqual(ids);
}, 60_000);

test('pages hold each letter once', async () => {
  const ids = await someLetters(5);
  const first = (await bench.ask('GET', `?queue=${queue}&limit=3`)).body as {
    items: { id: string }[];
    nextCursor: string;
  };
  const rest = (await bench.ask('GET', `?queue=${queue}&limit=3&cursor=${first.nextCursor}`)).body as typeof first;
  expect([...first.items, ...rest.items].map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(rest.nextCursor).toBeNull();
});

test('a replayed letter is handled once, as the event it was, with all its attempts', async () => {
  const [id = ''] = await someLetters(1);
  heal();
  const { status, body, headers } = await bench.ask('POST', '/replay', {
    queue,
    reason,
    letters: [id],
    watchSeconds: 3,
  });
  expect([status, headers.get('location')]).toEqual([202, `/api/v1/dlq/actions/${body.id}`]);
  expect(await bench.ended(body.id)).toMatchObject({
    kind: 'replay',
    by: 'root',
    reason,
    state: 'done',
    counts: { sent: 1, returned: 0 },
  });
  expect(timesConsumed(id).map(({ delivery: { attempt, replay } }) => [attempt, replay])).toEqual([
    [1, 0],
    [1, 1],
  ]);
  await bench.letters(0);
});

test('a group that fails again stops after the first few, with the reason', async () => {
  const ids = await someLetters(6);
  const group = { type: 'order.created.v1', code: 'order-closed' };
  const { body } = await bench.ask('POST', '/replay', { queue, reason, group, first: 2 });
  const action = await bench.ended(body.id);
  expect(action).toMatchObject({ state: 'stopped', counts: { waiting: 4 } });
  expect(action.because).toMatch(/came back/);
  expect(action.counts.returned).toBeGreaterThanOrEqual(1);
  expect(ids.filter((id) => timesConsumed(id).length > 1)).toHaveLength(2);
  const letters = await bench.letters(6);
  expect(letters.filter(({ replay }) => replay === 1)).toHaveLength(2);
}, 40_000);

test('a group that no longer fails is sent, a few first and then the rest', async () => {
  const ids = await someLetters(6);
  heal();
  const group = { type: 'order.created.v1', code: 'order-closed' };
  const { body } = await bench.ask('POST', '/replay', { queue, reason, group, first: 2, watchSeconds: 2 });
  expect(await bench.ended(body.id)).toMatchObject({ state: 'done', counts: { sent: 6, returned: 0, waiting: 0 } });
  await eventually(() => expect(ids.map((id) => timesConsumed(id).length)).toEqual([2, 2, 2, 2, 2, 2]));
  const times = ids.map((id) => timesConsumed(id)[1]?.delivery.replay);
  expect(times).toEqual([1, 1, 1, 1, 1, 1]);
}, 40_000);

test('a request repeated under its key is done once; another request may not use that key', async () => {
  const [id = ''] = await someLetters(1);
  heal();
  const request = { queue, reason, letters: [id], watchSeconds: 2 };
  const [one, other] = await Promise.all([1, 2].map(() => bench.ask('POST', '/replay', request, 'twice')));
  expect([one?.status, other?.status]).toEqual([202, 202]);
  expect(one?.body.id).toBe(other?.body.id);
  await bench.ended(one?.body.id);
  const late = await bench.ask('POST', '/replay', request, 'twice');
  expect(late.headers.get('idempotent-replayed')).toBe('true');
  expect(late.body).toMatchObject({ id: one?.body.id, state: 'done' });
  expect(timesConsumed(id)).toHaveLength(2);
  const different = await bench.ask('POST', '/replay', { ...request, reason: 'another reason' }, 'twice');
  expect([different.status, different.body.code]).toEqual([422, 'idempotency-key-reused']);
  const without = await asking(bench.audit.url, personToken('root', 'admin'))('POST', '/api/v1/dlq/replay', request);
  expect([without.status, without.body.code]).toEqual([400, 'idempotency-key-missing']);
});

test('letters of an action that has not ended are refused to other actions', async () => {
  const [id = '', other = ''] = await someLetters(2);
  const { body } = await bench.ask('POST', '/replay', {
    queue,
    reason,
    letters: [id, other],
    first: 1,
    watchSeconds: 5,
  });
  const second = await bench.ask('POST', '/discard', { queue, reason, letters: [other] });
  expect([second.status, second.body.code]).toEqual([409, 'letters-in-action']);
  await bench.ended(body.id);
});

test('a discarded letter is gone, and the operator and the reason are on record', async () => {
  const [id = '', kept = ''] = await someLetters(2);
  const request = { queue, reason: 'a test order', letters: [id] };
  const { body } = await bench.ask('POST', '/discard', request, 'once');
  expect(await bench.ended(body.id)).toMatchObject({ state: 'done', counts: { discarded: 1 } });
  const different = await bench.ask('POST', '/discard', { ...request, letters: [kept] }, 'once');
  expect([different.status, different.body.code]).toEqual([422, 'idempotency-key-reused']);
  expect(await bench.letters(1)).toMatchObject([{ id: kept }]);
  const { items } = (await bench.ask('GET', `/actions?queue=${queue}&limit=1`)).body as { items: object[] };
  expect(items).toMatchObject([{ id: body.id, kind: 'discard', by: 'root', reason: 'a test order' }]);
});

test('a letter with other data is handled as the event it was', async () => {
  const event = await bench.orderEvent();
  await bench.letters(1);
  heal();
  const { order } = event.data as { order: { items: object[] } };
  const data = { order: { ...order, items: order.items.map((item) => ({ ...item, name: 'Lamp, repaired' })) } };
  const { body } = await bench.ask('POST', '/edit', { queue, reason, letter: event.id, data, watchSeconds: 2 });
  expect(await bench.ended(body.id)).toMatchObject({ kind: 'edit', state: 'done', counts: { sent: 1 } });
  expect(timesConsumed(event.id).at(-1)).toMatchObject({
    event: { ...event, data },
    delivery: { attempt: 1, replay: 1 },
  });
});

test('a queue, a letter and an action that are not there are 404', async () => {
  const answers = ['', '/groups', '/actions'].map((path) => bench.ask('GET', `${path}?queue=none`));
  answers.push(bench.ask('GET', `/letters/${queue}/none`), bench.ask('GET', '/actions/none'));
  const letters = ['none'];
  for (const path of ['/vouch', '/discard']) answers.push(bench.ask('POST', path, { queue, reason, letters }));
  answers.push(bench.ask('POST', '/edit', { queue, reason, letter: 'none', data: {} }));
  expect((await Promise.all(answers)).map(({ status, body }) => [status, body.code])).toEqual([
    ...Array(3).fill([404, 'queue-unknown']),
    [404, 'letter-unknown'],
    [404, 'action-unknown'],
    ...Array(3).fill([404, 'letter-unknown']),
  ]);
});

test('of letters that bear one id, one is named by its digest', async () => {
  await poison('one', 'twin');
  await poison('other', 'twin');
  const [{ digest } = {}] = await bench.letters(2);
  const answers = await Promise.all([
    bench.ask('GET', `/letters/${queue}/twin/body`),
    bench.ask('POST', '/replay', { queue, reason, letters: ['twin'] }),
    bench.ask('POST', '/edit', { queue, reason, letter: 'twin', data: {} }),
  ]);
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array(3).fill([409, 'letter-ambiguous']));
  expect(answers[0]?.body.digests).toContain(digest);
  const { body } = await bench.ask('POST', '/discard', { queue, reason, letters: [`twin~${digest}`] });
  expect(await bench.ended(body.id)).toMatchObject({ state: 'done', counts: { discarded: 1 } });
  expect(await bench.letters(1)).not.toMatchObject([{ digest }]);
});

test('an edit that breaks the contract is refused, and so is one of an unsigned letter', async () => {
  const [id = ''] = await someLetters(1);
  const broken = await bench.ask('POST', '/edit', { queue, reason, letter: id, data: { nothing: 'as promised' } });
  expect([broken.status, broken.body.code]).toEqual([422, 'event-schema']);
  await poison(JSON.stringify({ source: '/services/orders', data: {} }), 'unsigned');
  await bench.letters(2);
  const unsigned = await bench.ask('POST', '/edit', { queue, reason, letter: 'unsigned', data: {} });
  expect([unsigned.status, unsigned.body.code]).toEqual([422, 'signature-unsigned']);
});

test('an action that a stop has interrupted is continued after the start', async () => {
  const ids = await someLetters(4);
  heal();
  const another = bench.anotherAudit();
  await another.start();
  const { body } = await asking(another.url, personToken('root', 'admin'))(
    'POST',
    '/api/v1/dlq/replay',
    { queue, reason, letters: ids, first: 1, watchSeconds: 3 },
    { 'idempotency-key': 'left-undone' },
  );
  await another.stop();
  expect((await bench.ask('GET', `/actions/${body.id}`)).body).toMatchObject({ counts: { waiting: 3 } });
  const next = bench.anotherAudit();
  await next.start();
  expect(await bench.ended(body.id)).toMatchObject({ state: 'done', counts: { sent: 4 } });
  await next.stop();
  await eventually(() => expect(ids.map((id) => timesConsumed(id).length)).toEqual([2, 2, 2, 2]));
}, 40_000);

test('only admins may use these routes', async () => {
  expect((await asking(bench.audit.url, personToken('ada'))('GET', '/api/v1/dlq')).status).toBe(403);
  expect((await asking(bench.audit.url, '')('GET', '/api/v1/dlq/groups')).status).toBe(401);
});
