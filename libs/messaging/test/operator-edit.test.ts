import { expect, test } from '@jest/globals';
import { type CloudEvent, parseKeys } from '@order-events/contracts';
import { anEvent, signed, testKeys } from '@order-events/testing';
import { readDelivery } from '../src/headers.ts';
import { editEvent, OPERATORS } from '../src/index.ts';
import { prove } from '../src/middleware/prove.ts';
import { aMessage } from './a-message.ts';

const keys = parseKeys(testKeys());
const event = anEvent('payment.captured.v1');
const { body, signature } = signed(event);
const data = { ...(event.data as object), amount: 1_234 };
const letter = { body: Buffer.from(body), headers: { signature } };
const edit = editEvent(keys, letter, data);
const headersOf = ({ signature, original, originalSignature }: typeof edit) => ({
  signature,
  original,
  'original-signature': originalSignature,
});

const signedAs = (source: string, changed: object) => {
  const text = JSON.stringify({ ...event, data, ...changed });
  return { ...edit, body: text, signature: keys.sign(source, text) };
};
const accept = (body: string, headers: object) => {
  const { id: messageId, type } = JSON.parse(body) as CloudEvent;
  return prove(keys, readDelivery('orders', aMessage({ messageId, type, headers }, body, { routingKey: type })));
};
const accepting = (form: typeof edit) => () => accept(form.body, headersOf(form));
const refusal = (fields: object) => expect.objectContaining(fields);

test('an operator’s edit of an event is accepted', () => {
  expect(accept(edit.body, headersOf(edit)).event).toEqual({ ...event, data });
});

test.each<[string, Partial<CloudEvent>]>([
  ['id', { id: '01890000-0000-7000-8000-000000000000' }],
  ['source', { source: '/services/orders' }],
  ['subject', { subject: 'another' }],
  ['type', { type: 'payment.failed.v1' }],
  ['sequence', { sequence: '9' }],
  ['time', { time: '2026-01-01T00:00:00.000Z' }],
  ['userid', { userid: 'eve' }],
])('one that changes the %s is refused', (_name, changed) => {
  const refused = refusal({ kind: 'invalid', code: 'edit-changes-more' });
  expect(accepting(signedAs(OPERATORS, changed))).toThrow(refused);
});

test('one that a service has signed is refused', () => {
  expect(accepting(signedAs('/services/payments', {}))).toThrow(refusal({ code: 'signature-wrong-source' }));
});

test('one whose original nobody has signed is refused', () => {
  const original = Buffer.from(JSON.stringify({ ...event, data: {} })).toString('base64');
  expect(accepting({ ...edit, original })).toThrow(refusal({ code: 'signature-bad' }));
});

test('other bytes signed by operators without the original are refused', () => {
  const refused = refusal({ code: 'signature-wrong-source' });
  expect(() => accept(edit.body, { signature: edit.signature })).toThrow(refused);
});

test('an edited letter is edited from its original again', () => {
  const again = editEvent(keys, { body: Buffer.from(edit.body), headers: headersOf(edit) }, event.data as object);
  expect(JSON.parse(again.body)).toEqual(event);
  expect(Buffer.from(again.original, 'base64').toString()).toBe(body);
});

test('data that breaks the contract makes no edit', () => {
  expect(() => editEvent(keys, letter, { amount: 'much' })).toThrow(/breaks its contract/);
});

test('without a key for operators nothing is edited', () => {
  const others = parseKeys(testKeys().replace(/,test-operators.*/, ''));
  expect(() => editEvent(others, letter, data)).toThrow(/no key may sign for \/operators/);
});
