import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brokerAnswers, managementAnswers, until } from '../answers.ts';
import type { Broker } from '../broker.ts';
import { findBroker } from '../find-broker.ts';
import { findInstalled } from '../installed.ts';

const env = { PATH: process.env.PATH };
const onlyWithServer = (await findInstalled()) ? describe : describe.skip;
const folders: string[] = [];
const children: ChildProcess[] = [];

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-test-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

onlyWithServer('a private node from an installed rabbitmq-server', () => {
  let broker: Broker;
  const said: string[] = [];
  beforeAll(async () => {
    broker = await findBroker({ purpose: 'start', folder: await aFolder(), say: (line) => said.push(line), env });
  }, 60_000);
  afterAll(() => broker?.stop());

  test('answers AMQP and its management API', async () => {
    expect(await brokerAnswers(broker.amqpUrl)).toBe(true);
    expect(await managementAnswers(broker.managementUrl ?? '')).toBe(true);
  });

  test('is gone after a kill, and back at the same address with its queues after a restart', async () => {
    const before = broker.faults?.pid();
    await api(broker, 'PUT', '/api/queues/%2F/kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await broker.faults?.kill();
    expect(await brokerAnswers(broker.amqpUrl)).toBe(false);
    await broker.faults?.restart();
    expect(await api(broker, 'GET', '/api/queues/%2F/kept')).toMatchObject({ name: 'kept', type: 'quorum' });
    expect(broker.faults?.pid()).not.toBe(before);
  }, 90_000);

  test('is started again, with a word, when it is killed by another hand', async () => {
    const before = broker.faults?.pid() ?? 0;
    said.length = 0;
    process.kill(before, 'SIGKILL');
    expect(await until(async () => broker.faults?.pid() !== before, { seconds: 60 })).toBe(true);
    expect(await api(broker, 'GET', '/api/queues/%2F/kept')).toMatchObject({ name: 'kept', type: 'quorum' });
    expect(said[0]).toBe('RabbitMQ has ended unasked: it is started again');
  }, 90_000);

  test('closes its ports when it stops', async () => {
    await broker.stop();
    expect(await brokerAnswers(broker.amqpUrl)).toBe(false);
    expect(await managementAnswers(broker.managementUrl ?? '')).toBe(false);
  });
});

onlyWithServer('a node whose process is killed', () => {
  test('ends as well, at once or in order, and another run may have its folder', async () => {
    const folder = await aFolder();
    const [first, { amqpUrl }] = await hold(folder, 'start');
    const [, refused] = await hold(folder, 'start');
    expect(refused.error).toMatch(`process ${first.pid} runs a broker in ${folder} already: stop that one first`);

    first.kill('SIGKILL');
    const [second, taken] = await hold(folder, 'start');
    expect(taken.error).toBeUndefined();
    expect(await brokerAnswers(amqpUrl ?? '')).toBe(false);

    second.kill('SIGKILL');
    expect(await until(async () => !(await brokerAnswers(taken.amqpUrl ?? '')), { seconds: 30 })).toBe(true);
  }, 120_000);
});

interface Held {
  readonly amqpUrl?: string;
  readonly pid?: number;
  readonly error?: string;
}

async function hold(folder: string, purpose: string): Promise<[ChildProcess, Held]> {
  const child = fork(join(import.meta.dirname, 'holder.ts'), [folder, purpose], { execArgv: [], env });
  children.push(child);
  const [held] = (await once(child, 'message')) as [Held];
  return [child, held];
}

async function api(broker: Broker, method: string, path: string, body?: object): Promise<unknown> {
  const url = new URL(path, broker.managementUrl);
  const authorization = `Basic ${btoa(`${url.username}:${url.password}`)}`;
  url.username = url.password = '';
  const content = body && {
    body: JSON.stringify(body),
    headers: { authorization, 'content-type': 'application/json' },
  };
  const response = await fetch(url, { method, headers: { authorization }, ...content });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}`);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}
