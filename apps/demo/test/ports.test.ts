import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from '@jest/globals';
import { freePorts } from '@order-events/tools/broker';
import { type ReservedPorts, reservePorts } from '../src/ports.ts';

const open: (ReservedPorts | Server)[] = [];
const said: string[] = [];
const say = (line: string) => void said.push(line);

afterEach(async () => {
  for (const each of open.splice(0)) {
    if ('releaseAll' in each) await each.releaseAll();
    else each.close();
  }
  said.length = 0;
});

async function reserve(env: Record<string, string>, basePort?: number): Promise<ReservedPorts> {
  const ports = await reservePorts(env, basePort, say);
  open.push(ports);
  return ports;
}

async function occupied(port = 0, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  open.push(server);
  return (server.address() as { port: number }).port;
}

const refusal = (env: Record<string, string>, base?: number) => reservePorts(env, base, say).then(() => '', String);
const commandIn = (text: string) => text.split('These are free: ')[1] ?? '';

/** A base of which every port is free: below those that the system gives out by itself. */
const BASE = 10_000 + (process.pid % 90) * 110;

test('a base port moves everything, each to its own distance from it', async () => {
  const { settings } = await reserve({}, BASE);
  expect(settings).toMatchObject({
    GATEWAY_PORT: String(BASE),
    ORDERS_PORT: String(BASE + 1),
    AUDIT_PORT: String(BASE + 8),
    GATEWAY_OPERATIONS_PORT: String(BASE + 100),
    SANDBOX_PORT: String(BASE + 103),
  });
});

test('a default port that is taken gives way to the next free one, with a word, also to another start that is under way', async () => {
  const first = await reserve({});
  const second = await reserve({});
  const taken = new Set(Object.values(first.settings));
  expect(Object.values(second.settings).filter((port) => taken.has(port))).toEqual([]);
  expect(said).toContain(
    `port ${first.settings.ORDERS_PORT} is taken: orders takes ${second.settings.ORDERS_PORT}`.replace(
      /port \d+/,
      'port 3001',
    ),
  );
});

test('chosen ports that can’t be had are named together, with a command that works', async () => {
  const [orders, audit] = [await occupied(), await occupied()];
  const text = await refusal({ ORDERS_PORT: String(orders), AUDIT_PORT: String(audit), EMAIL_PORT: '80x' });
  expect(text).toMatch(`ORDERS_PORT=${orders}: taken`);
  expect(text).toMatch(`AUDIT_PORT=${audit}: taken`);
  expect(text).toMatch('EMAIL_PORT: must be a whole number from 0 to 65535');
  const hint = Object.fromEntries(
    [...commandIn(text).matchAll(/(\w+_PORT)=(\d+)/g)].map(([, name, port]) => [name, port]),
  );
  expect(Object.keys(hint)).toEqual(['ORDERS_PORT', 'EMAIL_PORT', 'AUDIT_PORT']);
  expect((await reserve(hint as Record<string, string>)).settings).toMatchObject(hint);
});

test('when a port after a chosen base is taken, a base is named with which all are free', async () => {
  await occupied(BASE + 3);
  const text = await refusal({}, BASE);
  expect(text).toMatch(`PAYMENTS_PORT=${BASE + 3}: taken`);
  const base = Number(/--base-port (\d+)$/.exec(commandIn(text))?.[1]);
  expect((await reserve({}, base)).settings.PAYMENTS_PORT).toBe(String(base + 3));
});

test('two services that were given one port are told so', async () => {
  const [port = 0] = await freePorts(1);
  expect(await refusal({ ORDERS_PORT: String(port), AUDIT_PORT: String(port) })).toMatch(`AUDIT_PORT=${port}: taken`);
});

const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
const whereIPv6 = addresses.some(({ address }) => address === '::1') ? test : test.skip;
whereIPv6('where there is IPv6, a program on ::1 alone has the port, too: localhost means either', async () => {
  const port = await occupied(0, '::1');
  expect(await refusal({ ORDERS_PORT: String(port) })).toMatch(`ORDERS_PORT=${port}: taken`);
});

test('a HOST that is no address of this machine is refused once, and not for every port', async () => {
  expect(await refusal({ HOST: 'not-here.invalid' })).toMatch(
    /HOST=not-here.invalid is no address of this machine \(\w+\): unset HOST, or give it one$/,
  );
});

test('nothing stays reserved when the ports are refused, or released', async () => {
  const port = await occupied();
  const [free = 0] = await freePorts(1);
  await refusal({ ORDERS_PORT: String(port), AUDIT_PORT: String(free) });
  await occupied(free);
  const ports = await reserve({}, BASE);
  await ports.release('gateway');
  for (const port of [BASE, BASE + 100]) expect(await occupied(port)).toBe(port);
});
