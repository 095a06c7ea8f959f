import { checkEvent } from '@order-events/contracts';
import type { Decoded, Handle, Received } from './handle.ts';

/** Lets through only known events whose data is what their schema promises. */
export function validate(next: Handle<Received>): Handle<Decoded> {
  return async ({ message, delivery, value }) => next({ message, delivery, event: checkEvent(value) });
}
