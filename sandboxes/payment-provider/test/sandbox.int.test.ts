import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger, type Service } from '@order-events/runtime';
import { service } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'provider-sandbox-'));
const file = join(folder, 'kept', 'ledger.jsonl');
let logged = '';
let sandbox: Service;

function start(): Service {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  const log = createLogger({ service: 'provider-sandbox', level: 'debug', stream });
  return service.create({ PORT: '0', SLOW_MS: '300', LEDGER_FILE: file }, { log });
}

beforeAll(async () => {
  sandbox = start();
  await sandbox.start();
});
afterEach(() => put('/faults', {}));
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

async function ask(method: string, path: string, body?: object, key?: string) {
  const response = await fetch(sandbox.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const put = (path: string, body: object) => ask('PUT', path, body);
const post = (path: string, key: string, body: object) => ask('POST', path, body, key);
const order = (token: string) => ({ orderId: 'o', amount: 4200, currency: 'EUR', method: 'card', token });
const authorise = (key: string, token = 'tok_ok') => post('/v1/authorisations', key, order(token));

async function stateOf(key: string) {
  const { body } = await ask('GET', '/ledger');
  return (body.authorisations as { key: string; state: string }[]).find((each) => each.key === key)?.state;
}

async function reference(key: string, token?: string): Promise<string> {
  return String((await authorise(key, token)).body.reference);
}

test.each(['XAU', 'XXX', 'ZZZ', 'BGN', 'eur'])('nothing is authorised in %s', async (currency) => {
  const { status, body } = await post('/v1/authorisations', `in-${currency}`, { ...order('tok_ok'), currency });
  expect([status, body.errors]).toEqual([
    400,
    [{ pointer: '/currency', message: 'must be an ISO 4217 code of a currency such as EUR' }],
  ]);
});

test.each([
  [{ amount: undefined }, '/amount', 'is missing'],
  [{ amount: 0 }, '/amount', 'must be at least 1'],
  [{ amount: 1.5 }, '/amount', 'must be an integer'],
  [{ orderId: '' }, '/orderId', 'must not be empty'],
  [{ method: 'm'.repeat(201) }, '/method', 'must have at most 200 characters'],
  [{ tip: 1 }, '/tip', 'is not a known field'],
])('%j is refused, and the fault is named', async (change, pointer, message) => {
  const { status, body } = await post('/v1/authorisations', 'refused', { ...order('tok_ok'), ...change });
  expect([status, body.code, body.errors]).toEqual([400, 'body-invalid', [{ pointer, message }]]);
});

describe('the way of money', () => {
  test('authorised, captured, settled', async () => {
    const money = { reference: await reference('a') };
    expect((await post('/v1/captures', 'a.capture', money)).body).toEqual({ outcome: 'captured', ...money });
    expect((await post('/v1/settlements', 'a.settle', money)).body).toEqual({ outcome: 'settled', ...money });
    expect(await stateOf('a')).toBe('settled');
  });

  test('captured and refunded, never both refunded and settled', async () => {
    const money = { reference: await reference('b') };
    await post('/v1/captures', 'b.capture', money);
    expect((await post('/v1/refunds', 'b.refund', money)).body.outcome).toBe('refunded');
    expect((await post('/v1/settlements', 'b.settle', money)).body).toEqual({
      outcome: 'refused',
      code: 'already-refunded',
    });
  });

  test('a void gives back what is authorised, and a capture that comes after it is refused', async () => {
    const money = { reference: await reference('c') };
    expect((await post('/v1/voids', 'c.void', { authorisationKey: 'c' })).body).toEqual({
      outcome: 'voided',
      ...money,
    });
    expect((await post('/v1/captures', 'c.capture', money)).body).toEqual({
      outcome: 'refused',
      code: 'already-voided',
    });
  });

  test('a void bars an authorise with that key that comes later', async () => {
    expect((await post('/v1/voids', 'd.void', { authorisationKey: 'd' })).body).toEqual({ outcome: 'barred' });
    expect((await authorise('d')).body).toEqual({ outcome: 'declined', code: 'voided-before' });
    expect(await stateOf('d')).toBeUndefined();
  });

  test('a void of what is captured says so, for a refund', async () => {
    const money = { reference: await reference('e') };
    await post('/v1/captures', 'e.capture', money);
    expect((await post('/v1/voids', 'e.void', { authorisationKey: 'e' })).body).toEqual({
      outcome: 'captured',
      ...money,
    });
  });
});

describe('idempotency keys', () => {
  test('the same key and body get the same answer and move money once', async () => {
    const first = await authorise('f');
    expect(await authorise('f')).toEqual(first);
    const { body } = await ask('GET', '/ledger');
    expect((body.authorisations as { key: string }[]).filter(({ key }) => key === 'f')).toHaveLength(1);
  });

  test('the same key with another body is refused', async () => {
    await authorise('g');
    expect(await post('/v1/authorisations', 'g', { ...order('tok_ok'), amount: 1 })).toMatchObject({
      status: 409,
      body: { code: 'key-reused' },
    });
  });

  test('a lookup gives the answer again, or 404 when nothing was done with the key', async () => {
    const { body } = await authorise('h');
    expect(await ask('GET', '/v1/answers/h')).toEqual({ status: 200, body });
    expect(await ask('GET', '/v1/answers/never')).toMatchObject({ status: 404, body: { code: 'key-unknown' } });
  });

  test('outlive a restart, even one that cut the last line of the ledger', async () => {
    const before = await authorise('i');
    await sandbox.stop();
    appendFileSync(file, '{"key":"half');
    sandbox = start();
    await sandbox.start();
    expect(await authorise('i')).toEqual(before);
    expect((await authorise('i2')).body.outcome).toBe('authorised');
  });
});

describe('test tokens', () => {
  test('tok_declined is declined, an unknown token too', async () => {
    expect((await authorise('j', 'tok_declined')).body).toEqual({ outcome: 'declined', code: 'card-declined' });
    expect((await authorise('k', 'tok_other')).body).toEqual({ outcome: 'declined', code: 'token-unknown' });
  });

  test('tok_capture_fails is authorised and refuses its capture', async () => {
    const money = { reference: await reference('l', 'tok_capture_fails') };
    expect((await post('/v1/captures', 'l.capture', money)).body).toEqual({
      outcome: 'refused',
      code: 'capture-refused',
    });
  });

  test('tok_slow is done at once and answered late; a repeat is answered at once', async () => {
    const answer = authorise('m', 'tok_slow');
    let isAnswered = false;
    void answer.then(() => {
      isAnswered = true;
    });
    for (let state = await stateOf('m'); state !== 'authorised'; ) state = await stateOf('m');
    expect(isAnswered).toBe(false);
    expect(await authorise('m', 'tok_slow')).toEqual(await answer);
  });

  test('tok_flaky fails twice with nothing done, then works', async () => {
    expect((await authorise('n', 'tok_flaky')).status).toBe(503);
    expect((await authorise('n', 'tok_flaky')).status).toBe(503);
    expect(await stateOf('n')).toBeUndefined();
    expect((await authorise('n', 'tok_flaky')).body.outcome).toBe('authorised');
  });
});

describe('faults', () => {
  test('down cuts every connection of the protocol, and the ledger can still be read', async () => {
    await put('/faults', { down: true });
    await expect(authorise('p')).rejects.toThrow('fetch failed');
    expect((await ask('GET', '/ledger')).status).toBe(200);
    expect(await stateOf('p')).toBeUndefined();
  });

  test('an error rate of 1 answers 503 to everyone, to some after the work was done', async () => {
    await put('/faults', { errorRate: 1 });
    const keys = Array.from({ length: 40 }, (_, index) => `q${index}`);
    const statuses = await Promise.all(keys.map(async (key) => (await authorise(key)).status));
    const states = await Promise.all(keys.map(stateOf));
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(new Set(states)).toEqual(new Set(['authorised', undefined]));
  });

  test('a delay holds answers back', async () => {
    await put('/faults', { delayMs: 80 });
    const began = performance.now();
    await authorise('r');
    expect(performance.now() - began).toBeGreaterThan(75);
  });

  test('what is no fault is refused by name', async () => {
    expect(await put('/faults', { errorRate: 2, dwon: true })).toMatchObject({
      status: 400,
      body: { code: 'body-invalid' },
    });
  });
});

describe('what does not enter', () => {
  test.each(['4242424242424242', '4242 4242 4242 4242', '3782-822463-10005'])('a card number (%s)', async (number) => {
    expect(await authorise('s', number)).toMatchObject({ status: 400, body: { code: 'card-number-refused' } });
    expect(await post('/v1/authorisations', 's', { ...order('tok_ok'), method: number })).toMatchObject({
      status: 400,
    });
    expect(logged).not.toContain(number);
  });

  test('a POST without a key, or with a field nobody knows', async () => {
    expect(await ask('POST', '/v1/authorisations', order('tok_ok'))).toMatchObject({
      status: 400,
      body: { code: 'idempotency-key-missing' },
    });
    const { status, body } = await post('/v1/authorisations', 't', {
      ...order('tok_ok'),
      cardNumber: '4242424242424242',
    });
    expect({ status, echoed: JSON.stringify(body).includes('4242') }).toEqual({ status: 400, echoed: false });
  });
});
