import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { auditConfig, createAudit } from '@order-events/audit';
import type { Service } from '@order-events/runtime';
import { eventually, personToken, type Surroundings, startSurroundings } from '@order-events/testing';

const program = resolve(import.meta.dirname, '../main.ts');
const queue = 'inventory';
let around: Surroundings;
let audit: Service;
let folder: string;

beforeAll(async () => {
  around = await startSurroundings('audit');
  audit = createAudit(auditConfig(around.env));
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

async function publishLetters(...ids: string[]): Promise<void> {
  const failure = { error: { name: 'Error', code: 'order-closed', message: 'the order is closed' }, attempts: 5 };
  for (const id of ids) {
    await around.broker.management.post(`/exchanges/${around.broker.vhost}/order_events.dlx/publish`, {
      routing_key: `${queue}.dlq`,
      properties: {
        delivery_mode: 2,
        message_id: id,
        type: 'order.created.v1',
        headers: { failure: JSON.stringify({ ...failure, service: queue, queue, time: '2026-11-24T10:00:00.000Z' }) },
      },
      payload: `body of ${id}`,
      payload_encoding: 'string',
    });
  }
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

test('what is refused says why and fails; a wrong command line says where help is', async () => {
  expect(await dlq('replay', queue, 'nobody', '--reason', 'none')).toMatchObject({
    code: 1,
    err: expect.stringContaining('letter-unknown'),
  });
  expect(await dlq('replay', queue, 'a')).toMatchObject({ code: 2, err: '--reason is needed\n' });
  expect(await dlq('replays')).toMatchObject({ code: 2, err: expect.stringContaining('--help') });
  expect(await dlq('list', '--token', 'nonsense')).toMatchObject({ code: 1, err: expect.stringContaining('401') });
});
