import { channel } from 'node:diagnostics_channel';

/** What has just become true between two effects: a proof listens and ends the process there. Without a listener a publish does nothing. */
export const steps = {
  /** In its feed; no client was told, and the order has not moved on. */
  kept: channel('order-events:feed.kept'),
};
