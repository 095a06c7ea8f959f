import { expect, test } from '@jest/globals';
import type { Request } from 'express';
import { ifMatch } from '../src/etag.ts';

const asked = (header?: string) => ({ headers: { 'if-match': header } }) as unknown as Request;

test.each([undefined, '*', '"3"', '"1", "3"'])('If-Match %s lets version 3 be changed', (header) => {
  expect(() => ifMatch(asked(header))(3)).not.toThrow();
});

test.each(['"2"', 'W/"3"', '"33"', '""'])('If-Match %s does not, and is told the version there is', (header) => {
  expect(() => ifMatch(asked(header))(3)).toThrow(
    expect.objectContaining({ kind: 'precondition-failed', code: 'version-differs', extra: { version: 3 } }),
  );
});

test.each(['3', '', '"3', "'3'", '"3",'])('If-Match %j is refused at once', (header) => {
  expect(() => ifMatch(asked(header))).toThrow(expect.objectContaining({ kind: 'invalid', code: 'if-match-invalid' }));
});
