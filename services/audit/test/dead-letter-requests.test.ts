import { expect, test } from '@jest/globals';
import { compile } from '@order-events/contracts';
import { bodyReader } from '@order-events/runtime';
import {
  discardRequest,
  editRequest,
  readDiscard,
  readEdit,
  readReplay,
  replayRequest,
} from '../src/dead-letters/requests.ts';

const replay = bodyReader(compile(replayRequest));
const discard = bodyReader(compile(discardRequest));
const edit = bodyReader(compile(editRequest));

const asked = { queue: 'email', letters: ['a'] };

test.each([
  ['replay', (body: unknown) => readReplay(replay(body)), asked],
  ['discard', (body: unknown) => readDiscard(discard(body)), asked],
  ['edit', (body: unknown) => readEdit(edit(body)), { queue: 'email', letter: 'a', data: {} }],
] as const)('why a letter is %s is text that can be read, and stored as it reads', (_kind, read, body) => {
  for (const reason of ['', '   ', '\u200b\u200b\u200b', '\u2066\u2069\u202e', '\u3164\u3164\u3164', 'ok\u0007ok']) {
    expect(() => read({ ...body, reason })).toThrow();
  }
  expect(() => read({ ...body, reason: 'card 4242 4242 4242 4242' })).toThrow(/looks like a card number/);
  expect(read({ ...body, reason: ' re\u0301pare\u0301\u00a0' })).toMatchObject({ reason: 'r\u00e9par\u00e9' });
});
