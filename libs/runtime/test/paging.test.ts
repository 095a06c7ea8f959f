import { expect, test } from '@jest/globals';
import type { Request, Response } from 'express';
import { decodeCursor, encodeCursor, pageQuery, sendPage } from '../src/paging.ts';

const asked = (query: object, originalUrl = '/') => ({ query, originalUrl }) as Request;

test('without anything the first page has 20', () => {
  expect(pageQuery(asked({}))).toEqual({ limit: 20, after: undefined });
  expect(pageQuery(asked({ limit: '100', cursor: encodeCursor('anna\u00001') }))).toEqual({
    limit: 100,
    after: 'anna\u00001',
  });
});

test.each(['0', '101', '-1', '1.5', 'ten', '', '1e1', ['5', '6'], { $gt: '' }])('limit %j is refused', (limit) => {
  expect(() => pageQuery(asked({ limit }))).toThrow(
    expect.objectContaining({ kind: 'invalid', code: 'limit-invalid' }),
  );
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
  expect(() => pageQuery(asked({ cursor }))).toThrow(
    expect.objectContaining({ kind: 'invalid', code: 'cursor-invalid' }),
  );
});

test('any position survives as a cursor', () => {
  for (const position of ['a', 'käse\u0000/?&', '0'.repeat(500)])
    expect(decodeCursor(encodeCursor(position))).toBe(position);
});

test('a page names the next one in its body and in its Link, with the query as it was', () => {
  const sent = sentBy((res) => sendPage(asked({}, '/api/v1/orders?status=1&cursor=old&limit=2'), res, ['a', 'b'], 'b'));
  expect(sent).toEqual({
    Link: '</api/v1/orders?status=1&cursor=Yg&limit=2>; rel="next"',
    body: { items: ['a', 'b'], nextCursor: 'Yg' },
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
