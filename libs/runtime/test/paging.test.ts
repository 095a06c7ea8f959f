import { expect, test } from '@jest/globals';
import type { Request, Response } from 'express';
import Type from 'typebox';
import { decodeCursor, encodeCursor, pageIn, pageParameters, sendPage } from '../src/paging.ts';
import { requestReader } from '../src/read-request.ts';
import { optional, route } from '../src/route.ts';
import { compile } from './compile.ts';

const text = (name: string) => optional(Type.String(), { code: `${name}-invalid`, wanted: `${name} is a text` });
const filter = { status: text('status'), userId: text('userId'), queue: text('queue'), type: text('type') };
const list = route({
  method: 'get',
  path: '/orders',
  summary: 'a list',
  who: 'person',
  query: { ...pageParameters(), ...filter },
  answers: {},
  handler: () => undefined,
});
const read = requestReader(list, compile);
const pageOf = (req: Request) => pageIn(read(req).query as { limit: number; cursor: string | undefined });

const anna = { id: 'anna', role: 'user' };

function asked(query: object, originalUrl = '/', caller: object | undefined = anna): Request {
  return { query, originalUrl, context: { caller } } as Request;
}

/** A request for a path with its query, as the router hands it on. */
function asking(path: string, caller?: object): Request {
  const { searchParams } = new URL(path, 'http://localhost');
  return asked(Object.fromEntries(searchParams), path, caller);
}

function cursorFor(path: string, caller?: object): string {
  const sent = sentBy((res) => sendPage(asking(path, caller), res, [], 'anna\u00001')) as {
    body: { nextCursor: string };
  };
  return sent.body.nextCursor;
}

test('without anything the first page has 20', () => {
  expect(pageOf(asked({}))).toEqual({ limit: 20, after: undefined });
});

test.each([
  ['the same list', '/orders?'],
  ['another limit', '/orders?limit=100&'],
])('a cursor goes on with %s', (_what, path) => {
  const cursor = cursorFor('/orders?limit=5');
  expect(pageOf(asking(`${path}cursor=${cursor}`)).after).toBe('anna\u00001');
});

test('the order of parameters is no other filter', () => {
  const cursor = cursorFor('/dlq?queue=email&type=order.created.v1&limit=3');
  expect(pageOf(asking(`/dlq?type=order.created.v1&cursor=${cursor}&queue=email`)).after).toBe('anna\u00001');
});

test.each<[string, string, object?]>([
  ['another list', '/products?status=1'],
  ['the list of something else', '/orders/o-2/events?status=1'],
  ['another filter', '/orders?status=5'],
  ['no filter', '/orders'],
  ['one filter more', '/orders?status=1&userId=bob'],
  ['another caller', '/orders?status=1', { id: 'bob', role: 'user' }],
  ['the same person as an admin, who sees everybody’s', '/orders?status=1', { id: 'anna', role: 'admin' }],
])('a cursor is refused for %s', (...[, path, caller]) => {
  const cursor = cursorFor('/orders?status=1');
  const elsewhere = asking(`${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`, caller);
  expect(() => pageOf(elsewhere)).toThrow(expect.objectContaining({ kind: 'invalid', code: 'cursor-invalid' }));
});

test('a cursor that names no list is refused', () => {
  const bare = encodeCursor('anna\u00001');
  expect(() => pageOf(asking(`/orders?cursor=${bare}`))).toThrow(expect.objectContaining({ code: 'cursor-invalid' }));
});

test.each(['0', '101', '-1', '1.5', 'ten', '', '1e1', ['5', '6'], { $gt: '' }])('limit %j is refused', (limit) => {
  expect(() => pageOf(asked({ limit }))).toThrow(expect.objectContaining({ kind: 'invalid', code: 'limit-invalid' }));
});

test.each([
  ['an empty cursor', ''],
  ['no base64', '*'],
  ['padding', 'YQ=='],
  ['no text', '_w'],
  ['a space', `${encodeCursor('x')} `],
  ['two cursors', ['YQ', 'YQ']],
  ['an object', { $ne: null }],
  ['5,000 characters', 'a'.repeat(5_000)],
])('%s is refused', (_what, cursor) => {
  expect(() => pageOf(asked({ cursor }))).toThrow(expect.objectContaining({ kind: 'invalid', code: 'cursor-invalid' }));
});

test('any position survives as a cursor', () => {
  for (const position of ['a', 'käse\u0000/?&', '0'.repeat(500)])
    expect(decodeCursor(encodeCursor(position))).toBe(position);
});

test('a page names the next one in its body and in its Link, with the query as it was', () => {
  const sent = sentBy((res) => sendPage(asked({}, '/api/v1/orders?status=1&cursor=old&limit=2'), res, ['a', 'b'], 'b'));
  const { nextCursor } = sent.body as { nextCursor: string };
  expect(sent).toEqual({
    Link: `</api/v1/orders?status=1&cursor=${nextCursor}&limit=2>; rel="next"`,
    body: { items: ['a', 'b'], nextCursor },
  });
});

test('the last page has no next', () => {
  expect(sentBy((res) => sendPage(asked({}), res, [], undefined))).toEqual({ body: { items: [], nextCursor: null } });
});

function sentBy(send: (res: Response) => void): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  const setHeader = (name: string, value: string) => Object.assign(sent, { [name]: value });
  send({ setHeader, json: (body: unknown) => Object.assign(sent, { body }) } as unknown as Response);
  return sent;
}
