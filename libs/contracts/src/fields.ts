import Type, { type TProperties } from 'typebox';
import { sealedString } from './sealed.ts';

/** Every object is closed: what isn't named is refused. */
export function closed<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false });
}

export const uuid = Type.String({ format: 'uuid' });
export const timestamp = Type.String({ format: 'date-time', maxLength: 40 });
/** ids that others choose: of a person, a product */
export const idText = Type.String({ minLength: 1, maxLength: 128 });
export const code = Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' });
/** Minor units (cents) of the currency beside it. */
export const amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** ISO 4217 */
export const currency = Type.String({ pattern: '^[A-Z]{3}$' });
export const method = Type.String({ minLength: 1, maxLength: 32 });
export const quantity = Type.Integer({ minimum: 1, maximum: 1_000_000 });
export const units = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });

/** Where a request came from, sealed by the service that took it. */
export const meta = closed({ ipAddress: Type.Optional(sealedString), userAgent: Type.Optional(sealedString) });
