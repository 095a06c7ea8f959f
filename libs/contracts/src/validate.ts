import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import type { Problem } from './errors.ts';

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

// The first fault ends the check: collecting all of them lets a hostile input choose how much work it makes.
const ajv = new Ajv2020({ strict: true, allErrors: false, $data: false, ownProperties: true });
addFormats.default(ajv, ['uuid', 'date-time', 'email']);

/** Compiles a JSON Schema (2020-12) once; the check names the first fault and never changes or repeats the value. */
export function compile<S extends TSchema>(schema: S): (value: unknown) => Checked<Static<S>> {
  const validate = ajv.compile(schema);
  return (value) =>
    validate(value)
      ? { ok: true, value: value as Static<S> }
      : { ok: false, problems: (validate.errors ?? []).map(problemOf) };
}

function problemOf({ instancePath, keyword, params, message }: ErrorObject): Problem {
  if (keyword === 'required')
    return { pointer: pointerTo(instancePath, params.missingProperty), message: 'is missing' };
  if (keyword === 'additionalProperties') {
    return { pointer: pointerTo(instancePath, params.additionalProperty), message: 'is not a known field' };
  }
  if (keyword === 'const') return { pointer: instancePath, message: `must be ${JSON.stringify(params.allowedValue)}` };
  if (keyword === 'enum')
    return { pointer: instancePath, message: `must be one of ${params.allowedValues.join(', ')}` };
  return { pointer: instancePath, message: message ?? `breaks ${keyword}` };
}

function pointerTo(path: string, property: string): string {
  return `${path}/${property.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
