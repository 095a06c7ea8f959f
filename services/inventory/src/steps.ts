import { channel } from 'node:diagnostics_channel';

/** What has just become true between two effects: a proof listens and ends the process there. Without a listener a publish does nothing. */
export const steps = {
  /** One line is held; the reservation still says that its lines are being held. */
  held: channel('order-events:line.held'),
  /** One line is available again; the reservation still says that they are being given back. */
  undone: channel('order-events:line.undone'),
  /** One line is sold, or lost; the reservation still says that its lines are being sold. */
  sold: channel('order-events:line.sold'),
};
