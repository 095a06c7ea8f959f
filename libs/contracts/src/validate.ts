import { Ajv2020 } from 'ajv/dist/2020.js';
import type { DataValidationCxt } from 'ajv/dist/types/index.js';
import addFormats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import { isCountry } from './countries.ts';
import { isCurrency } from './currencies.ts';
import type { Problem } from './errors.ts';
import { problemOf } from './problem.ts';
import { isTyped, type TypedText, tidied } from './text.ts';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

// NoInfer, here and in event.ts: otherwise the compiler works out the type of every possible schema at each use, for seconds.

/** Checks a value against a schema. */
export type Check<T = unknown> = (value: unknown) => Checked<T>;

/**
 * Compiles a JSON Schema (2020-12) once, and throws when the schema itself is wrong. The check names the first fault, with a JSON Pointer;
 * it never repeats the value, and changes nothing in it but typed text (text.ts), which it tidies in place. A `title` in the
 * schema completes the sentence "must be …".
 */
export function compile<S extends TSchema>(schema: S): Check<NoInfer<Static<S>>> {
  return compiledBy(refusing, schema);
}

/** The same, but deletes from the value, in place, every field that a closed object doesn't name. */
export function compileDropping<S extends TSchema>(schema: S): Check<NoInfer<Static<S>>> {
  return compiledBy(dropping, schema);
}

const [refusing, dropping] = [validator(false), validator(true)];

// The first fault ends the check: collecting all of them lets a hostile input choose how much work it makes.
function validator(removeAdditional: boolean): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allErrors: false, ownProperties: true, verbose: true, removeAdditional });
  addFormats.default(ajv, ['uuid', 'date-time', 'email']);
  ajv.addFormat('currency', isCurrency);
  ajv.addFormat('country', isCountry);
  ajv.addKeyword({
    keyword: 'typed',
    type: 'string',
    before: 'maxLength',
    modifying: true,
    validate: tidy,
    errors: false,
  });
  return ajv;
}

function tidy(kind: TypedText, typed: string, _schema?: unknown, place?: DataValidationCxt): boolean {
  const text = tidied(typed);
  if (place) place.parentData[place.parentDataProperty] = text;
  return isTyped(text, kind);
}

function compiledBy<T>(ajv: Ajv2020, schema: TSchema): Check<T> {
  const validate = ajv.compile(schema);
  return (value) =>
    validate(value) ? { ok: true, value: value as T } : { ok: false, problems: [problemOf(validate.errors ?? [])] };
}
