import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { sendRaw } from './send-raw.ts';
import { serve } from './serve.ts';

const json = { 'content-type': 'application/json' };
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const bytes = (...values: number[]) => Buffer.from(values);

const echo = () => serve((app) => app.post('/', (req, res) => void res.json({ body: req.body ?? null })));

test.each([
  ['a type with its charset', '{"a":1}', { 'content-type': 'Application/JSON; charset=UTF-8' }, { a: 1 }],
  ['32 levels', deep(32), json, JSON.parse(deep(32))],
  ['256 KiB', JSON.stringify('x'.repeat(256 * 1024 - 2)), json, 'x'.repeat(256 * 1024 - 2)],
  ['a body of null', 'null', json, null],
  ['the key constructor', '{"constructor":{"prototype":{"x":1}}}', json, { constructor: { prototype: { x: 1 } } }],
])('%s is read', async (_what, body, headers, value) => {
  const { url } = await echo();
  const response = await fetch(url, { method: 'POST', body, headers });
  expect([response.status, await response.json()]).toEqual([200, { body: value }]);
});

test('a request without a body has none', async () => {
  const { url } = await echo();
  expect(await (await fetch(url, { method: 'POST' })).json()).toEqual({ body: null });
});

test.each([
  ['broken JSON', '{"token":"tok_secret",', json, 400, 'json-broken'],
  ['an unfinished string', '"4111111111111111', json, 400, 'json-broken'],
  ['NaN', '{"quantity":NaN}', json, 400, 'json-broken'],
  ['bytes that are no UTF-8', bytes(0x22, 0xff, 0x22), json, 400, 'json-broken'],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), json, 400, 'json-broken'],
  ['33 levels', deep(33), json, 400, 'json-too-deep'],
  ['100,000 levels', deep(100_000), json, 400, 'json-too-deep'],
  ['the key __proto__', '{"a":{"__proto__":{"role":"admin"}}}', json, 400, 'json-key-refused'],
  ['the key __proto__, written otherwise', '{"\\u005f_proto__":1}', json, 400, 'json-key-refused'],
  ['256 KiB and a byte', JSON.stringify('x'.repeat(256 * 1024 - 1)), json, 413, 'body-too-large'],
  ['5 MB', JSON.stringify('x'.repeat(5_000_000)), json, 413, 'body-too-large'],
  ['a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'json-only'],
  ['text', '{"a":1}', { 'content-type': 'text/plain' }, 415, 'json-only'],
  ['no type', '{"a":1}', { 'content-type': '' }, 415, 'json-only'],
  ['a type that only begins like JSON', '{"a":1}', { 'content-type': 'application/jsonp' }, 415, 'json-only'],
  ['two types', '{"a":1}', { 'content-type': 'application/json, text/plain' }, 415, 'json-only'],
  ['another charset', '{"a":1}', { 'content-type': 'application/json; charset=utf-7' }, 415, 'json-only'],
  [
    'a gzip bomb',
    gzipSync(JSON.stringify('x'.repeat(50_000_000))),
    { ...json, 'content-encoding': 'gzip' },
    415,
    'compression-refused',
  ],
  ['brotli', 'x', { ...json, 'content-encoding': 'br' }, 415, 'compression-refused'],
])('%s is refused', async (_what, body, headers, status, code) => {
  const { url, text } = await echo();
  const response = await fetch(url, { method: 'POST', body, headers });
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const answer = await response.text();
  expect([response.status, JSON.parse(answer)]).toMatchObject([status, { status, code }]);
  expect(answer + text()).not.toMatch(/tok_secret|4111111111111111/);
});

test('a body in chunks has the same limit', async () => {
  const { url } = await echo();
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const answer = await sendRaw(url, head('Transfer-Encoding: chunked'), ...Array<string>(5).fill(chunk), '0\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 413 .*body-too-large/s);
});

test.each([
  ['two lengths', head('Content-Length: 2', 'Content-Length: 3')],
  ['a length and chunks', head('Content-Length: 2', 'Transfer-Encoding: chunked')],
  ['a negative length', head('Content-Length: -1')],
  ['a broken chunk', `${head('Transfer-Encoding: chunked')}zz\r\n`],
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['a space before the colon', head('X-A : 1')],
])('%s is 400 and the connection ends', async (_what, request) => {
  const { url } = await echo();
  const answer = await sendRaw(url, request);
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  expect(problemIn(answer)).toMatchObject({ status: 400, code: 'request-malformed' });
});

test('headers beyond 16 KiB are 431', async () => {
  const { url } = await echo();
  const answer = await sendRaw(url, head(`X-Long: ${'a'.repeat(20_000)}`));
  expect(answer).toMatch(/^HTTP\/1.1 431 /);
  expect(problemIn(answer)).toMatchObject({ status: 431 });
});

test.each([
  ['a connection that says nothing', ''],
  ['headers that never end', 'POST / HTTP/1.1\r\nHost: x\r\n'],
  ['a body that never ends', head('Content-Length: 100')],
])('%s: cut off with 408', async (_what, request) => {
  const { url } = await serve(() => undefined, { headersTimeoutMs: 100, requestTimeoutMs: 200 });
  const answer = await sendRaw(url, request);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(problemIn(answer)).toMatchObject({ status: 408 });
});

test('an answer that has begun is cut without another one in it', async () => {
  const { url } = await serve((app) => app.post('/', (_req, res) => void res.write('begun')), {
    bodyLimit: 'unread',
    headersTimeoutMs: 100,
    requestTimeoutMs: 200,
  });
  const answer = await sendRaw(url, head('Content-Length: 100'));
  expect(answer).toContain('begun');
  expect(answer).not.toContain(' 408 ');
});

function head(...headers: string[]): string {
  return ['POST / HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Connection: close', ...headers, '', ''].join(
    '\r\n',
  );
}

function problemIn(answer: string): unknown {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
}
