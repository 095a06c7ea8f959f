import Type, { type TProperties, type TSchema } from 'typebox';
import { sealedString } from './sealed.ts';

// A `title` completes the sentence "must be …" of a refusal, a `description` goes to the page of events.

/** A closed object: a field that isn't named is refused. */
export function closed<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

/** The same schema with a note for readers; goes inside `Type.Optional`. */
export function noted<S extends TSchema>(schema: S, description: string): S {
  return { ...schema, description };
}

/** In lower case only: ids are compared as text. */
export const uuid = Type.String({
  title: 'a UUID in lower case',
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  format: 'uuid',
  maxLength: 36,
});
/** RFC 3339, UTC, without leap seconds, so that every language's clock can read it. */
export const timestamp = Type.String({
  title: 'a time in UTC such as 2026-11-24T10:00:00.000Z',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,9})?Z$',
  format: 'date-time',
  maxLength: 30,
});
/** Ids chosen elsewhere, such as those of persons and products. */
export const idText = Type.String({ minLength: 1, maxLength: 128 });
/** Not a closed list: a new code is no new version, so consumers must accept unknown codes. */
export const code = Type.String({
  title: 'a code such as out-of-stock',
  pattern: '^[a-z][a-z0-9-]{0,63}$',
  maxLength: 64,
});
export const amount = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'minor units (cents) of the currency beside it',
});
export const currency = Type.String({ title: 'an ISO 4217 code such as EUR', pattern: '^[A-Z]{3}$', maxLength: 3 });
/** For HTTP requests. Events allow any three letters, so that an event in a withdrawn currency stays readable. */
export const currencyOfPrice = Type.String({ title: 'an ISO 4217 code of a currency such as EUR', format: 'currency' });
export const country = Type.String({ title: 'an ISO 3166-1 code such as DE', format: 'country' });
export const method = Type.String({ minLength: 1, maxLength: 32 });
export const quantity = Type.Integer({ minimum: 1, maximum: 1_000_000 });
export const units = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
export const productName = Type.String({ minLength: 1, maxLength: 200 });
export const actor = Type.Enum(['user', 'system', 'admin']);

/** IP address and user agent of a request, sealed by the service that took it. */
export const meta = closed({ ipAddress: Type.Optional(sealedString), userAgent: Type.Optional(sealedString) });
