import { expect, test } from '@jest/globals';
import { route, setting } from '@order-events/runtime';
import { TEST_ISSUER, TEST_SECRET } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import Type from 'typebox';
import { defineService, type Given, type Parts } from '../src/index.ts';

const env = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', ACCESS_TOKEN_SECRET: TEST_SECRET, ISSUER: TEST_ISSUER };
const broker = { RABBITMQ_URL: 'amqp://127.0.0.1:1', EVENT_SIGNING_KEYS: `k1:/services/orders:${'A'.repeat(44)}` };
const given = (): Given => ({ store: new MemoryStore() });

type Asked = Parts<unknown>;

/** A service whose open asks its parts for something, and answers with nothing. */
function asking(name: 'customers' | 'orders', ask: (parts: Parts<unknown>) => unknown) {
  return defineService({
    name,
    open(parts) {
      ask(parts);
      return {};
    },
  });
}

test('open gets what every service has and what its settings say; its routes and checks answer', async () => {
  const settings = { GREETING: setting.text({ desc: 'what is said', default: 'hello' }) };
  const now = new Date('2026-11-29T12:00:00Z');
  const service = defineService({
    name: 'customers',
    settings,
    open: ({ config: { GREETING }, clock }) => ({
      routes: [
        route({
          method: 'get',
          path: '/greeting',
          summary: 'a greeting',
          who: 'anyone',
          answers: { 200: Type.Object({ GREETING: Type.String(), at: Type.String() }) },
          handler: (_asked, res) => void res.json({ GREETING, at: clock().toISOString() }),
        }),
      ],
      checks: { mood: () => ({ ok: false, detail: 'bad' }) },
    }),
  }).create({ ...env, GREETING: 'good day' }, { ...given(), clock: () => now });
  await service.start();
  const answer = await fetch(`${service.url}/greeting`);
  expect(await answer.json()).toEqual({ GREETING: 'good day', at: now.toISOString() });
  const ready = await fetch(`${service.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { checks: { store: { ok: true }, mood: { ok: false } } },
  ]);
  await service.stop();
});

test('an open that fails fails the start, and what it had made by then is ended', async () => {
  const ended: string[] = [];
  const store = Object.assign(new MemoryStore(), { close: async () => void ended.push('store') });
  const service = defineService({
    name: 'customers',
    open({ onEnd }) {
      onEnd(() => void ended.push('post'));
      throw new Error('no index');
    },
  }).create(env, { store });
  await expect(service.start()).rejects.toThrow('no index');
  expect(ended).toEqual(['post', 'store']);
});

test('one end that fails keeps none of the others, and is told', async () => {
  const ended: string[] = [];
  const service = defineService({
    name: 'customers',
    open({ onEnd }) {
      onEnd(() => void ended.push('first'));
      onEnd(() => Promise.reject(new Error('stuck')));
      onEnd(() => void ended.push('last'));
      return {};
    },
  }).create(env, { ...given(), http: false });
  await service.start();
  expect(service.url).toBe('');
  await expect(service.stop()).rejects.toMatchObject({ errors: [{ errors: [new Error('stuck')] }] });
  expect(ended).toEqual(['first', 'last']);
});

test('a service without a queue has no broker: it needs no setting of one, and is told what to do when it asks', async () => {
  const asks = [({ keys }: Asked) => keys, ({ outbox }: Asked) => outbox(), ({ letters }: Asked) => letters()];
  for (const ask of asks) {
    const service = asking('customers', ask).create(env, given());
    await expect(service.start()).rejects.toThrow('customers has no broker: give it a queue in');
  }
});

test('a service with a queue needs a broker’s settings, and all that is missing is told at once', () => {
  const orders = defineService({ name: 'orders', open: () => ({}) });
  expect(() => orders.create({})).toThrow(/ACCESS_TOKEN_SECRET.*ISSUER.*RABBITMQ_URL.*EVENT_SIGNING_KEYS/);
});

test('no value of a wrong setting is told', () => {
  const orders = defineService({ name: 'orders', open: () => ({}) });
  const wrong = {
    ...env,
    RABBITMQ_URL: 'http://user:hunter2@broker',
    EVENT_SIGNING_KEYS: 'hunter2',
    STORE_URL: 'hunter2:',
  };
  expect(() => orders.create(wrong)).toThrow(/STORE_URL.*RABBITMQ_URL.*EVENT_SIGNING_KEYS/);
  expect(() => orders.create(wrong)).not.toThrow(/hunter2/);
});

test('a service calls whom its entry names, at the address of its setting, and nobody else', async () => {
  const calls: string[] = [];
  const client = (callee: string) => {
    calls.push(callee);
    return { get: async () => undefined, post: async () => undefined, put: async () => undefined };
  };
  const open = (callee: 'inventory' | 'email') =>
    asking('orders', ({ client }) => client(callee)).create({ ...env, ...broker }, { ...given(), client, http: false });
  await expect(open('inventory').start()).rejects.toThrow('orders does not consume its queue orders');
  expect(calls).toEqual(['inventory']);
  await expect(open('email').start()).rejects.toThrow('orders calls email: name it in calls of orders in');
});

test('a consumer is asked after the start', async () => {
  const ask = ({ consumer }: Asked) => consumer('orders').status();
  const service = asking('orders', ask).create({ ...env, ...broker }, { ...given(), http: false });
  await expect(service.start()).rejects.toThrow('queue orders has no consumer');
});

test('the queues that a service consumes are those of its entry, and each difference says what to do', async () => {
  const orders = defineService({ name: 'orders', open: () => ({ subscriptions: [{ queue: 'email', handlers: [] }] }) });
  const start = orders.create({ ...env, ...broker }, { ...given(), http: false }).start();
  await expect(start).rejects.toThrow(
    'orders does not consume its queue orders: name it in subscriptions of open(), or remove it; ' +
      'orders consumes email, which is no queue of its own: add it to queues of orders (libs/contracts/src/services.ts)',
  );
});
