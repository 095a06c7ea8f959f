import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Service } from '@order-events/runtime';
import { asking, eventually } from '@order-events/testing';
import { service } from '../src/index.ts';
import { terms } from './events.ts';
import { type Harness, startHarness } from './harness.ts';

let around: Harness;
let payments: Service;

beforeAll(async () => {
  around = await startHarness();
  payments = service.create(around.env(around.sandbox.url), { log: around.log });
  await payments.start();
});
afterEach(async () => {
  around.orders.state.down = false;
  await around.faults({});
});
afterAll(async () => {
  await payments.stop();
  await around.stop();
});

async function expectEvents(orderId: string, events: string, accounts: string[], timeoutMs = 10_000): Promise<void> {
  await eventually(() => expect(around.eventsOf(orderId)).toBe(events), { timeoutMs });
  expect(await around.accounts(orderId)).toEqual(accounts);
}

describe('an order that goes well', () => {
  test('is authorised when its goods are reserved, captured when confirmed, settled when delivered', async () => {
    const id = around.order('tok_ok');
    await around.publish(id, 'created', 'reserved');
    await expectEvents(id, 'authorized', ['authorised']);
    await around.publish(id, 'confirmed');
    await expectEvents(id, 'authorized captured', ['captured']);
    await around.publish(id, 'completed');
    await expectEvents(id, 'authorized captured settled', ['settled']);
  });

  test('may have its events in any order and twice', async () => {
    const id = around.order('tok_ok');
    await around.publish(id, 'confirmed', 'reserved', 'created', 'reserved', 'created', 'confirmed');
    await expectEvents(id, 'authorized captured', ['captured']);
  });

  test('publishes owner, cause and sum with each event', async () => {
    const id = around.order('tok_ok');
    await around.publish(id, 'created', 'reserved');
    await expectEvents(id, 'authorized', ['authorised']);
    const event = around.published.find(({ subject, type }) => subject === id && type === 'payment.authorized.v1');
    const causes = around.published.filter(({ subject, source }) => subject === id && source !== '/services/payments');
    expect(event).toMatchObject({
      userid: 'ada',
      sequence: '1',
      triggeredby: 'system',
      data: { orderId: id, ...terms },
    });
    expect(causes.map((cause) => cause.id)).toContain(event?.causationid);
    expect(event?.correlationid).toBe(causes[0]?.correlationid);
  });
});

describe('an order that ends badly', () => {
  test('is declined', async () => {
    const id = around.order('tok_declined');
    await around.publish(id, 'created', 'reserved');
    await expectEvents(id, 'declined', []);
    expect(
      around.published.find(({ subject, type }) => subject === id && type === 'payment.declined.v1')?.data,
    ).toMatchObject({
      code: 'card-declined',
    });
  });

  test('gets its authorisation voided', async () => {
    const id = around.order('tok_ok');
    await around.publish(id, 'created', 'reserved');
    await expectEvents(id, 'authorized', ['authorised']);
    await around.publish(id, 'cancelled');
    await expectEvents(id, 'authorized voided', ['voided']);
  });

  test('gets a refund when it was captured', async () => {
    const id = around.order('tok_ok');
    await around.publish(id, 'created', 'reserved', 'confirmed');
    await expectEvents(id, 'authorized captured', ['captured']);
    await around.publish(id, 'cancelled', 'cancelled');
    await expectEvents(id, 'authorized captured refunded', ['refunded']);
  });

  test('and was cancelled before any other event: nothing is taken, however late the others come', async () => {
    const id = around.order('tok_ok');
    await around.publish(id, 'cancelled', 'created', 'reserved', 'confirmed');
    await eventually(async () => {
      const { body } = await around.payment(payments.url, id);
      expect(body.heard).toEqual({ reserved: true, confirmed: true, cancelled: true, completed: false });
    });
    await expectEvents(id, '', []);
  });

  test('because its capture was refused: the authorisation is voided at once, and the cancel changes nothing', async () => {
    const id = around.order('tok_capture_fails');
    await around.publish(id, 'created', 'reserved', 'confirmed');
    await expectEvents(id, 'authorized failed voided', ['voided']);
    expect(
      around.published.find(({ subject, type }) => subject === id && type === 'payment.failed.v1')?.data,
    ).toMatchObject({
      step: 'capture',
      code: 'capture-refused',
    });
    await around.publish(id, 'cancelled');
    await eventually(async () => {
      expect((await around.payment(payments.url, id)).body.heard).toMatchObject({ cancelled: true });
    });
    await expectEvents(id, 'authorized failed voided', ['voided']);
  });
});

describe('trouble on the way', () => {
  test('tok_slow: after a late response the call is looked up, and the card is charged once', async () => {
    const id = around.order('tok_slow');
    await around.publish(id, 'created', 'reserved', 'confirmed');
    await expectEvents(id, 'authorized captured', ['captured'], 30_000);
  }, 40_000);

  test('orders down: no token yet, so the authorise waits', async () => {
    const id = around.order('tok_ok');
    around.orders.state.down = true;
    await around.publish(id, 'created', 'reserved');
    await eventually(async () => {
      const { history } = (await around.payment(payments.url, id)).body as { history: { what: string }[] };
      expect(history.map(({ what }) => what)).toContain('authorise unanswered');
    });
    around.orders.state.down = false;
    await expectEvents(id, 'authorized', ['authorised'], 30_000);
  }, 40_000);

  test('410 for the token: the order has ended, nothing is taken and no call is pending', async () => {
    const id = around.order('tok_ok');
    around.orders.tokens.delete(id);
    await around.publish(id, 'created', 'reserved');
    await eventually(async () => {
      const { body } = await around.payment(payments.url, id);
      expect(body).not.toHaveProperty('ripeFor');
      expect(body).not.toHaveProperty('call');
      expect((body.history as object[]).at(-1)).toMatchObject({ what: 'authorise: no-token' });
    });
    await expectEvents(id, '', []);
  });

  test('tok_flaky: a provider that fails twice is called again', async () => {
    const id = around.order('tok_flaky');
    await around.publish(id, 'created', 'reserved');
    await expectEvents(id, 'authorized', ['authorised'], 30_000);
  }, 40_000);

  test('provider down for everyone: the consumer pauses, and goes on by itself when the provider is back', async () => {
    const ids = Array.from({ length: 6 }, () => around.order('tok_ok'));
    await around.faults({ down: true });
    for (const id of ids) await around.publish(id, 'created', 'reserved');
    const ready = asking(payments.url);
    await eventually(async () => {
      const { status, body } = await ready('GET', '/readyz');
      expect({ status, text: JSON.stringify(body) }).toEqual({ status: 200, text: expect.stringContaining('paused') });
    });
    await around.faults({});
    for (const id of ids) await expectEvents(id, 'authorized', ['authorised'], 30_000);
  }, 60_000);

  test('provider down and a cancel meanwhile: nothing is authorised later', async () => {
    const id = around.order('tok_ok');
    await around.faults({ down: true });
    await around.publish(id, 'created', 'reserved');
    await eventually(async () => {
      const { history } = (await around.payment(payments.url, id)).body as { history: { what: string }[] };
      expect(history.map(({ what }) => what)).toContain('authorise unanswered');
    });
    await around.publish(id, 'cancelled');
    await around.faults({});
    await eventually(
      async () => expect((await around.payment(payments.url, id)).body).toMatchObject({ stage: 'barred' }),
      { timeoutMs: 40_000 },
    );
    await expectEvents(id, '', []);
  }, 60_000);
});

describe('who may see a payment', () => {
  test('an admin sees its state and history', async () => {
    const id = around.order('tok_ok');
    await around.publish(id, 'created', 'reserved');
    await expectEvents(id, 'authorized', ['authorised']);
    const { status, body } = await around.payment(payments.url, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ orderId: id, stage: 'authorised', ...terms, version: 1 });
    expect((body.history as { what: string }[]).at(-1)?.what).toBe('authorise: authorised');
  });

  test('a customer does not, and an unknown order has none', async () => {
    expect(await around.payment(payments.url, 'nobody', 'user')).toMatchObject({
      status: 403,
      body: { code: 'admin-only' },
    });
    expect(await around.payment(payments.url, 'nobody')).toMatchObject({
      status: 404,
      body: { code: 'payment-unknown' },
    });
  });
});

test('no token is in any event or log line', () => {
  const everything = JSON.stringify(around.published) + around.lines.join('');
  expect(around.published.length).toBeGreaterThan(20);
  expect(everything).not.toMatch(/tok_[a-z]/);
});
