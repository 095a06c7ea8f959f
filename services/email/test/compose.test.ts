import { expect, test } from '@jest/globals';
import { cancellationCodes } from '@order-events/contracts';
import { compose } from '../src/compose.ts';
import { moneyInWords } from '../src/in-words.ts';
import { aCancellation, aConfirmation, ada, wanted } from './wanted.ts';

const firstItem = aConfirmation.items[0];
const named = (name: string) => wanted({ ...aConfirmation, items: [{ ...firstItem, name }] });

test('a confirmation tells who ordered what, for how much, and when it comes, with high priority', () => {
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

Customer: user-1
`);
  for (const part of ['7K3QX9B2M4TD', '2 × Teapot', '€59.80', '€98.90', 'March 5, 2026', 'user-1']) {
    expect(letter.html).toContain(part);
  }
});

test('without an estimate no delivery is promised', () => {
  const { estimatedDelivery: _, ...facts } = aConfirmation;
  const { text, html } = compose(wanted(facts), ada);
  expect(text + html).not.toContain('delivery');
});

test('a cancellation tells why, and what is paid back how', () => {
  const letter = compose(wanted(aCancellation), ada);
  expect(letter).toMatchObject({ subject: 'Your order #7K3QX9B2M4TD has been cancelled', priority: 'normal' });
  expect(letter.text).toContain('has been cancelled: something in it is out of stock.');
  expect(letter.text).toContain('You get back €98.90 by card.');
  expect(letter.html).toContain('<strong>€98.90</strong> by card');
});

test('a cancellation before payment promises no refund', () => {
  const { text, html } = compose(wanted({ ...aCancellation, refund: { ...aCancellation.refund, amount: 0 } }), ada);
  expect(text).toContain('You have not been charged');
  expect(text + html).not.toMatch(/get back|€/);
});

test('every reason has words of its own, and one that is newer still makes a sentence', () => {
  const told = (code: string) => compose(wanted({ ...aCancellation, code }), ada).text;
  expect(new Set(cancellationCodes.map(told)).size).toBe(cancellationCodes.length);
  for (const newer of ['swallowed-by-a-whale', 'constructor']) {
    expect(told(newer)).toContain('cancelled: it could not be completed.');
  }
});

test('HTML in names is shown, not obeyed; plain text has it as it is', () => {
  const evil = '<img src=x onerror="alert(1)"> & \'co\'';
  const { html, text } = compose(named(evil), { ...ada, name: '<b>Ada</b>' });
  expect(html).toContain('&lt;img src&#x3D;x onerror&#x3D;&quot;alert(1)&quot;&gt; &amp; &#x27;co&#x27;');
  expect(html).toContain('Hello &lt;b&gt;Ada&lt;/b&gt;');
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

test('a name cannot turn the reading direction of what follows', () => {
  expect(compose(wanted(), { ...ada, name: 'Ada\u202egnp.exe' }).to.name).toBe('Ada gnp.exe');
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
  // By the list's digits, not by those that Intl would show.
  [250_000, 'HUF', 'en', 'HUF 2,500.00'],
  [250_000, 'IDR', 'en', 'IDR 2,500.00'],
  [250_001, 'MGA', 'en', 'MGA 2,500.01'],
  [12_345, 'IQD', 'en', 'IQD 12.345'],
  [12_345, 'CLF', 'en', 'CLF 1.2345'],
  [7, 'UYW', 'en-GB', 'UYW 0.0007'],
  [9_890, 'ISK', 'en-GB', 'ISK 9,890'],
  [9_890, 'CLP', 'en', 'CLP 9,890'],
  // Sold before it was withdrawn.
  [9_890, 'BGN', 'en', 'BGN 98.90'],
  [Number.MAX_SAFE_INTEGER, 'HUF', 'en', 'HUF 90,071,992,547,409.91'],
  [Number.MAX_SAFE_INTEGER, 'JPY', 'en', '¥9,007,199,254,740,991'],
  [Number.MAX_SAFE_INTEGER, 'CLF', 'en', 'CLF 900,719,925,474.0991'],
  [Number.MAX_SAFE_INTEGER, 'EUR', 'en', '€90,071,992,547,409.91'],
] as const)('%i minor units of %s are written, in %s, %s', (amount, currency, locale, written) => {
  expect(moneyInWords(amount, currency, locale).replace('\u00a0', ' ')).toBe(written);
});

test('numbers and dates are in the language of the text, in the reader’s own variety where it is theirs', () => {
  expect(compose(wanted(), { ...ada, locale: 'en-GB' }).text).toContain('5 March 2026');
  expect(compose(wanted(), { ...ada, locale: 'de-DE' }).text).toContain('March 5, 2026');
  expect(compose(wanted(), { ...ada, locale: 'nonsense, really' }).text).toContain('€98.90');
});
