import Value from 'typebox/value';
import type { Compile } from '../src/read-request.ts';

/** Checks by TypeBox: the validator that services pass in belongs to contracts, which this lib does not know. */
export const compile: Compile = (schema) => (value) =>
  Value.Check(schema, value) ? { ok: true, value: value as never } : { ok: false, problems: [] };
