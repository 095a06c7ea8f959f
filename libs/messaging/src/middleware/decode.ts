import { ContractError, largestEventBytes } from '@order-events/contracts';
import type { Delivered } from '../headers.ts';
import type { Decoded, Handle } from './handle.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Finds out who says to have sent it. A body that can't be an event at all is dead at once. */
export function decode(next: Handle<Decoded>): Handle<Delivered> {
  return async (delivered) => {
    const value = parse(delivered.delivery.body);
    const source = typeof value === 'object' && value !== null && 'source' in value ? value.source : undefined;
    if (typeof source !== 'string') throw new ContractError('envelope', 'the body names no source');
    await next({ ...delivered, value, source });
  };
}

function parse(body: Buffer): unknown {
  if (body.length > largestEventBytes) {
    throw new ContractError(
      'too-large',
      `the body has ${body.length} bytes, an event has at most ${largestEventBytes}`,
    );
  }
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    // The parser's message repeats what was sent, so it isn't passed on.
    throw new ContractError('undecodable', 'the body is not JSON in UTF-8');
  }
}
