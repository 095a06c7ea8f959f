import type { KeyRing } from '@order-events/contracts';
import { SignatureError } from '../errors.ts';
import { verifyEdit } from '../operator-edit.ts';
import type { Decoded, Handle } from './handle.ts';

/** Lets through only bytes that the source they name has signed, or an operator's edit of such. */
export const verifySignature =
  (keys: KeyRing) =>
  (next: Handle<Decoded>): Handle<Decoded> =>
  async (decoded) => {
    const { signature, body } = decoded.delivery;
    const headers = decoded.message.properties.headers ?? {};
    if (headers.original !== undefined) {
      verifyEdit(keys, { body, headers }, decoded.value);
      return await next(decoded);
    }
    const verdict = keys.verify(signature, decoded.source, body);
    if (verdict !== 'ok') throw new SignatureError(verdict, decoded.source);
    await next(decoded);
  };
