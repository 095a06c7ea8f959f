import { channel } from 'node:diagnostics_channel';

/** What has just become true between two effects: a proof listens and ends the process there. Without a listener a publish does nothing. */
export const steps = {
  /** The order is stored; whoever placed it was not answered. */
  placed: channel('order-events:order.placed'),
};
