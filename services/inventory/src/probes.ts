import { channel } from 'node:diagnostics_channel';

/** Points between two effects. A proof subscribes to one and kills the process there; without a subscriber, `publish` does nothing. */
export const probes = {
  /** One line is held; the reservation still has its hold pending. */
  held: channel('order-events:line.held'),
  /** One line is available again; the reservation still has its release or undo pending. */
  undone: channel('order-events:line.undone'),
  /** One line is sold, or lost; the reservation still has its dispatch pending. */
  sold: channel('order-events:line.sold'),
};
