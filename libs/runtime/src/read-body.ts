import { type Problem, ServiceError } from './errors.ts';

/** What a check says of a value: contracts' `compile` makes such checks. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads request bodies by a check. Throws ServiceError `body-invalid` with what is wrong; `wanted` says it as a whole. */
export function bodyReader<T>(check: (body: unknown) => Checked<T>, wanted?: string): (body: unknown) => T {
  return (body) => {
    const checked = check(body);
    return checked.ok ? checked.value : refuseBody(checked.problems, wanted);
  };
}

/** For faults that no schema can name. Throws ServiceError `body-invalid`. */
export function refuseBody(problems: readonly Problem[], wanted = 'the body is not what this route takes'): never {
  throw new ServiceError('invalid', 'body-invalid', wanted, { problems });
}
