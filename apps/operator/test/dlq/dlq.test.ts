import { expect, test } from '@jest/globals';
import { ageInMs, ageSince } from '../../src/dlq/age.ts';
import { commands } from '../../src/dlq/commands.ts';
import { filterOf, readCommand } from '../../src/dlq/options.ts';
import { chosen } from '../../src/dlq/settle.ts';
import { json, parseExactly, printable, table } from '../../src/dlq/table.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const replay = (...args: string[]) => readCommand('replay', commands.replay as never, args);

test('letters are named by queue and ids, or as a group', () => {
  expect(chosen(replay('email', 'a', 'b'))).toEqual({ queue: 'email', letters: ['a', 'b'] });
  expect(chosen(replay('--queue', 'email', '--type', 't', '--code', 'c'))).toEqual({
    queue: 'email',
    group: { type: 't', code: 'c' },
  });
});

test.each([[[]], [['email']], [['--queue', 'email']], [['email', 'a', '--code', 'c']]])('%j names neither', (args) => {
  expect(() => chosen(replay(...args))).toThrow(/name a queue and ids/);
});

test('an option that a command doesn’t take is refused with the way to its help', () => {
  expect(() => replay('--older-than', '2h')).toThrow(/--older-than.*npm run dlq -- replay --help/);
});

test('ages become moments', () => {
  const options = readCommand('list', commands.list as never, ['--older-than', '2h', '--newer-than', '1d']);
  expect(filterOf(options, now)).toMatchObject({
    before: '2026-11-24T08:00:00.000Z',
    since: '2026-11-23T10:00:00.000Z',
  });
  expect(() => ageInMs('soon')).toThrow(/no age/);
});

test.each([
  ['2026-11-24T09:59:30Z', '30s'],
  ['2026-11-24T08:30:00Z', '1h'],
  ['2026-11-20T10:00:00Z', '4d'],
  [undefined, '?'],
])('what died at %s is %s old', (time, age) => {
  expect(ageSince(time, now)).toBe(age);
});

test('a table has its columns under each other, and nobody’s text steers the terminal', () => {
  const rows = [
    { name: 'order-closed', count: 12 },
    { name: '\u001b[2Jx\nfoo', count: 3 },
  ];
  const text = table(rows, [
    { title: 'NAME', of: ({ name }) => name, most: 8 },
    { title: 'COUNT', of: ({ count }) => count },
  ]);
  expect(text.split('\n')).toEqual(['NAME      COUNT', 'order-c…     12', ' [2Jx f…      3']);
});

test.each([
  ['an escape of the terminal', '\u001b[2J'],
  ['one of the second kind', '\u009b2J'],
  ['a delete', '\u007f'],
  ['a change of direction', '\u202egnp.exe\u202c'],
  ['an isolate', '\u2067x\u2069'],
  ['a mark', '\u061c\u200f'],
  ['zero width', 'a\u200b\u200d\ufeffb'],
  ['a line end that JSON lets through', 'a\u2028b\u2029c'],
  ['tags', '\u{e0041}\u{e007f}'],
])('%s is shown as what it is, and steers nothing', (_what, text) => {
  const shown = json({ text }, 2);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\u2028\u2029]/u);
  expect(JSON.parse(shown)).toEqual({ text });
  expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test.each(['9007199254740993', '1e400', '{"a":[12345678901234567890]}', '1.50'])(
  '%s is shown as it was written',
  (text) => {
    expect(json(parseExactly(text))).toBe(text);
  },
);
