import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { createLedger, type Ledger } from '@order-events/payment-provider-sandbox/ledger';
import { type BreakerStatus, createLogger, DependencyDownError, ServiceError } from '@order-events/runtime';
import { createRelay, decide, openStore, type Store } from '@order-events/store';
import { testKeys } from '@order-events/testing';
import { CallInFlightError } from '../src/errors.ts';
import { finishPayments } from '../src/finish-payments.ts';
import { createMoneyMover, type MoneyMoverParts, type MoveMoney } from '../src/move-money.ts';
import type { Payment } from '../src/payment.ts';
import { openPayments, type Payments } from '../src/payment-store.ts';
import { paymentHandlers } from '../src/subscriptions.ts';
import { aFreeEvent, anEvent, type EventKind, terms } from './events.ts';
import { Crash, leaseMs, providerOver } from './payments-under-test.ts';

const minute = 60_000;
const log = createLogger({ service: 'payments', level: 'error' });
const lost = new ServiceError('unavailable', 'lost', 'the provider did not answer');

let time: number;
let failure: Error | undefined;
let calls: number;
let store: Store;
let payments: Payments;
let ledger: Ledger;
let parts: MoneyMoverParts;
let moveMoney: MoveMoney;
let finishStuck: () => Promise<void>;

beforeEach(async () => {
  time = Date.parse('2026-03-01T10:00:00Z');
  failure = undefined;
  calls = 0;
  const clock = () => new Date(time);
  store = await openStore('sqlite::memory:');
  const relay = createRelay({ publish: async () => {}, log });
  payments = await openPayments(store, { keys: parseKeys(testKeys()), relay, clock });
  ledger = createLedger();
  const provider = providerOver(ledger, async (work) => {
    calls += 1;
    if (failure) throw failure;
    return work();
  });
  parts = { payments, provider, tokenOf: async () => 'tok_ok', clock, leaseMs };
  moveMoney = createMoneyMover(parts);
  finishStuck = finishPayments({ payments, moveMoney, clock, log, now: () => time });
});
afterEach(() => store.close());

async function deliver(orderId: string, kind: EventKind, { move = moveMoney, make = anEvent } = {}): Promise<unknown> {
  const event = make(kind, orderId);
  return paymentHandlers(payments, move)
    .find(({ type }) => type === event.type)
    ?.handle(event, {} as never);
}

/** Dies once its first call has an answer: the call is recorded, the answer is not. */
function dying(): MoveMoney {
  let writes = 0;
  const change: MoneyMoverParts['payments']['change'] = (...decision) => {
    if (++writes > 1) throw new Crash();
    return payments.change(...decision);
  };
  return createMoneyMover({ ...parts, payments: { change } });
}

/** An order whose attempts were all used up while the provider was down. */
async function aStuckPayment(): Promise<string> {
  const orderId = randomUUID();
  await deliver(orderId, 'created');
  failure = lost;
  await expect(deliver(orderId, 'reserved')).rejects.toBe(lost);
  failure = undefined;
  return orderId;
}

const stageOf = async (orderId: string) => (await payments.get(orderId))?.state.stage;

test('a payment for which no message comes any more is finished after a minute', async () => {
  const orderId = await aStuckPayment();
  time += minute + 1;
  await finishStuck();
  expect(await stageOf(orderId)).toBe('authorised');
  expect((await payments.get(orderId))?.version).toBe(1);
});

test('a payment that stopped while the clock was a day ahead is finished when it is right again', async () => {
  time += 24 * 60 * minute;
  const orderId = await aStuckPayment();
  time -= 24 * 60 * minute;
  await finishStuck();
  expect(await stageOf(orderId)).toBe('authorised');
});

test('within that minute its messages may still come, and the sweep leaves it alone', async () => {
  const orderId = await aStuckPayment();
  time += minute - 1;
  await finishStuck();
  expect(await stageOf(orderId)).toBe('waiting');
});

test('a cancel whose void was lost is carried out by the sweep', async () => {
  const orderId = await aStuckPayment();
  await deliver(orderId, 'created');
  expect(await stageOf(orderId)).toBe('authorised');
  failure = lost;
  await expect(deliver(orderId, 'cancelled')).rejects.toBe(lost);
  failure = undefined;
  time += minute + 1;
  await finishStuck();
  expect(await stageOf(orderId)).toBe('voided');
});

test('a finished payment is not read again', async () => {
  await aStuckPayment();
  time += minute + 1;
  await finishStuck();
  const before = calls;
  time += minute + 1;
  await finishStuck();
  expect(calls).toBe(before);
});

test('a payment that fails delays no other, and all wait while the provider is down', async () => {
  const ids = [await aStuckPayment(), await aStuckPayment()];
  const before = calls;
  time += minute + 1;
  failure = lost;
  await finishStuck();
  expect(calls - before).toBe(2);

  time += minute + 1;
  failure = new DependencyDownError({ name: 'payment-provider' } as BreakerStatus, 5);
  await finishStuck();
  // Ten are tried at once: all fail, and none behind them is tried.
  expect(calls - before).toBe(4);

  time += minute + 1;
  failure = undefined;
  await finishStuck();
  expect(await Promise.all(ids.map(stageOf))).toEqual(['authorised', 'authorised']);
});

test('a payment that always fails does not delay those behind it', async () => {
  const poison = await aStuckPayment();
  time += 1;
  const behind = await aStuckPayment();
  const read = payments.find;
  const find: Payments['find'] = (index, page) => read(index, { ...page, limit: 1 });
  const fails: MoveMoney = async (orderId, cause) => {
    if (orderId === poison) throw new Error('this one can never be finished');
    await moveMoney(orderId, cause);
  };
  time += minute + 1;
  await finishPayments({ payments: { find }, moveMoney: fails, clock: () => new Date(time), log })();
  expect(await Promise.all([poison, behind].map(stageOf))).toEqual(['waiting', 'authorised']);
});

test('a refusal explained by the dashboard is explained again after a crash before the write', async () => {
  const orderId = randomUUID();
  await deliver(orderId, 'created');
  await deliver(orderId, 'reserved');
  const { reference = '' } = (await payments.get(orderId))?.state ?? {};
  ledger.perform('dashboard', { operation: 'capture', reference, byHand: true });
  await expect(deliver(orderId, 'confirmed', { move: dying() })).rejects.toThrow(Crash);
  expect(await stageOf(orderId)).toBe('authorised');

  time += leaseMs + minute + 1;
  await finishStuck();
  expect(await stageOf(orderId)).toBe('captured');
  expect((await payments.get(orderId))?.outbox.map(({ type }) => type)).toEqual([
    'payment.authorized.v1',
    'payment.captured.v1',
  ]);
});

test('a crash in the middle of a payment of nothing is mended, without a call to the provider', async () => {
  const orderId = randomUUID();
  await deliver(orderId, 'created', { make: aFreeEvent });
  await expect(deliver(orderId, 'reserved', { move: dying(), make: aFreeEvent })).rejects.toThrow(Crash);
  expect((await payments.get(orderId))?.state).toMatchObject({ stage: 'waiting', call: { kind: 'authorise' } });

  time += leaseMs + minute + 1;
  await finishStuck();
  expect(await stageOf(orderId)).toBe('authorised');
  expect(calls).toBe(0);
});

// As `JSON.stringify` of a payment gave it before claims were kept by libs/store.
const storedBefore = (orderId: string, until: string) =>
  JSON.parse(`{"orderId":"${orderId}","correlationId":"c-1","reserved":true,"confirmed":false,"cancelled":false,
    "completed":false,"stage":"waiting","asked":true,"tokenGone":false,"terms":${JSON.stringify(terms)},"userId":"u-1",
    "history":[{"at":"2026-03-01T09:58:00.000Z","what":"order known"},{"at":"2026-03-01T09:58:01.000Z","what":"goods reserved"}],
    "call":{"kind":"authorise","key":"${orderId}.authorise","until":"${until}","lookup":false}}`) as Payment;

test('a call that an earlier version recorded is in flight, then looked up, and its payment ends', async () => {
  const orderId = randomUUID();
  const stored = storedBefore(orderId, '2026-03-01T10:00:01.000Z');
  await parts.provider.authorise(`${orderId}.authorise`, { orderId, ...terms }, 'tok_ok');
  await payments.change(orderId, () => decide(stored), { correlationId: 'c-1', triggeredBy: 'system' });
  await expect(deliver(orderId, 'created')).rejects.toThrow(CallInFlightError);

  time += minute + 1_001;
  calls = 0;
  await finishStuck();
  expect(await stageOf(orderId)).toBe('authorised');
  expect({ calls, version: (await payments.get(orderId))?.version }).toEqual({ calls: 1, version: 1 });
});
