import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { service } from '@order-events/audit';
import type { Service } from '@order-events/runtime';
import {
  anEvent,
  anOrder,
  eventually,
  personToken,
  type Surroundings,
  signed,
  startSurroundings,
} from '@order-events/testing';

const program = resolve(import.meta.dirname, '../../src/dlq/main.ts');
const queue = 'inventory';
let around: Surroundings;
let audit: Service;
let folder: string;

beforeAll(async () => {
  around = await startSurroundings('audit');
  audit = service.create(around.env);
  await audit.start();
  folder = await mkdtemp(join(tmpdir(), 'dlq-'));
  const running = { gateway: audit.url, tokens: { admin: personToken('root', 'admin') } };
  await writeFile(join(folder, 'running.json'), JSON.stringify(running));
}, 60_000);
afterAll(async () => {
  await audit?.stop();
  await around?.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await around.broker.management.delete(`/queues/${around.broker.vhost}/${queue}.dlq/contents`);
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function dlq(...args: string[]): Promise<Ran> {
  const env = { ...process.env, DATA_FOLDER: folder };
  return new Promise((ran) => {
    execFile(process.execPath, [program, ...args], { env }, (error, out, err) => {
      ran({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

interface Dead {
  readonly id: string;
  readonly queue?: string;
  readonly type?: string;
  readonly code?: string;
  readonly time?: string;
  readonly body?: string;
  readonly headers?: object;
}

async function publishLetter(dead: Dead): Promise<void> {
  const { id, queue: at = queue, type = 'order.created.v1', code = 'order-closed', body = `body of ${id}` } = dead;
  const { time = '2026-11-24T10:00:00.000Z', headers = {} } = dead;
  const error = { name: 'Error', code, message: 'the order is closed' };
  const failure = JSON.stringify({ error, attempts: 5, service: at, queue: at, time });
  await around.broker.management.post(`/exchanges/${around.broker.vhost}/order_events.dlx/publish`, {
    routing_key: `${at}.dlq`,
    properties: { delivery_mode: 2, message_id: id, type, headers: { ...headers, failure } },
    payload: body,
    payload_encoding: 'string',
  });
}

async function publishLetters(...ids: string[]): Promise<void> {
  for (const id of ids) await publishLetter({ id });
}

test('groups and letters are tables', async () => {
  await publishLetters('a', 'b');
  const { code, out } = await dlq('groups');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^LETTERS +QUEUE +TYPE +CODE .*\n +2 +inventory +order\.created\.v1 +order-closed .*the order is closed\n$/,
  );
  expect((await dlq('list', '--queue', queue)).out.split('\n').map((line) => line.split(/ +/)[1])).toEqual([
    'ID',
    'a',
    'b',
    undefined,
  ]);
  expect(JSON.parse((await dlq('list', '--json', '--code', 'another')).out)).toEqual([]);
});

test('one is shown with its reason and body', async () => {
  await publishLetters('a');
  const { out } = await dlq('show', queue, 'a');
  expect(out).toMatch(/the order is closed[\s\S]*"attempts": 5[\s\S]*body of a/);
});

test('a replay is followed to its end; the letters are on their way to the queue they died in', async () => {
  await publishLetters('a', 'b');
  const { code, out, err } = await dlq('replay', queue, 'a', 'b', '--reason', 'repaired', '--watch', '1');
  expect([code, out]).toEqual([0, 'done: 2 sent, 0 came back, 0 left\n']);
  expect(err).toMatch(/^on record as [0-9a-f]{32}\n/);
  const { vhost, management } = around.broker;
  await eventually(async () => {
    const body = { count: 5, ackmode: 'ack_requeue_false', encoding: 'auto' };
    const arrived = await management.post<{ payload: string }[]>(`/queues/${vhost}/${queue}/get`, body);
    expect(arrived.map(({ payload }) => payload).sort()).toEqual(['body of a', 'body of b']);
  });
  expect((await dlq('actions')).out).toMatch(/replay +inventory +done +2 +0 +root +repaired/);
});

test('a discarded group is gone, and exported before', async () => {
  await publishLetters('a', 'b');
  const file = join(folder, 'letters.jsonl');
  expect((await dlq('export', '--queue', queue, '--out', file)).code).toBe(0);
  const lines = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ body }) => Buffer.from(body, 'base64').toString())).toEqual(['body of a', 'body of b']);
  expect((await dlq('export', '--out', file)).code).toBe(1);
  const group = ['--queue', queue, '--type', 'order.created.v1', '--code', 'order-closed'];
  expect(await dlq('discard', ...group, '--reason', 'test orders')).toMatchObject({
    code: 0,
    out: 'done: 2 discarded, 0 left\n',
  });
  expect((await dlq('list')).out).toBe('no dead letters\n');
});

test('letters are found by queue, type, reason, order and age', async () => {
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const order = { id: '018f0000-0000-7000-8000-000000000001' };
  await publishLetter({ id: 'old', time: hoursAgo(48) });
  await publishLetter({ id: 'new', time: hoursAgo(1), code: 'smtp-refused' });
  await publishLetter({ id: 'paid', time: hoursAgo(3), type: 'order.cancelled.v1' });
  await publishLetter({ id: 'ordered', time: hoursAgo(3), body: JSON.stringify({ data: { order } }) });
  await publishLetter({ id: 'elsewhere', time: hoursAgo(3), queue: 'email' });
  const found = async (...filter: string[]) =>
    (JSON.parse((await dlq('list', '--json', ...filter)).out) as { id: string }[]).map(({ id }) => id).sort();
  expect(await found('--queue', 'email')).toEqual(['elsewhere']);
  expect(await found('--type', 'order.cancelled.v1')).toEqual(['paid']);
  expect(await found('--code', 'smtp-refused')).toEqual(['new']);
  expect(await found('--order', order.id)).toEqual(['ordered']);
  expect(await found('--older-than', '1d')).toEqual(['old']);
  expect(await found('--newer-than', '2h')).toEqual(['new']);
  expect(await found('--older-than', '2h', '--newer-than', '1d', '--queue', queue)).toEqual(['ordered', 'paid']);
  await around.broker.management.delete(`/queues/${around.broker.vhost}/email.dlq/contents`);
}, 40_000);

test('one is sent with other data, under its id, as operators sign it', async () => {
  const event = anEvent('order.created.v1');
  const { body, signature } = signed(event);
  const headers = { signature, attempt: 5, replay: 0, 'original-routing-key': event.type };
  await publishLetter({ id: event.id, body, headers });
  const data = { order: anOrder({ id: event.subject, totalAmount: 1 }) };
  const file = join(folder, 'data.json');
  await writeFile(file, JSON.stringify(data));
  const { code, out } = await dlq('edit', queue, event.id, '--data', file, '--reason', 'a typo', '--watch', '1');
  expect([code, out]).toEqual([0, 'done: 1 sent, 0 came back, 0 left\n']);
  const { vhost, management } = around.broker;
  const take = { count: 5, ackmode: 'ack_requeue_false', encoding: 'auto' };
  type Taken = { payload: string; properties: { message_id: string; headers: Record<string, unknown> } };
  const [edited] = await eventually(async () => {
    const taken = await management.post<Taken[]>(`/queues/${vhost}/${queue}/get`, take);
    expect(taken).toHaveLength(1);
    return taken;
  });
  expect(JSON.parse(edited?.payload ?? '')).toEqual({ ...event, data });
  expect(edited?.properties).toMatchObject({
    message_id: event.id,
    headers: { original: Buffer.from(body).toString('base64'), attempt: 1, replay: 1 },
  });
}, 40_000);

test('what is refused says why and fails; a wrong command line says where help is', async () => {
  expect(await dlq('replay', queue, 'nobody', '--reason', 'none')).toMatchObject({
    code: 1,
    err: expect.stringContaining('letter-unknown'),
  });
  expect(await dlq('replay', queue, 'a')).toMatchObject({ code: 2, err: '--reason is needed\n' });
  expect(await dlq('replays')).toMatchObject({ code: 2, err: expect.stringContaining('--help') });
  expect(await dlq('list', '--token', 'nonsense')).toMatchObject({ code: 1, err: expect.stringContaining('401') });
});
