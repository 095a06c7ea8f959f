import { maskText } from '@order-events/runtime';
import { reasonOf } from './reason-of.ts';

const MAX_BYTES = 2_048;
const SHOWN_CHARACTERS = 512;

export interface Failure {
  readonly error: unknown;
  readonly attempts: number;
  readonly service: string;
  readonly queue: string;
  readonly time: Date;
  readonly body: Buffer;
  /** Nobody has proven that it is an event of ours: only the shape of its first bytes is kept, as it may hold anything. */
  readonly foreign?: boolean;
}

/** Why a letter is dead, as JSON of at most 2 KiB, masked: it is read by people and shown on screens. */
export function failureEnvelope({ error, attempts, service, queue, time, body, foreign }: Failure): string {
  // Masked before it is cut: half a token is no token that a mask would find.
  const message = maskText(reasonOf(error));
  const begin = body.subarray(0, 4 * SHOWN_CHARACTERS).toString('utf8');
  const firstBytes = foreign ? shapeOf(begin) : maskText(begin);
  for (let shown = SHOWN_CHARACTERS; ; shown = Math.floor(shown / 2)) {
    const cut = { ...nameOf(error), message: message.slice(0, shown) };
    const where = { attempts, service, queue, time: time.toISOString() };
    const envelope = JSON.stringify({ error: cut, ...where, firstBytes: firstBytes.slice(0, shown) });
    if (Buffer.byteLength(envelope) <= MAX_BYTES || shown === 0) return envelope;
  }
}

// What it is can still be told: JSON, markup, base64, bytes. Its words are in the body alone.
function shapeOf(text: string): string {
  return text.replace(/[\p{L}\p{M}]/gu, 'x').replace(/\p{N}/gu, '0');
}

/** One line about what went wrong last, for the header `last-error`. */
export function lastError(error: unknown): string {
  return maskText(`${nameOf(error).name}: ${reasonOf(error)}`).slice(0, 256);
}

function nameOf(error: unknown): { name: string; code?: string } {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  return {
    name: typeof name === 'string' ? name.slice(0, 64) : 'Error',
    ...(typeof code === 'string' && { code: code.slice(0, 64) }),
  };
}
