import { channel } from 'node:diagnostics_channel';

/** Points between two effects. A proof subscribes to one and kills the process there; without a subscriber, `publish` does nothing. */
export const probes = {
  /** The message is in its feed; no client has got it, and the progress of the order is not stored yet. */
  kept: channel('order-events:feed.kept'),
};
