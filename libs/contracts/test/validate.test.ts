import { expect, test } from '@jest/globals';
import Type, { type TSchema } from 'typebox';
import { compile } from '../src/index.ts';

const named = Type.String({ title: 'a colour', pattern: '^[a-z]+$' });

test.each<[string, TSchema, unknown, string, string]>([
  ['a missing field', Type.Object({ a: named }), {}, '/a', 'is missing'],
  ['an inherited field', Type.Object({ toString: Type.Object({}) }), {}, '/toString', 'is missing'],
  ['an unknown field', closed({}), { b: 1 }, '/b', 'is not a known field'],
  ['a name with / and ~', closed({}), { 'a/~b': 1 }, '/a~1~0b', 'is not a known field'],
  ['an endless name', closed({}), { ['x'.repeat(9_000)]: 1 }, `/${'x'.repeat(64)}`, 'is not a known field'],
  ['a field named __proto__', closed({}), JSON.parse('{"__proto__":{}}'), '/__proto__', 'is not a known field'],
  ['no object', Type.Object({}), [], '', 'must be an object'],
  ['no array', Type.Array(named), {}, '', 'must be an array'],
  ['no text', Type.String(), 1, '', 'must be a string'],
  ['a fraction', Type.Array(Type.Integer()), [1, 1.5], '/1', 'must be an integer'],
  ['infinity', Type.Number(), Number.POSITIVE_INFINITY, '', 'must be a number'],
  ['another type than a titled one', named, 1, '', 'must be a colour'],
  ['another form than a titled one', named, 'RED', '', 'must be a colour'],
  ['another form than an untitled one', Type.String({ pattern: '^a$' }), 'b', '', 'must match ^a$'],
  ['another format', Type.String({ format: 'email' }), 'b', '', 'must be a valid email'],
  ['none of a list', Type.Enum(['a', 'b']), 'c', '', 'must be one of a, b'],
  ['another constant', Type.Literal('1.0'), '1.1', '', 'must be 1.0'],
  ['none of some constants', Type.Union([Type.Literal(1), Type.Literal(2)]), 3, '', 'must be one of 1, 2'],
  ['no form of a union', Type.Union([named, closed({})]), 3, '', 'must be of one of the forms allowed here'],
  ['too little', Type.Integer({ minimum: 1 }), 0, '', 'must be at least 1'],
  ['too much', Type.Integer({ maximum: 9 }), 10, '', 'must be at most 9'],
  ['an empty text', Type.String({ minLength: 1 }), '', '', 'must not be empty'],
  ['a short text', Type.String({ minLength: 3 }), 'ab', '', 'must have at least 3 characters'],
  ['a long text', Type.String({ maxLength: 2 }), 'abc', '', 'must have at most 2 characters'],
  ['an empty list', Type.Array(named, { minItems: 1 }), [], '', 'must not be empty'],
  ['a short list', Type.Array(named, { minItems: 2 }), ['a'], '', 'must have at least 2 entries'],
  ['a long list', Type.Array(named, { maxItems: 1 }), ['a', 'b'], '', 'must have at most 1 entries'],
])('%s has a message for people', (_what, schema, value, pointer, message) => {
  expect(compile(schema)(value)).toEqual({ ok: false, problems: [{ pointer, message }] });
});

test('one fault is returned, so that no request can make the response long', () => {
  const checked = compile(Type.Array(Type.Integer()))(Array(10_000).fill('x'));
  expect(checked).toEqual({ ok: false, problems: [{ pointer: '/0', message: 'must be an integer' }] });
});

test('a check leaves its value unchanged', () => {
  const value = { a: 'red' };
  expect(compile(closed({ a: named }))(value)).toEqual({ ok: true, value });
});

test('a schema that is wrong itself is refused when it is compiled', () => {
  expect(() => compile({ type: 'strnig' } as TSchema)).toThrow();
  expect(() => compile({ type: 'string', minimum: 1 } as TSchema)).toThrow();
});

function closed(properties: Record<string, TSchema>): TSchema {
  return Type.Object(properties, { additionalProperties: false });
}
