import { UndecodableError } from '../errors.ts';
import type { Delivered } from '../headers.ts';
import type { Decoded, Handle } from './handle.ts';

/** Finds out who says to have sent it. A body that isn't a JSON object with a source is dead at once. */
export function decode(next: Handle<Decoded>): Handle<Delivered> {
  return async (delivered) => next({ ...delivered, source: sourceOf(delivered.delivery.body) });
}

function sourceOf(body: Buffer): string {
  const parsed = parse(body);
  const source = typeof parsed === 'object' && parsed !== null && 'source' in parsed ? parsed.source : undefined;
  if (typeof source !== 'string') throw new UndecodableError('the body is not an event: it has no source');
  return source;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new UndecodableError('the body is not JSON in UTF-8', { cause });
  }
}
