import { describe, expect, test } from '@jest/globals';
import { type CloudEvent, parseKeys } from '@order-events/contracts';
import { anEvent, signed, testKeys } from '@order-events/testing';
import { readDelivery } from '../src/headers.ts';
import { editEvent, OPERATORS, vouchFor } from '../src/index.ts';
import { prove } from '../src/middleware/prove.ts';
import { aMessage } from './a-message.ts';

const keys = parseKeys(testKeys());
const event = anEvent('payment.captured.v1');
const { body, signature: right } = signed(event);
const otherKey = Buffer.alloc(32, 7).toString('base64');
const wrongRing = parseKeys(`not-known:/services/payments:${otherKey}`);
const wrong = wrongRing.sign('/services/payments', body);
const damaged = right.replace(/,[^,]{4}/, (found) => `${found.startsWith(',v1') ? found : ',AAAA'}`);

const deadLetterOf = (text: string, headers: Record<string, unknown>) => {
  const { id: messageId, type } = JSON.parse(text) as CloudEvent;
  return { body: Buffer.from(text), headers, labels: { messageId, type }, type };
};
const accept = (text: string, headers: Record<string, unknown>) => {
  const { id: messageId, type } = JSON.parse(text) as CloudEvent;
  return prove(keys, readDelivery('orders', aMessage({ messageId, type, headers }, text, { routingKey: type })));
};
const headersOf = ({ signature, originalSignature }: { signature: string; originalSignature: string }) => ({
  signature,
  'original-signature': originalSignature,
});
const refusal = (code: string) => expect.objectContaining({ kind: 'invalid', code });

describe('an event signed with a wrong key', () => {
  test('is accepted when operators vouch for the same bytes', () => {
    expect(() => accept(body, { signature: wrong })).toThrow(refusal('signature-unknown-key'));
    const { vouch } = vouchFor(keys, deadLetterOf(body, { signature: wrong }));
    const { event: accepted, delivery } = accept(body, headersOf(vouch));
    expect(accepted).toEqual(event);
    expect(delivery).toMatchObject({ originalSignature: wrong, signature: vouch.signature });
  });

  test('can be vouched for again, when the key of operators verifies no more', () => {
    const former = parseKeys(`former:/operators:${otherKey},${testKeys().replace(/,?test-operators[^,]*/, '')}`);
    const before = vouchFor(former, deadLetterOf(body, { signature: wrong })).vouch;
    expect(() => accept(body, headersOf(before))).toThrow(refusal('signature-unknown-key'));
    const { vouch } = vouchFor(keys, deadLetterOf(body, headersOf(before)));
    expect(vouch.originalSignature).toBe(wrong);
    expect(accept(body, headersOf(vouch)).event).toEqual(event);
  });
});

describe('nobody vouches for', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['what nobody signed', {}, 'signature-unsigned'],
    ['what bears an empty signature', { signature: '' }, 'signature-unsigned'],
    ['what bears no signature but text', { signature: 'trust me' }, 'signature-malformed'],
    ['what bears two lines', { signature: `${wrong}\nx` }, 'signature-malformed'],
    ['what bears a number', { signature: 7 }, 'signature-unsigned'],
    ['what is signed well', { signature: right }, 'vouch-needless'],
    ['an edit', { signature: wrong, original: 'e30=' }, 'vouch-edited'],
  ])('%s', (_what, headers, code) => {
    expect(() => vouchFor(keys, deadLetterOf(body, headers))).toThrow(refusal(code));
  });

  test.each<[string, object, string]>([
    ['data that breaks the contract', { data: { amount: 'much' } }, 'event-schema'],
    ['a source that may not say it', { source: '/services/orders' }, 'event-envelope'],
    ['a type that nobody knows', { type: 'payment.stolen.v1' }, 'event-unknown-type'],
  ])('%s', (_what, changed, code) => {
    const text = JSON.stringify({ ...event, ...changed });
    expect(() => vouchFor(keys, deadLetterOf(text, { signature: wrong }))).toThrow(refusal(code));
  });

  test('what is no JSON, and what comes under another label', () => {
    const letter = deadLetterOf(body, { signature: wrong });
    expect(() => vouchFor(keys, { ...letter, body: Buffer.from('{') })).toThrow(refusal('event-undecodable'));
    const labels = { ...letter.labels, messageId: 'another' };
    expect(() => vouchFor(keys, { ...letter, labels })).toThrow(refusal('event-relabelled'));
  });

  test('anything, where no key may sign for operators', () => {
    const others = parseKeys(testKeys().replace(/,test-operators.*/, ''));
    expect(() => vouchFor(others, deadLetterOf(body, { signature: wrong }))).toThrow(refusal('edit-key-missing'));
  });
});

describe('a consumer refuses', () => {
  const { vouch } = vouchFor(keys, deadLetterOf(body, { signature: wrong }));
  const other = JSON.stringify({ ...event, data: { ...(event.data as object), amount: 1 } });

  test('other bytes under the same vouch', () => {
    expect(() => accept(other, headersOf(vouch))).toThrow(refusal('signature-bad'));
  });

  test('another signature beside the same vouch', () => {
    expect(() => accept(body, { ...headersOf(vouch), 'original-signature': damaged })).toThrow(
      refusal('signature-bad'),
    );
  });

  test('a vouch without the signature it is about', () => {
    expect(() => accept(body, { signature: vouch.signature })).toThrow(refusal('signature-wrong-source'));
  });

  test.each(['/services/payments', '/services/orders'])('a vouch that %s has signed', (source) => {
    const signature = keys.sign(source, `operators vouch for what bears ${wrong}\n${body}`);
    expect(() => accept(body, { signature, 'original-signature': wrong })).toThrow(refusal('signature-wrong-source'));
  });

  test('the signature that operators put under an edit, without its original', () => {
    const letter = { body: Buffer.from(body), headers: { signature: right } };
    const edit = editEvent(keys, letter, { ...(event.data as object), amount: 1 });
    for (const original of [right, wrong, '']) {
      const headers = { signature: edit.signature, 'original-signature': original };
      expect(() => accept(edit.body, headers)).toThrow(refusal('signature-bad'));
    }
  });

  test('the signature of a vouch under an edit', () => {
    const headers = { ...headersOf(vouch), original: Buffer.from(body).toString('base64') };
    expect(() => accept(body, headers)).toThrow(refusal('signature-bad'));
  });

  test('bytes that operators signed in no such words', () => {
    const headers = { signature: keys.sign(OPERATORS, body), 'original-signature': wrong };
    expect(() => accept(body, headers)).toThrow(refusal('signature-bad'));
  });
});
