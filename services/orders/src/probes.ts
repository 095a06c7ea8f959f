import { channel } from 'node:diagnostics_channel';

/** Points between two effects. A proof subscribes to one and kills the process there; without a subscriber, `publish` does nothing. */
export const probes = {
  /** The order is stored; its request has no response yet. */
  placed: channel('order-events:order.placed'),
};
