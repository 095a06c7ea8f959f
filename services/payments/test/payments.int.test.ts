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

async function expectSaid(orderId: string, said: string, accounts: string[], timeoutMs = 10_000): Promise<void> {
  await eventually(() => expect(around.said(orderId)).toBe(said), { timeoutMs });
  expect(await around.accounts(orderId)).toEqual(accounts);
}

describe('an order that goes well', () => {
  test('is authorised when its goods are reserved, captured when confirmed, settled when delivered', async () => {
    const id = around.order('tok_ok');
    await around.say(id, 'created', 'reserved');
    await expectSaid(id, 'authorized', ['authorised']);
    await around.say(id, 'confirmed');
    await expectSaid(id, 'authorized captured', ['captured']);
    await around.say(id, 'completed');
    await expectSaid(id, 'authorized captured settled', ['settled']);
  });

  test('may tell its story in any order and twice', async () => {
    const id = around.order('tok_ok');
    await around.say(id, 'confirmed', 'reserved', 'created', 'reserved', 'created', 'confirmed');
    await expectSaid(id, 'authorized captured', ['captured']);
  });

  test('says who owns it and what caused each event, and gives the sum', async () => {
    const id = around.order('tok_ok');
    await around.say(id, 'created', 'reserved');
    await expectSaid(id, 'authorized', ['authorised']);
    const said = around.heard.find(({ subject, type }) => subject === id && type === 'payment.authorized.v1');
    const causes = around.heard.filter(({ subject, source }) => subject === id && source !== '/services/payments');
    expect(said).toMatchObject({
      userid: 'ada',
      sequence: '1',
      triggeredby: 'system',
      data: { orderId: id, ...terms },
    });
    expect(causes.map((cause) => cause.id)).toContain(said?.causationid);
    expect(said?.correlationid).toBe(causes[0]?.correlationid);
  });
});

describe('an order that ends badly', () => {
  test('is declined', async () => {
    const id = around.order('tok_declined');
    await around.say(id, 'created', 'reserved');
    await expectSaid(id, 'declined', []);
    expect(
      around.heard.find(({ subject, type }) => subject === id && type === 'payment.declined.v1')?.data,
    ).toMatchObject({
      code: 'card-declined',
    });
  });

  test('gets its authorisation voided', async () => {
    const id = around.order('tok_ok');
    await around.say(id, 'created', 'reserved');
    await expectSaid(id, 'authorized', ['authorised']);
    await around.say(id, 'cancelled');
    await expectSaid(id, 'authorized voided', ['voided']);
  });

  test('gets its money back when it was captured', async () => {
    const id = around.order('tok_ok');
    await around.say(id, 'created', 'reserved', 'confirmed');
    await expectSaid(id, 'authorized captured', ['captured']);
    await around.say(id, 'cancelled', 'cancelled');
    await expectSaid(id, 'authorized captured refunded', ['refunded']);
  });

  test('and was cancelled before anything else was heard: nothing is taken, however late the rest comes', async () => {
    const id = around.order('tok_ok');
    await around.say(id, 'cancelled', 'created', 'reserved', 'confirmed');
    await eventually(async () => {
      const { body } = await around.payment(payments.url, id);
      expect(body.heard).toEqual({ reserved: true, confirmed: true, cancelled: true, completed: false });
    });
    await expectSaid(id, '', []);
  });

  test('because its capture was refused: the authorisation is given back at once, and the cancel finds nothing to do', async () => {
    const id = around.order('tok_capture_fails');
    await around.say(id, 'created', 'reserved', 'confirmed');
    await expectSaid(id, 'authorized failed voided', ['voided']);
    expect(
      around.heard.find(({ subject, type }) => subject === id && type === 'payment.failed.v1')?.data,
    ).toMatchObject({
      step: 'capture',
      code: 'capture-refused',
    });
    await around.say(id, 'cancelled');
    await eventually(async () => {
      expect((await around.payment(payments.url, id)).body.heard).toMatchObject({ cancelled: true });
    });
    await expectSaid(id, 'authorized failed voided', ['voided']);
  });
});

describe('trouble on the way', () => {
  test('tok_slow: an answer that comes too late is looked up, and the card is charged once', async () => {
    const id = around.order('tok_slow');
    await around.say(id, 'created', 'reserved', 'confirmed');
    await expectSaid(id, 'authorized captured', ['captured'], 30_000);
  }, 40_000);

  test('orders down: no token yet, so the authorise waits', async () => {
    const id = around.order('tok_ok');
    around.orders.state.down = true;
    await around.say(id, 'created', 'reserved');
    await eventually(async () => {
      const { history } = (await around.payment(payments.url, id)).body as { history: { what: string }[] };
      expect(history.map(({ what }) => what)).toContain('authorise unanswered');
    });
    around.orders.state.down = false;
    await expectSaid(id, 'authorized', ['authorised'], 30_000);
  }, 40_000);

  test('410 for the token: the order has ended, nothing is taken and nobody waits', async () => {
    const id = around.order('tok_ok');
    around.orders.tokens.delete(id);
    await around.say(id, 'created', 'reserved');
    await eventually(async () => {
      const { body } = await around.payment(payments.url, id);
      expect(body).not.toHaveProperty('ripeFor');
      expect(body).not.toHaveProperty('call');
      expect((body.history as object[]).at(-1)).toMatchObject({ what: 'authorise: no-token' });
    });
    await expectSaid(id, '', []);
  });

  test('tok_flaky: a provider that fails twice is asked again', async () => {
    const id = around.order('tok_flaky');
    await around.say(id, 'created', 'reserved');
    await expectSaid(id, 'authorized', ['authorised'], 30_000);
  }, 40_000);

  test('provider down for everyone: the consumer pauses, and goes on by itself when the provider is back', async () => {
    const ids = Array.from({ length: 6 }, () => around.order('tok_ok'));
    await around.faults({ down: true });
    for (const id of ids) await around.say(id, 'created', 'reserved');
    const ready = asking(payments.url);
    await eventually(async () => {
      const { status, body } = await ready('GET', '/readyz');
      expect({ status, said: JSON.stringify(body) }).toEqual({ status: 200, said: expect.stringContaining('paused') });
    });
    await around.faults({});
    for (const id of ids) await expectSaid(id, 'authorized', ['authorised'], 30_000);
  }, 60_000);

  test('provider down and a cancel meanwhile: what was never authorised never will be', async () => {
    const id = around.order('tok_ok');
    await around.faults({ down: true });
    await around.say(id, 'created', 'reserved');
    await eventually(async () => {
      const { history } = (await around.payment(payments.url, id)).body as { history: { what: string }[] };
      expect(history.map(({ what }) => what)).toContain('authorise unanswered');
    });
    await around.say(id, 'cancelled');
    await around.faults({});
    await eventually(
      async () => expect((await around.payment(payments.url, id)).body).toMatchObject({ stage: 'barred' }),
      { timeoutMs: 40_000 },
    );
    await expectSaid(id, '', []);
  }, 60_000);
});

describe('who may see a payment', () => {
  test('an admin sees its state and history', async () => {
    const id = around.order('tok_ok');
    await around.say(id, 'created', 'reserved');
    await expectSaid(id, 'authorized', ['authorised']);
    const { status, body } = await around.payment(payments.url, id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ orderId: id, stage: 'authorised', ...terms, version: 1 });
    expect((body.history as { what: string }[]).at(-1)?.what).toBe('authorise: authorised');
  });

  test('a customer does not, and of an unknown order there is none', async () => {
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
  const everything = JSON.stringify(around.heard) + around.lines.join('');
  expect(around.heard.length).toBeGreaterThan(20);
  expect(everything).not.toMatch(/tok_[a-z]/);
});
