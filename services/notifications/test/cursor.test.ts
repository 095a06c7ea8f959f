import { expect, test } from '@jest/globals';
import { cursorOf, positionsOf } from '../src/cursor.ts';

test('a cursor gives back the positions it was made of', () => {
  for (const positions of [{ user: 0 }, { user: 7 }, { user: 0, admins: 0 }, { user: 123456789012, admins: 3 }]) {
    expect(positionsOf('ada', cursorOf('ada', positions))).toEqual(positions);
  }
});

test('a cursor of another person is refused: its positions mean other messages', () => {
  for (const other of ['bea', 'Ada', 'ada ', 'adá']) {
    expect(() => positionsOf(other, cursorOf('ada', { user: 7 }))).toThrow('returned to the same person');
  }
});

test('a cursor from before cursors named their person is taken', () => {
  const old = (text: string) => Buffer.from(text).toString('base64url');
  expect(positionsOf('ada', old('7'))).toEqual({ user: 7 });
  expect(positionsOf('ada', old('7.3'))).toEqual({ user: 7, admins: 3 });
});

test('anything else is refused', () => {
  const wrong = ['', '-1', '1.2.3', '7~', '7~short', 'x', '1'.repeat(13), '7~aaaaaaaaaaa'];
  for (const text of wrong) expect(() => positionsOf('ada', Buffer.from(text).toString('base64url'))).toThrow('cursor');
  for (const value of [undefined, null, 7, {}, '%%%']) expect(() => positionsOf('ada', value)).toThrow('cursor');
});
