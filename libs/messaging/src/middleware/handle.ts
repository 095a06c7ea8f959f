import type { CloudEvent } from '@order-events/contracts';
import type { Delivered } from '../headers.ts';

/** A step with everything after it inside. What it throws decides the message's outcome. */
export type Handle<M> = (message: M) => Promise<void>;

/** Proven: who wrote it, that nothing was changed, that it is what its type promises. */
export interface Received extends Delivered {
  readonly event: CloudEvent;
}
