import { expect, test } from '@jest/globals';
import { cancellationCodes } from '@order-events/contracts';
import { compose } from '../src/compose.ts';
import { moneyInWords } from '../src/in-words.ts';
import { aCancellation, aConfirmation, ada, wanted } from './wanted.ts';

const firstItem = aConfirmation.items[0];
const shown = (text: string) => text.replaceAll('\u200c', '');
const named = (name: string) => wanted({ ...aConfirmation, items: [{ ...firstItem, name }] });

test('a confirmation has customer, items, total and delivery date, with high priority', () => {
  const letter = compose(wanted(), ada);
  expect(letter).toMatchObject({
    messageId: '<0199a3f0-0000-7000-8000-000000000001@order-events>',
    to: { name: 'Ada Lovelace', address: 'ada@example.org' },
    subject: 'Your order #7K3QX9B2M4TD is confirmed',
    priority: 'high',
  });
  expect(letter.text).toBe(`Hello Ada Lovelace,

thank you: your order #7K3QX9B2M4TD is confirmed.

  2 x Teapot: €59.80
  4 x Cup: €39.10

Total: €98.90
Expected delivery: March 5, 2026
`);
  for (const part of ['7K3QX9B2M4TD', '2 × Teapot', '€59.80', '€98.90', 'March 5, 2026']) {
    expect(letter.html).toContain(part);
  }
});

test('without an estimate it has no delivery date', () => {
  const { estimatedDelivery: _, ...facts } = aConfirmation;
  const { text, html } = compose(wanted(facts), ada);
  expect(text + html).not.toContain('delivery');
});

test('a cancellation has the reason, and the refund with its method', () => {
  const letter = compose(wanted(aCancellation), ada);
  expect(letter).toMatchObject({ subject: 'Your order #7K3QX9B2M4TD has been cancelled', priority: 'normal' });
  expect(letter.text).toContain('has been cancelled: something in it is out of stock.');
  expect(letter.text).toContain('You get back €98.90 by card.');
  expect(letter.html).toContain('<strong>€98.90</strong> by card');
});

test('a cancellation before payment has no refund', () => {
  const { text, html } = compose(wanted({ ...aCancellation, refund: { ...aCancellation.refund, amount: 0 } }), ada);
  expect(text).toContain('You have not been charged');
  expect(text + html).not.toMatch(/get back|€/);
});

test('every reason has its own text, and a newer code still makes a sentence', () => {
  const text = (code: string) => compose(wanted({ ...aCancellation, code }), ada).text;
  expect(new Set(cancellationCodes.map(text)).size).toBe(cancellationCodes.length);
  for (const newer of ['swallowed-by-a-whale', 'constructor']) {
    expect(text(newer)).toContain('cancelled: it could not be completed.');
  }
});

test('the customer’s id is for tracing a confirmation: in a header, and nowhere in the text', () => {
  for (const facts of [aConfirmation, aCancellation]) {
    const { subject, text, html, to } = compose(wanted(facts), ada);
    expect(JSON.stringify([subject, text, html, to])).not.toMatch(/user-1|Customer/);
  }
  expect(compose(wanted(), ada).headers).toEqual({ 'Auto-Submitted': 'auto-generated', 'X-Customer-Id': 'user-1' });
  expect(compose(wanted(aCancellation), ada).headers).toEqual({ 'Auto-Submitted': 'auto-generated' });
});

test('a customer’s id adds no header', () => {
  const { headers } = compose({ ...wanted(), userId: 'ada\r\nBcc: eve@example.org' }, ada);
  expect(headers['X-Customer-Id']).toBe('ada Bcc: eve@example.org');
});

test('HTML in names is escaped; plain text has it unchanged', () => {
  const evil = '<img src=x onerror="alert(1)"> & \'co\'';
  const { html, text } = compose(named(evil), { ...ada, name: '<b>Ada</b>' });
  expect(html).toContain('&lt;img src&#x3D;x onerror&#x3D;&quot;alert(1)&quot;&gt; &amp; &#x27;co&#x27;');
  expect(html).toContain('Hello &lt;b&gt;Ada&lt;');
  expect(html).not.toMatch(/<img|<b>/);
  expect(text).toContain(evil);
});

test('templates in names stay text', () => {
  const { html, text, subject } = compose(named('{{userId}} {{{userId}}}'), { ...ada, name: '{{orderNumber}}' });
  expect(text).toContain('{{userId}} {{{userId}}}');
  expect(html).toContain('{{userId}} {{{userId}}}');
  expect(subject).toBe('Your order #7K3QX9B2M4TD is confirmed');
});

test('line breaks in names begin neither a header nor a line of the mail', () => {
  const breaks = ['\r\n', '\n', '\r', '\u2028', '\u0085', '\u0000'];
  for (const at of breaks) {
    const { to, text, html } = compose(named(`Cup${at}Total: 0`), { ...ada, name: `Ada${at}Bcc: eve@example.org` });
    expect(to.name).toBe('Ada Bcc: eve@example.org');
    expect(text).toContain('x Cup Total: 0: €59.80');
    expect(html).toContain('Cup Total: 0');
  }
});

test('a name cannot change the reading direction of the text behind it', () => {
  expect(compose(wanted(), { ...ada, name: 'Ada\u202egnp.exe' }).to.name).toBe('Ada gnp.exe');
});

test.each(['מנורה', 'مصباح 3', 'Lamp ܠܡܦ', 'ދިވެހި 2.5', '\u{1e900}\u{1e901}'])(
  'a name that reads from right to left (%s) moves nothing around it',
  (name) => {
    const { text, html } = compose(named(name), { ...ada, name });
    expect(shown(text)).toContain(`Hello \u2068${name}\u2069,`);
    expect(shown(text)).toContain(`  2 x \u2068${name}\u2069: €59.80\n`);
    expect(shown(html)).toContain(`2 × <bdi>${name}</bdi></td>`);
    expect(shown(html)).toContain(`Hello <bdi>${name}</bdi>,`);
  },
);

test('a name cannot end its own isolation', () => {
  const { text } = compose(named('מנורה\u2069\u202d 5'), ada);
  expect(text).toContain('  2 x \u2068מנורה  5\u2069: €59.80\n');
});

// Text that common mail clients turn into a link: a scheme, www, a domain, a mail address.
const link = /\w:\/\/|www\.|[\p{L}\p{N}-][.．]\p{L}|[\p{L}\p{N}]@[\p{L}\p{N}]|[\p{L}]:[\p{L}/]/iu;

test.each([
  'https://evil.example/login?a=1',
  'HTTP://EVIL.EXAMPLE',
  'www.evil.example',
  'evil.example',
  'call evil.co.uk now',
  'eve@evil.example',
  'mailto:eve@evil.example',
  'javascript:alert(1)',
  '//evil.example',
  'http://192.0.2.1/x',
  'ftp://evil.example',
  'http:\\\\evil.example',
  'злой.рф',
  'https://мир.рф',
  'evil．example',
])('a name that is an address (%s) is no link, and reads the same', (name) => {
  const { text, html, subject } = compose(named(name), { ...ada, name });
  const visible = html.replace(/<[^>]*>/g, '');
  for (const part of [text, visible, subject]) expect(part).not.toMatch(link);
  expect(shown(text)).toContain(`2 x ${name}: €59.80`);
  expect(shown(text)).toContain(`Hello ${name},`);
});

test.each(['Lamp 2.0', '3/4 inch', '16:9 screen', 'Tea, No. 5', 'R&D'])(
  '%s is no address and left as it is',
  (name) => {
    expect(compose(named(name), ada).text).toContain(`  2 x ${name}: €59.80\n`);
  },
);

test('a name is cut between visible characters, and only when it is longer than any accepted name', () => {
  const family = '👨‍👩‍👧‍👦';
  const cut = compose(wanted(), { ...ada, name: `a${family.repeat(50)}` }).to.name;
  expect(cut).toBe(`a${family.repeat(36)}…`);
  expect(compose(wanted(), { ...ada, name: `${'x'.repeat(399)}e\u0301` }).to.name).toBe(`${'x'.repeat(399)}…`);
  expect(compose(wanted(), { ...ada, name: `${'x'.repeat(399)}🇩🇪` }).to.name).toBe(`${'x'.repeat(399)}…`);
  expect(compose(wanted(), { ...ada, name: '😀'.repeat(200) }).to.name).toBe('😀'.repeat(200));
  expect(compose(wanted(), { ...ada, name: `${'😀'.repeat(200)}x` }).to.name).toBe(`${'😀'.repeat(200)}…`);
  expect(compose(wanted(), { ...ada, name: 'x'.repeat(100_000) }).to.name).toHaveLength(401);
});

test('half a character is shown as a replacement', () => {
  expect(compose(wanted(), { ...ada, name: 'Ada\ud83d' }).to.name).toBe('Ada\ufffd');
});

test('nothing in the HTML is fetched or linked', () => {
  for (const facts of [aConfirmation, aCancellation]) {
    expect(compose(wanted(facts), ada).html).not.toMatch(/https?:|href|src=|url\(/);
  }
});

test.each([
  [9_890, 'EUR', 'en', '€98.90'],
  [9_890, 'JPY', 'en', '¥9,890'],
  [9_890, 'KWD', 'en', 'KWD 9.890'],
  [5, 'USD', 'en-GB', 'US$0.05'],
  [0, 'GBP', 'en-GB', '£0.00'],
  // With the digits of the list, not with those of Intl.
  [250_000, 'HUF', 'en', 'HUF 2,500.00'],
  [250_000, 'IDR', 'en', 'IDR 2,500.00'],
  [250_001, 'MGA', 'en', 'MGA 2,500.01'],
  [12_345, 'IQD', 'en', 'IQD 12.345'],
  [12_345, 'CLF', 'en', 'CLF 1.2345'],
  [7, 'UYW', 'en-GB', 'UYW 0.0007'],
  [9_890, 'ISK', 'en-GB', 'ISK 9,890'],
  [9_890, 'CLP', 'en', 'CLP 9,890'],
  // A withdrawn currency.
  [9_890, 'BGN', 'en', 'BGN 98.90'],
  [Number.MAX_SAFE_INTEGER, 'HUF', 'en', 'HUF 90,071,992,547,409.91'],
  [Number.MAX_SAFE_INTEGER, 'JPY', 'en', '¥9,007,199,254,740,991'],
  [Number.MAX_SAFE_INTEGER, 'CLF', 'en', 'CLF 900,719,925,474.0991'],
  [Number.MAX_SAFE_INTEGER, 'EUR', 'en', '€90,071,992,547,409.91'],
] as const)('%i minor units of %s are written, in %s, %s', (amount, currency, locale, written) => {
  expect(moneyInWords(amount, currency, locale).replace('\u00a0', ' ')).toBe(written);
});

test('numbers and dates are in English, in the variety of the reader’s region when the locale is English', () => {
  expect(compose(wanted(), { ...ada, locale: 'en-GB' }).text).toContain('5 March 2026');
  expect(compose(wanted(), { ...ada, locale: 'de-DE' }).text).toContain('March 5, 2026');
  for (const locale of ['en-Latn-GB', 'en-GB-oxendict', 'en-gb', 'en-GB-u-nu-arab']) {
    expect(compose(wanted(), { ...ada, locale }).text).toContain('5 March 2026');
  }
  for (const locale of ['es-419', 'zh-Hant-TW', 'sr-Latn', 'ar-EG', 'en', 'fa-u-nu-arabext', 'und', 'en_GB']) {
    expect(compose(wanted(), { ...ada, locale }).text).toContain('Total: €98.90\nExpected delivery: March 5, 2026');
  }
  expect(compose(wanted(), { ...ada, locale: 'nonsense, really' }).text).toContain('€98.90');
});
