import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import type { Problem } from './errors.ts';
import { problemOf } from './problem.ts';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

// NoInfer, here and in event.ts: else the compiler works out the type of every schema there can be, at each use, for seconds.

/** Tells whether a value is what the schema says. */
export type Check<T = unknown> = (value: unknown) => Checked<T>;

/**
 * Compiles a JSON Schema (2020-12) once, and throws when the schema itself is wrong. The check names the first fault, with a JSON Pointer;
 * it never changes the value and never repeats it. A `title` in the schema completes the sentence "must be …".
 */
export function compile<S extends TSchema>(schema: S): Check<NoInfer<Static<S>>> {
  return compiledBy(refusing, schema);
}

/** The same, but deletes from the value (in place) whatever an object closed by its schema doesn't name. */
export function compileDropping<S extends TSchema>(schema: S): Check<NoInfer<Static<S>>> {
  return compiledBy(dropping, schema);
}

const [refusing, dropping] = [validator(false), validator(true)];

// The first fault ends the check: collecting all of them lets a hostile input choose how much work it makes.
function validator(removeAdditional: boolean): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: false, ownProperties: true, verbose: true, removeAdditional });
  addFormats.default(ajv, ['uuid', 'date-time', 'email']);
  return ajv;
}

function compiledBy<T>(ajv: Ajv2020, schema: TSchema): Check<T> {
  const validate = ajv.compile(schema);
  return (value) =>
    validate(value) ? { ok: true, value: value as T } : { ok: false, problems: [problemOf(validate.errors ?? [])] };
}
