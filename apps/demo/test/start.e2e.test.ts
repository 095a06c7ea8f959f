import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestBroker, testBroker } from '@order-events/testing';
import { findInstalled } from '@order-events/tools/broker';

const main = join(import.meta.dirname, '..', 'src', 'main.ts');
const running: ChildProcess[] = [];
let broker: TestBroker;
let folder: string;

beforeAll(async () => {
  broker = await testBroker();
  folder = await mkdtemp(join(tmpdir(), 'order-events-start-'));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await broker?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when it has said so, or has ended. */
  said(text: string): Promise<void>;
  output(): string;
  readonly exitCode: Promise<number | null>;
}

function start(args: readonly string[], settings: Record<string, string> = {}): Started {
  const own = { PATH: process.env.PATH, RABBITMQ_URL: broker.amqpUrl, DATA_FOLDER: folder, BASE_PORT: '', ...settings };
  const child = spawn(process.execPath, [main, ...args], { env: own, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let output = '';
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  const heard = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      heard.dispatchEvent(new Event('more'));
    });
  }
  const said = async (text: string) => {
    while (!output.includes(text) && child.exitCode === null) {
      await Promise.race([exitCode, new Promise((more) => heard.addEventListener('more', more, { once: true }))]);
    }
    expect(output).toContain(text);
  };
  return { child, pid: child.pid ?? 0, said, output: () => output, exitCode };
}

/** Whether something listens there. */
function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => resolve(true));
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
  });
}

test('a start listens on loopback only, keeps its folder to itself and to its owner, and ends at Ctrl-C with code 0', async () => {
  const first = start(['--no-demo']);
  await first.said('Ctrl-C stops everything.');
  const { gateway, services } = JSON.parse(await readFile(join(folder, 'running.json'), 'utf8'));
  const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  for (const { address, family, internal } of outside) {
    if (internal || family !== 'IPv4') continue;
    for (const url of [gateway, ...Object.values(services as Record<string, string>)])
      expect(await listens(address, Number(new URL(url).port))).toBe(false);
  }
  for (const name of await readdir(folder))
    expect([name, (await stat(join(folder, name))).mode & 0o077]).toEqual([name, 0]);

  const second = start(['--no-demo']);
  expect(await second.exitCode).toBe(1);
  expect(second.output().trim()).toBe(
    `npm start, process ${first.pid}, uses the folder ${folder}: stop that one, or choose another with DATA_FOLDER`,
  );
  expect(await readdir(folder)).toContain('running.json');

  first.child.kill('SIGINT');
  expect(await first.exitCode).toBe(0);
  expect(first.output()).toContain('SIGINT: stopping everything');
  expect(await readdir(folder)).not.toContain('running.json');
  expect(await listens('127.0.0.1', Number(new URL(gateway).port))).toBe(false);
}, 90_000);

test.each([
  ['SIGTERM', 143, 'provider-sandbox answers on', []],
  ['SIGINT', 130, 'four orders run through', ['--once']],
] as const)(
  '%s before it is up ends it with code %i, a word, and nothing left',
  async (signal, code, moment, args) => {
    const started = start(args);
    await started.said(moment);
    started.child.kill(signal);
    expect(await started.exitCode).toBe(code);
    expect(started.output()).toContain(`${signal}: stopping everything`);
    expect(started.output()).not.toMatch(/at .*\.ts:/);
    expect(await readdir(folder)).not.toContain('running.json');
  },
  90_000,
);

test('at LOG_LEVEL=info, what happened to an order is found by its id, one line a step, without anybody’s data', async () => {
  const started = start(['--once'], { LOG_LEVEL: 'info' });
  expect(await started.exitCode).toBe(0);
  const text = started.output();
  const lines = text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const stories = lines
    .filter(({ message }) => message === 'order created')
    .map(({ orderId }) => lines.filter((line) => line.orderId === orderId && line.eventId));
  const steps = stories.map((story) => new Set(story.map(({ message }) => message)));
  expect(steps).toHaveLength(4);
  const [through, lacking, declined, cancelled] = steps;
  for (const step of [
    'inventory reserved',
    'payment authorized',
    'order status changed',
    'payment captured',
    'email sent',
  ])
    expect(through).toContain(step);
  expect(lacking).toContain('inventory rejected');
  expect(declined).toContain('payment declined');
  for (const step of ['order cancelled', 'inventory released', 'payment refunded']) expect(cancelled).toContain(step);
  const whys = stories.map((story) => story.find(({ message }) => message === 'order cancelled')?.why);
  expect(whys).toEqual([undefined, 'out-of-stock', 'payment-declined', 'customer-cancelled']);
  for (const secret of ['ada@example.org', 'Lovelace', 'St James', 'changed my mind', 'eyJ'])
    expect(text).not.toContain(secret);
}, 90_000);

const whereInstalled = (await findInstalled()) ? test : test.skip;
whereInstalled(
  'where rabbitmq-server is installed, Ctrl-C while the broker starts ends both',
  async () => {
    const own = await mkdtemp(join(tmpdir(), 'order-events-start-'));
    try {
      const started = start([], { RABBITMQ_URL: '', DATA_FOLDER: own });
      await started.said('starting RabbitMQ');
      started.child.kill('SIGINT');
      expect(await started.exitCode).toBe(130);
      expect(await readdir(join(own, 'rabbitmq'))).not.toContain('tenants.json');
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  },
  90_000,
);

test('an option that is not known, or chosen ports that are taken, are told in one message before anything starts', async () => {
  const [wrong, taken] = [start(['--onec']), start([], { ORDERS_PORT: new URL(broker.amqpUrl).port })];
  expect([await wrong.exitCode, await taken.exitCode]).toEqual([1, 1]);
  expect(wrong.output().trim()).toBe("Unknown option '--onec'. See: npm start -- --help");
  expect(taken.output()).toMatch(
    /^\nthese ports can’t be had:\n {2}ORDERS_PORT=\d+: taken\nThese are free: ORDERS_PORT=\d+ npm start/,
  );
}, 60_000);
