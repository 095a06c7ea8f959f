import type { ErrorObject } from 'ajv';
import type { Problem } from './errors.ts';

/** The fault that ended a check, for people. Of several errors it is the last; those before it are the tried branches of a union. */
export function problemOf(errors: readonly ErrorObject[]): Problem {
  const [last, ...branches] = errors.toReversed();
  if (!last) return { pointer: '', message: 'is not valid' };
  const { instancePath, keyword, params, parentSchema, message } = last;
  const field: unknown = params.missingProperty ?? params.additionalProperty ?? params.propertyName;
  const title = parentSchema?.title ?? (keyword === 'anyOf' ? alternatives(branches) : undefined);
  return {
    pointer: typeof field === 'string' ? `${instancePath}/${escaped(field)}` : instancePath,
    message: phrases[keyword]?.(params, title) ?? message ?? `breaks ${keyword}`,
  };
}

type Phrase = (params: ErrorObject['params'], title: string | undefined) => string;

const phrases: Readonly<Record<string, Phrase>> = {
  required: () => 'is missing',
  additionalProperties: () => 'is not a known field',
  propertyNames: () => 'is not a possible name',
  const: ({ allowedValue }) => `must be ${allowedValue}`,
  enum: ({ allowedValues }) => `must be one of ${allowedValues.join(', ')}`,
  anyOf: (_, title) => `must be ${title}`,
  type: ({ type }, title) => `must be ${title ?? `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`}`,
  pattern: ({ pattern }, title) => (title ? `must be ${title}` : `must match ${pattern}`),
  typed: (_, title) => `must be ${title}`,
  format: ({ format }, title) => `must be ${title ?? `a valid ${format}`}`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  maximum: ({ limit }) => `must be at most ${limit}`,
  minLength: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`),
  maxLength: ({ limit }) => `must have at most ${limit} characters`,
  minItems: ({ limit }) => (limit === 1 ? 'must not be empty' : `must have at least ${limit} entries`),
  maxItems: ({ limit }) => `must have at most ${limit} entries`,
};

function alternatives(branches: readonly ErrorObject[]): string {
  if (branches.some(({ keyword }) => keyword !== 'const')) return 'of one of the forms allowed here';
  const values = branches.map(({ params }) => params.allowedValue);
  return `one of ${values.reverse().join(', ')}`;
}

// A field name comes from the request, so its length is bounded.
function escaped(name: string): string {
  return name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}
