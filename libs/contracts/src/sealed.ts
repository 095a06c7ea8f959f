import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import Type from 'typebox';

/** A key of one person, or one order. Deleting it makes every value that it sealed unreadable, in all copies. */
export interface SealingKey {
  readonly keyId: string;
  /** 32 bytes, base64. */
  readonly secret: string;
}

const form = /^sealed:v1:([A-Za-z0-9-]{1,64}):([A-Za-z0-9+/]+={0,2})$/;
const keyIdForm = /^[A-Za-z0-9-]{1,64}$/;
const ivBytes = 12;
const tagBytes = 16;

/** `sealed:v1:<keyId>:<base64 of iv, ciphertext, tag>`, AES-256-GCM. */
export const sealedString = Type.String({
  title: 'sealed text (sealed:v1:…)',
  pattern: form.source,
  maxLength: 8_192,
});

export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

/** A new key. Throws RangeError for an id that is not 1 to 64 letters, digits and hyphens. */
export function newSealingKey(keyId: string = randomUUID()): SealingKey {
  if (!keyIdForm.test(keyId))
    throw new RangeError('the id of a sealing key must be 1 to 64 letters, digits and hyphens');
  return { keyId, secret: randomBytes(32).toString('base64') };
}

export function isSealed(value: unknown): value is string {
  return typeof value === 'string' && form.test(value);
}

/** The id of the key that opens it; undefined when the text isn't sealed. */
export function keyIdOf(sealed: string): string | undefined {
  return form.exec(sealed)?.[1];
}

export function seal({ keyId, secret }: SealingKey, text: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(secret, 'base64'), iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(keyId));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `sealed:v1:${keyId}:${sealed.toString('base64')}`;
}

/** Throws UnsealError when the text was changed, was sealed with another key, or isn't sealed. */
export function open({ keyId, secret }: SealingKey, sealed: string): string {
  const [, named, content] = form.exec(sealed) ?? [];
  if (named !== keyId || content === undefined) throw new UnsealError('the value is not sealed with this key');
  const bytes = Buffer.from(content, 'base64');
  const [key, iv] = [Buffer.from(secret, 'base64'), bytes.subarray(0, ivBytes)];
  try {
    // Stated, because older versions of Node take shorter tags too, and those can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(keyId));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new UnsealError('the sealed value was changed, or sealed with another key', { cause });
  }
}
