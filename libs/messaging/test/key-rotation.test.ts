import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type KeyRing, parseKeys } from '@order-events/contracts';
import { anEvent } from '@order-events/testing';
import { readDelivery } from '../src/headers.ts';
import { prove } from '../src/middleware/prove.ts';
import { aMessage } from './a-message.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/key-rotation.md'), 'utf8');
const keyOf = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const rings = [...page.matchAll(/^EVENT_SIGNING_KEYS=(.+)$/gm)].map(([, keys = '']) =>
  parseKeys(keys.replaceAll('<old>', keyOf(1)).replaceAll('<new>', keyOf(2))),
) as [KeyRing, KeyRing, KeyRing, KeyRing];
const [before, step1, step2, revoked] = rings;

const event = anEvent('order.created.v1');
const body = JSON.stringify(event);
/** An event that waits anywhere, signed then, and heard now. */
const heard = (signed: KeyRing, now: KeyRing) => () => {
  const { id: messageId, type } = event;
  const headers = { signature: signed.sign(event.source, body) };
  return prove(now, readDelivery('inventory', aMessage({ messageId, type, headers }, body, { routingKey: type })))
    .event;
};

test('the page shows the lists before, in each step, and after a theft', () => {
  expect(rings).toHaveLength(4);
});

test('within a step, old and new instances understand each other', () => {
  const pairs = [
    [before, step1],
    [step1, before],
    [step1, step2],
    [step2, step1],
  ] as const;
  for (const [signed, now] of pairs) expect(heard(signed, now)()).toEqual(event);
});

test('the new key signs from step 2 on, and what the old one signed is heard for as long as it is listed', () => {
  expect(step1.sign(event.source, body)).toContain('orders-1');
  expect(step2.sign(event.source, body)).toContain('orders-2');
  expect(heard(before, step2)()).toEqual(event);
});

test('what a key has signed that was taken off the list is refused', () => {
  expect(heard(before, revoked)).toThrow(expect.objectContaining({ code: 'signature-unknown-key' }));
  expect(heard(step2, revoked)()).toEqual(event);
});
