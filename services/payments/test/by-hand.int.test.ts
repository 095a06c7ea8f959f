import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { createRelay, openStore } from '@order-events/store';
import { asking, eventually, personToken, testKeys } from '@order-events/testing';
import { service } from '../src/index.ts';
import { opened, type Resolution } from '../src/payment.ts';
import { openPayments } from '../src/payment-store.ts';
import { resolve as resolved } from '../src/resolve.ts';
import { terms } from './events.ts';
import { type Harness, startHarness } from './harness.ts';

let around: Harness;
let payments: Service;

beforeAll(async () => {
  around = await startHarness();
  payments = service.create(around.env(around.sandbox.url), { log: around.log });
  await payments.start();
});
afterAll(async () => {
  await payments.stop();
  await around.stop();
});

const admin = (person = 'root') => asking(payments.url, personToken(person, 'admin'));

async function expectEvents(orderId: string, events: string): Promise<void> {
  await eventually(() => expect(around.eventsOf(orderId)).toBe(events), { timeoutMs: 10_000 });
}

/** A person moves money in the provider's dashboard. */
async function byHand(path: string, orderId: string): Promise<void> {
  const { body } = await asking(around.sandbox.url)('GET', '/ledger');
  const authorisations = body.authorisations as { orderId: string; reference: string }[];
  const reference = authorisations.find((each) => each.orderId === orderId)?.reference;
  expect((await asking(around.sandbox.url)('POST', `/dashboard/${path}`, { reference })).status).toBe(200);
}

async function authorised(token = 'tok_ok'): Promise<string> {
  const id = around.order(token);
  await around.publish(id, 'created', 'reserved');
  await expectEvents(id, 'authorized');
  return id;
}

async function stuckOnRefund(): Promise<string> {
  const id = await authorised('tok_refund_fails');
  await around.publish(id, 'confirmed');
  await expectEvents(id, 'authorized captured');
  // By itself: a cancel that came too early would be redelivered and continue the payment.
  await around.publish(id, 'cancelled');
  await expectEvents(id, 'authorized captured failed');
  return id;
}

/** The state after a crash right behind the stored decision: no call to the provider, no response. */
async function decided(id: string, decision: Omit<Resolution, 'at'>): Promise<void> {
  const store = await openStore(around.env(around.sandbox.url).STORE_URL ?? '');
  const relay = createRelay({ publish: async () => {}, log: around.log });
  const stored = await openPayments(store, { keys: parseKeys(testKeys()), relay });
  const at = new Date().toISOString();
  const cause = { correlationId: randomUUID(), triggeredBy: 'admin' } as const;
  await stored.change(id, (payment = opened(id, '')) => resolved(payment, { ...decision, at }), cause);
  await store.close();
}

const resolve = (id: string, body: object, key: string = randomUUID(), person?: string) =>
  admin(person)('POST', `/api/v1/payments/${id}/resolve`, body, { 'idempotency-key': key });

describe('money moved in the provider’s dashboard', () => {
  test.each([
    ['captures', 'confirmed', 'authorized captured'],
    ['captures', 'cancelled', 'authorized captured refunded'],
    ['voids', 'confirmed', 'authorized failed voided'],
    ['voids', 'cancelled', 'authorized voided'],
  ] as const)('%s, then the order is %s: %s', async (path, kind, events) => {
    const id = await authorised();
    await byHand(path, id);
    await around.publish(id, kind);
    await expectEvents(id, events);
  });

  test('captured and refunded, then the order is cancelled: both are published', async () => {
    const id = await authorised();
    await byHand('captures', id);
    await byHand('refunds', id);
    await around.publish(id, 'cancelled');
    await expectEvents(id, 'authorized captured refunded');
  });
});

describe('an order that costs nothing', () => {
  test('is paid without its token and without the provider, with any card', async () => {
    const id = around.order('tok_declined');
    await around.publishFree(id, 'created', 'reserved', 'confirmed', 'completed');
    await expectEvents(id, 'authorized captured settled');
    expect(await around.accounts(id)).toEqual([]);
    expect((await admin()('GET', `/api/v1/payments/${id}`)).body).toMatchObject({
      ...terms,
      amount: 0,
      stage: 'settled',
    });
  });

  test('is voided when it is cancelled', async () => {
    const id = around.order('tok_declined');
    await around.publishFree(id, 'created', 'reserved', 'cancelled');
    await expectEvents(id, 'authorized voided');
  });

  test('would be refused by the provider sandbox, and is never sent there', async () => {
    const order = { orderId: randomUUID(), ...terms, amount: 0, token: 'tok_ok' };
    const ask = asking(around.sandbox.url);
    const { status } = await ask('POST', '/v1/authorisations', order, { 'idempotency-key': randomUUID() });
    expect(status).toBe(400);
  });
});

describe('a payment that is stuck', () => {
  test('is listed, and retried when an admin decides so', async () => {
    const id = await stuckOnRefund();
    const listed = async () => {
      const { body } = await admin()('GET', '/api/v1/payments?stage=stuck&limit=100');
      return (body.items as { orderId: string }[]).map(({ orderId }) => orderId);
    };
    expect(await listed()).toContain(id);
    await byHand('refunds', id);
    const { status, body } = await resolve(id, { outcome: 'retry', reason: 'refunded in the dashboard' });
    expect([status, body]).toEqual([
      202,
      { orderId: id, outcome: 'retry', reason: 'refunded in the dashboard', by: 'root', at: expect.any(String) },
    ]);
    await expectEvents(id, 'authorized captured failed refunded');
    expect(await listed()).not.toContain(id);
  });

  test('is resolved by an admin: admin, reason and time are recorded, and a repeat is the same decision', async () => {
    const id = await stuckOnRefund();
    expect((await admin()('GET', `/api/v1/payments/${id}`)).body.stuck).toMatchObject({
      call: 'refund',
      code: 'refund-refused',
      waysOut: ['retry', 'refunded'],
    });
    const decision = { outcome: 'refunded', reason: 'sent by bank transfer' };
    const first = await resolve(id, decision, 'key-1');
    const again = await resolve(id, decision, 'key-1');
    expect(again.body).toEqual(first.body);
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
    const other = await resolve(id, { ...decision, reason: 'sent in cash' }, 'key-1');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    await expectEvents(id, 'authorized captured failed refunded');
    const { body } = await admin()('GET', `/api/v1/payments/${id}`);
    expect([body.stage, body.stuck]).toEqual(['refunded', undefined]);
    expect((body.history as object[]).at(-1)).toEqual({
      at: first.body.at,
      what: 'resolved: refunded',
      by: 'root',
      reason: 'sent by bank transfer',
    });
  });

  test('is retried when the decision is sent again after a crash before the response', async () => {
    const id = await stuckOnRefund();
    await byHand('refunds', id);
    const decision = { outcome: 'retry', reason: 'refunded in the dashboard' } as const;
    await decided(id, { ...decision, by: 'root', key: 'key-2' });
    const again = await resolve(id, decision, 'key-2');
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    await expectEvents(id, 'authorized captured failed refunded');
    expect((await admin()('GET', `/api/v1/payments/${id}`)).body.history).toContainEqual(
      expect.objectContaining({ what: 'resolved: retry', at: again.body.at }),
    );
  });

  test.each<[string, object, number, string]>([
    ['an unknown outcome', { outcome: 'gone', reason: 'because' }, 400, 'body-invalid'],
    ['no reason', { outcome: 'refunded' }, 400, 'body-invalid'],
    ['a reason of blanks', { outcome: 'refunded', reason: '  \u200b ' }, 400, 'body-invalid'],
    ['a card number for a reason', { outcome: 'refunded', reason: 'to 4111 1111 1111 1111' }, 400, 'card-data-refused'],
    ['an impossible way out', { outcome: 'voided', reason: 'because' }, 409, 'outcome-impossible'],
  ])('refuses %s', async (_, body, status, code) => {
    const id = await stuckOnRefund();
    const answer = await resolve(id, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await admin()('GET', `/api/v1/payments/${id}`)).body.stage).toBe('stuck');
  });

  test('is refused without an admin, without a key, for no such payment, and when it is not stuck', async () => {
    const decision = { outcome: 'retry', reason: 'because' };
    const ada = asking(payments.url, personToken('ada'));
    const path = `/api/v1/payments/${await authorised()}/resolve`;
    const keyed = { 'idempotency-key': 'k' };
    const answers = [
      await ada('POST', path, decision, keyed),
      await admin()('POST', path, decision),
      await resolve(randomUUID(), decision),
      await admin()('POST', path, decision, keyed),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 'admin-only'],
      [400, 'idempotency-key-missing'],
      [404, 'payment-unknown'],
      [409, 'not-stuck'],
    ]);
  });
});
