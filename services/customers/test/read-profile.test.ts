import { expect, test } from '@jest/globals';
import { compile } from '@order-events/contracts';
import { bodyReader, ServiceError } from '@order-events/runtime';
import { profileRequest, readProfile as tidied } from '../src/read-profile.ts';

const readBody = bodyReader(compile(profileRequest));
const readProfile = (body: unknown) => tidied(readBody(body));

const ada = { email: 'ada@example.org', name: 'Ada' };

function problemsOf(body: object): unknown {
  try {
    return readProfile(body);
  } catch (error) {
    return error instanceof ServiceError && error.problems;
  }
}

test.each([
  ['pat@müller-example.de', 'pat@xn--mller-example-wob.de'],
  ['pat@MÜLLER.example', 'pat@xn--mller-kva.example'],
  ['pat@mu\u0308ller.example', 'pat@xn--mller-kva.example'],
  ['pat@例え.テスト', 'pat@xn--r8jz45g.xn--zckzah'],
  ['pat@faß.de', 'pat@xn--fa-hia.de'],
  ['pat@мир.рф', 'pat@xn--h1ahn.xn--p1ai'],
  ['pat@شبكة.example', 'pat@xn--ngbc5azd.example'],
  ['pat@münchen。de', 'pat@xn--mnchen-3ya.de'],
  ['pat@xn--mller-kva.de', 'pat@xn--mller-kva.de'],
  [' Ada.L+shop@Example.ORG\u00a0', 'Ada.L+shop@Example.ORG'],
  ["o'brien@sub.example.co.uk", "o'brien@sub.example.co.uk"],
])('the address %s is stored as %s', (email, stored) => {
  expect(readProfile({ ...ada, email })).toEqual({ ...ada, email: stored, locale: 'en' });
});

test.each([
  'not an address',
  '@example.org',
  'ada@',
  'ada@@example.org',
  'ada@example',
  'ada@localhost',
  'ada@ex ample.de',
  'ada@a..de',
  'ada@example.org/müller',
  'ada@müller.de:25',
  'ada@müller.de?x=.de',
  'ada@127.0.0.1',
  'ada@１２７.０.０.１',
  'ada@[127.0.0.1]',
  'ada@-müller.de',
  'ada@müller-.de',
  `ada@${'üж'.repeat(40)}.de`,
  `ada@${'ü.'.repeat(60)}de`,
  `${'a'.repeat(65)}@example.org`,
  // Letters before the @ that few mail servers deliver to.
  'müller@example.de',
  '用户@例え.テスト',
  'ada\u200b@example.org',
])('%s is refused in words', (email) => {
  expect(problemsOf({ ...ada, email })).toEqual([
    { pointer: '/email', message: expect.stringContaining('must be an e-mail address: ASCII before the @') },
  ]);
});

test.each([
  ['es-419', 'es-419'],
  ['zh-Hant', 'zh-Hant'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['sr-Latn', 'sr-Latn'],
  ['en-us', 'en-US'],
  ['EN', 'en'],
  ['iw', 'he'],
  ['de-CH-1996', 'de-CH-1996'],
  ['ar-u-nu-latn', 'ar-u-nu-latn'],
  ['fil', 'fil'],
  ['yue', 'yue'],
  ['art-lojban', 'jbo'],
])('the locale %s is stored as %s', (locale, stored) => {
  expect(readProfile({ ...ada, locale })).toEqual({ ...ada, locale: stored });
});

test.each([
  '',
  'x',
  'en_US',
  'english language',
  'en-',
  '*',
  'de-DE\n',
  `en-x-${'a'.repeat(70)}`,
  // BCP 47 has these, Unicode doesn't.
  'i-klingon',
  'x-private',
  'en-GB-oed',
  'zh-yue',
])('the locale %j is refused', (locale) => {
  expect(problemsOf({ ...ada, locale })).toMatchObject([{ pointer: '/locale' }]);
});

test.each([
  '',
  ' ',
  '\u00a0',
  '\u200b',
  '\u3164',
  '\u2800',
  '\u202e\u2066',
  'Ada\r\nBcc: all@example.org',
  'Ada\ud83d',
])('the name %j is refused', (name) => {
  expect(problemsOf({ ...ada, name })).toEqual([{ pointer: '/name', message: 'must be one line of visible text' }]);
});

test('a name is stored trimmed and in NFC', () => {
  expect(readProfile({ ...ada, name: ' Zoe\u0308 \u202eL\u202c\u00a0' })).toMatchObject({ name: 'Zo\u00eb L' });
});

test.each([{ name: 'Ada 4242 4242 4242 4242' }, { email: '4242424242424242@example.org' }])(
  'a card number in a profile is refused, and not repeated: %o',
  (typed) => {
    expect(() => readProfile({ ...ada, ...typed })).toThrow(expect.objectContaining({ code: 'card-data-refused' }));
    expect(() => readProfile({ ...ada, ...typed })).not.toThrow(/4242/);
  },
);
