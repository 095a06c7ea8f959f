import type { CloudEvent } from '@order-events/contracts';
import type { Delivered } from '../headers.ts';

/** A step with everything after it inside. What it throws decides the message's outcome. */
export type Handle<M> = (message: M) => Promise<void>;

/** Its body is a JSON object that names its source; nothing in it is believed yet. */
export interface Decoded extends Delivered {
  readonly value: unknown;
  readonly source: string;
}

/** Proven: who wrote it, that nothing was changed, that it is what its type promises. */
export interface Received extends Delivered {
  readonly event: CloudEvent;
}
