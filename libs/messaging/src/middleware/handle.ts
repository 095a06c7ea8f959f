import type { CloudEvent } from '@order-events/contracts';
import type { Delivered } from '../headers.ts';
import type { Lease } from '../lease.ts';
import type { Failed, Outcome, Processed } from '../outcome.ts';

/** A step with everything after it inside. What it throws decides the message's outcome. */
export type Handle<M> = (message: M) => Promise<void>;

/** Proven: who wrote it, that nothing was changed, that it is what its type promises. */
export interface Received extends Delivered {
  readonly event: CloudEvent;
}

/** Decides what becomes of a message. Never rejects. */
export type Decide = (delivered: Delivered) => Promise<Outcome>;

/** Publishes the copy in which a message that is not done goes on. Resolves once that is confirmed, or can't be. */
export type CopyOn = (delivered: Delivered, outcome: Failed, lease: Lease) => Promise<Processed>;

/** Carries an outcome out, and acknowledges the message. */
export type Finish = (delivered: Delivered, outcome: Outcome, lease: Lease) => Promise<Processed>;

/** A message's whole way. Rejects only by a bug. */
export type Process = (delivered: Delivered, lease: Lease) => Promise<Processed>;
