import { expect, test } from '@jest/globals';
import Type from 'typebox';
import { compile, country, countryCodes, isCountry, needsCity, typedLine, typedText } from '../src/index.ts';

const readLine = compile(Type.Object({ line: typedLine(10) }));
const readText = compile(Type.Object({ text: typedText(20, 3) }));

test.each([
  ['Ada', 'Ada'],
  ['  Ada \u00a0\u3000', 'Ada'],
  ['\u200bAda\u200b\ufeff\u2060', 'Ada'],
  ['Zoe\u0308', 'Zo\u00eb'],
  ['\u202eAda\u202c', 'Ada'],
  ['\u2067עדה\u2069', 'עדה'],
  // Joiners and variation selectors belong to what stands before them.
  ['❤\ufe0f', '❤\ufe0f'],
  ['👩\u200d💻', '👩\u200d💻'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['-', '-'],
  ['ab  cd', 'ab  cd'],
  // Ten characters of two code units each.
  ['😀'.repeat(10), '😀'.repeat(10)],
])('%j is stored as %j', (typed, stored) => {
  expect(readLine({ line: typed })).toEqual({ ok: true, value: { line: stored } });
});

test.each([
  '',
  ' ',
  '\u00a0',
  '\u2003\u3000',
  '\u200b',
  '\u200d\u200c',
  '\ufeff',
  '\u00ad',
  '\u200e\u200f\u061c',
  '\u202a\u202c\u2066\u2069',
  '\u2800',
  '\u3164\uffa0\u115f\u1160',
  '\u{1d159}',
  '\ufe0f',
  '\u0301',
  '\u{e0041}',
  '\ue000',
  'Ada\nBcc: eve',
  'Ada\tL',
  'Ada\u0000',
  'Ada\u0085L',
  'Ada\u2028L',
  'Ada\ud83d',
])('%j is no line of text', (line) => {
  expect(readLine({ line })).toEqual({
    ok: false,
    problems: [{ pointer: '/line', message: 'must be one line of visible text' }],
  });
});

test('lengths are those of the tidied text', () => {
  expect(readLine({ line: ` ${'x'.repeat(10)} ` })).toMatchObject({ ok: true });
  expect(readLine({ line: 'e\u0301'.repeat(10) })).toMatchObject({ ok: true });
  expect(readLine({ line: 'x'.repeat(11) })).toMatchObject({
    problems: [{ pointer: '/line', message: 'must have at most 10 characters' }],
  });
  expect(readText({ text: ' ab ' })).toMatchObject({ problems: [{ message: 'must have at least 3 characters' }] });
});

test('a text of several lines keeps its line breaks, and no other control characters', () => {
  expect(readText({ text: '\r\nas\n\tasked \n' })).toEqual({ ok: true, value: { text: 'as\n\tasked' } });
  for (const text of ['\n\t \u200b', 'as\u0007ked', 'as\u001bked', 'asked\udc00']) {
    expect(readText({ text })).toMatchObject({ problems: [{ message: 'must be visible text' }] });
  }
});

test('a megabyte of blanks is read in no time', () => {
  const line = `${'x '.repeat(10)}${' '.repeat(1_000_000)}x`;
  expect(readLine({ line })).toMatchObject({ problems: [{ message: 'must have at most 10 characters' }] });
});

test.each(['DE', 'AX', 'SS', 'BQ', 'TW', 'PS', 'UM'])('%s is a country', (code) => {
  expect(compile(country)(code)).toMatchObject({ ok: true });
});

test.each(['ZZ', 'UK', 'EU', 'XK', 'AN', 'YU', 'SU', 'AA', 'de', 'DEU', ''])('%j is none', (code) => {
  expect(compile(country)(code)).toMatchObject({ problems: [{ message: 'must be an ISO 3166-1 code such as DE' }] });
});

test('a city can be left out where the country has none', () => {
  for (const code of ['SG', 'MC', 'VA', 'GI', 'HK', 'MO', 'NR', 'SM']) expect(needsCity(code)).toBe(false);
  for (const code of ['DE', 'US', 'LU', 'MT', 'ID']) expect(needsCity(code)).toBe(true);
  expect(countryCodes).toHaveLength(249);
  expect(countryCodes.every((code) => isCountry(code))).toBe(true);
});
