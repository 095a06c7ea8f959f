import type { Problem } from '@order-events/runtime';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Fault = ReturnType<Validator['Errors']>[number];

/** Compiles a schema once. The check names the first fault, with a JSON Pointer; it never repeats the value. */
export function compile<S extends TSchema>(schema: S): (value: unknown) => Checked<Static<S>> {
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return { ok: true, value: value as Static<S> };
    const [first] = validator.Errors(value);
    return { ok: false, problems: first ? [problemOf(first)] : [] };
  };
}

function problemOf(fault: Fault): Problem {
  const { instancePath: pointer, message } = fault;
  switch (fault.keyword) {
    case 'required':
      return { pointer: `${pointer}/${fault.params.requiredProperties[0]}`, message: 'is missing' };
    // A field that a closed object doesn't name: its schema is `false`.
    case 'boolean':
      return { pointer: pointer.slice(0, 64), message: 'is not a known field' };
    case 'enum':
      return { pointer, message: 'must be an ISO 4217 code of a currency such as EUR' };
    case 'type':
      return {
        pointer,
        message: `must be ${/^[aio]/.test(String(fault.params.type)) ? 'an' : 'a'} ${fault.params.type}`,
      };
    case 'minLength':
      return { pointer, message: 'must not be empty' };
    case 'maxLength':
      return { pointer, message: `must have at most ${fault.params.limit} characters` };
    case 'minimum':
      return { pointer, message: `must be at least ${fault.params.limit}` };
    case 'maximum':
      return { pointer, message: `must be at most ${fault.params.limit}` };
    default:
      return { pointer, message };
  }
}
