import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createClient, type NewOrder } from '../src/index.ts';

type Answer = (res: ServerResponse, req: IncomingMessage) => void;

let server: Server;
let url: string;
/** Given one after another; the last one again and again. */
let answers: Answer[];
let requests: { readonly key: unknown; readonly token: unknown; readonly body: string; readonly at: number }[];

beforeEach(async () => {
  requests = [];
  server = createServer(async (req, res) => {
    let body = '';
    for await (const piece of req.setEncoding('utf8')) body += piece;
    const { authorization, 'idempotency-key': key } = req.headers;
    requests.push({ key, token: authorization, body, at: Date.now() });
    const [next] = answers.length > 1 ? answers.splice(0, 1) : answers;
    next?.(res, req);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
});

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (res) =>
    void res.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
const problem = (status: number, code: string, headers?: Record<string, string>) =>
  answer(status, { code, detail: 'for a reason', traceId: 't' }, headers);
const placed = answer(201, { id: 'o-1' });
const cut: Answer = (_, req) => void req.socket.destroy();

let tokens = 0;
const client = (patienceMs = 10_000) => createClient({ url: `${url}/`, token: () => `token-${++tokens}`, patienceMs });
const order: NewOrder = {
  items: [{ productId: 'pen', quantity: 1 }],
  paymentMethod: 'card',
  paymentToken: 'tok_ok',
  shippingAddress: { line1: '12 St James Square', country: 'GB' },
};

test.each<[string, Answer]>([
  ['a connection that ends', cut],
  ['503 without Retry-After', problem(503, 'upstream-down')],
  ['503 with Retry-After', problem(503, 'upstream-down', { 'retry-after': '0' })],
  ['429', problem(429, 'rate-limited', { 'retry-after': '0' })],
  ['502 of a balancer in HTML', answer(502, '<html>')],
  ['504 without a body', answer(504, '')],
  ['200 that is cut in its middle', (res, req) => void res.write('{"id":', () => req.socket.destroySoon())],
])('after %s the same order is sent again with the same key, and a fresh token', async (_, trouble) => {
  answers = [trouble, trouble, placed];
  expect(await client().placeOrder(order)).toEqual({ id: 'o-1' });
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
  expect(requests[0]?.key).toMatch(/^[\da-f]{32}$/);
  expect(new Set(requests.map(({ token }) => token)).size).toBe(3);
});

test('each order has a key of its own, unless one is given', async () => {
  answers = [placed];
  for (const options of [undefined, {}, { key: 'mine' }]) await client().placeOrder(order, options);
  const [one, other, chosen] = requests.map(({ key }) => key);
  expect(one).not.toBe(other);
  expect(chosen).toBe('mine');
});

test.each([
  ['in seconds', () => '1'],
  ['as a date', () => new Date(Date.now() + 2_000).toUTCString()],
])('Retry-After %s is waited for', async (_, retryAfter) => {
  answers = [problem(503, 'busy', { 'retry-after': retryAfter() }), placed];
  await client().placeOrder(order);
  expect((requests[1]?.at ?? 0) - (requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(900);
});

test('Retry-After: 0 asks for no more than the client’s own pauses allow', async () => {
  answers = [problem(503, 'busy', { 'retry-after': '0' })];
  await expect(client(1_000).placeOrder(order)).rejects.toMatchObject({ status: 503, code: 'busy' });
  expect(requests.length).toBeGreaterThan(1);
  expect(requests.length).toBeLessThan(10);
});

test.each([
  ['a line break', 'a\nb'],
  ['letters beyond ASCII', 'ключ'],
])('a key or a token with %s, which no header holds, is refused at once and not sent', async (_, text) => {
  answers = [placed];
  await expect(client().placeOrder(order, { key: text })).rejects.toThrow('key must be of ASCII characters');
  const wrong = createClient({ url, token: () => text });
  await expect(wrong.placeOrder(order)).rejects.toMatchObject({ name: 'TokenError', code: 'token-missing' });
  expect(requests).toEqual([]);
});

test('a failure that lasts longer than the patience is reported with its cause', async () => {
  answers = [problem(503, 'busy', { 'retry-after': '60' })];
  await expect(client().placeOrder(order)).rejects.toMatchObject({ name: 'RefusedError', status: 503, code: 'busy' });
  expect(requests).toHaveLength(1);
  answers = [cut];
  await expect(client(300).placeOrder(order)).rejects.toMatchObject({ name: 'UnansweredError', code: 'unanswered' });
});

test.each([400, 403, 404, 409, 410, 412, 422, 500])('%d is reported at once', async (status) => {
  answers = [problem(status, 'no-good')];
  const refused = { status, code: 'no-good', message: 'for a reason', problem: { traceId: 't' } };
  await expect(client().placeOrder(order)).rejects.toMatchObject(refused);
  expect(requests).toHaveLength(1);
});

test('after a refused token a new one is tried; a second refusal is reported', async () => {
  answers = [problem(401, 'token-expired'), placed];
  expect(await client().placeOrder(order)).toEqual({ id: 'o-1' });
  answers = [problem(401, 'token-invalid')];
  await expect(client().placeOrder(order)).rejects.toMatchObject({ status: 401, code: 'token-invalid' });
  expect(requests).toHaveLength(4);
});

test('an abort ends a call while it runs and while it waits', async () => {
  for (const trouble of [() => undefined, problem(503, 'busy', { 'retry-after': '5' })]) {
    answers = [trouble];
    const ending = new AbortController();
    const call = client().order('o-1', { signal: ending.signal });
    setTimeout(() => ending.abort(new Error('enough')), 100);
    await expect(call).rejects.toThrow('enough');
  }
});

test('a history is read to its end, however many pages it has', async () => {
  const page = (ids: number[], nextCursor: string | null) => answer(200, { events: ids, count: 4, nextCursor });
  answers = [page([4, 3], 'a b'), page([2], 'c'), page([1], null)];
  expect(await client().history('o/1')).toEqual({ events: [4, 3, 2, 1], count: 4 });
  answers = [answer(200, { events: [1], count: 1 })];
  expect(await client().history('o-1')).toEqual({ events: [1], count: 1 });
});
