import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';

import fc from 'fast-check';
import { checkLabels, compile, contracts, createEvent, parseEvent, parseKeys, toMessage } from '../src/index.ts';
import { exampleOf } from '../src/published-schema.ts';
import { allowedBy } from './arbitrary.ts';

const keys = parseKeys(
  ['orders', 'inventory', 'payments', 'email']
    .map((name) => `${name}-1:/services/${name}:${randomBytes(32).toString('base64')}`)
    .join(','),
);

/** Fields that may be less than 0. */
const signed = new Set(['delta']);

describe.each(contracts.map((contract) => [contract.type, contract] as const))('%s', (_type, contract) => {
  const attributes = { ...exampleOf(contract), version: 3 };
  const check = compile(contract.schema);

  test('any data that its schema allows arrives unchanged, with its signature and its labels', () => {
    fc.assert(
      fc.property(allowedBy(contract.schema), (data) => {
        const event = createEvent({ contract, data }, attributes);
        const body = JSON.stringify(event);
        const { content, properties, routingKey } = toMessage(body, keys.sign(event.source, body));
        const arrived = parseEvent(content);
        expect(arrived).toEqual(event);
        expect(keys.verify(properties.headers.signature, arrived.source, content)).toBe('ok');
        expect(() => checkLabels(arrived, properties, routingKey)).not.toThrow();
      }),
      { numRuns: 15 },
    );
  });

  test('a field too few or too many is refused, wherever it is', () => {
    for (const { at, fields } of objectsIn(contract.example)) {
      const extra = altered(contract.example, at, { ...fields, colour: 'red' });
      expect(check(extra)).toEqual({
        ok: false,
        problems: [{ pointer: `${at}/colour`, message: 'is not a known field' }],
      });
      for (const name of Object.keys(fields)) {
        const { [name]: _, ...fewer } = fields;
        const missing = { pointer: `${at}/${name}`, message: 'is missing' };
        const checked = check(altered(contract.example, at, fewer));
        if (!checked.ok) expect(checked.problems).toEqual([missing]);
        expect(checked.ok).toBe(optional.has(name));
      }
    }
  });

  test('a value of another type is refused by its place', () => {
    for (const { at, fields } of objectsIn(contract.example)) {
      for (const [name, value] of Object.entries(fields)) {
        for (const wrong of [
          null,
          true,
          {},
          typeof value === 'string' ? 7 : 'seven',
          ...(signed.has(name) ? [] : [-1]),
          1.5,
          Number.POSITIVE_INFINITY,
        ]) {
          const checked = check(altered(contract.example, at, { ...fields, [name]: wrong }));
          expect(checked).toMatchObject({
            ok: false,
            problems: [{ pointer: expect.stringContaining(`${at}/${name}`) }],
          });
        }
      }
    }
  });
});

const optional = new Set(['estimatedDelivery', 'cancellation', 'step']);

type Fields = Readonly<Record<string, unknown>>;

/** Every object inside a value, with the JSON Pointer to it. */
function objectsIn(value: unknown, at = ''): { at: string; fields: Fields }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.entries(value).flatMap(([name, child]) => objectsIn(child, `${at}/${name}`));
  return Array.isArray(value) ? inside : [{ at, fields: value as Fields }, ...inside];
}

/** A copy of the value with another object at this place. */
function altered(value: unknown, at: string, replacement: Fields): unknown {
  if (at === '') return replacement;
  const [, name = '', ...rest] = at.split('/');
  const deeper = rest.map((part) => `/${part}`).join('');
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[name] = altered(copy[name], deeper, replacement);
  return copy;
}
