import type { Outcome } from './outcome.ts';

/** The right to settle one message. */
export interface Lease {
  /** The channel on which it came is gone, and the right with it. */
  readonly ended: AbortSignal;
  /** From here on nothing is waited for: the consumer stops. */
  readonly closing: AbortSignal;
  ack(): void;
  giveBack(): void;
  /** Stops the flow of messages. The one that stopped it is the probe, and gets what lets them flow again. */
  pause(reason: string): (() => void) | undefined;
}

/** How a message left this consumer; `returned`: it will be handed out again, because it couldn't be settled here. */
export type Settled = Outcome['kind'] | 'returned';
