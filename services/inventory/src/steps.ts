import { channel } from 'node:diagnostics_channel';

/** What has just become true between two effects: a proof listens and ends the process there. Without a listener a publish does nothing. */
export const steps = {
  /** One line is held; the reservation still says that its lines are being held. */
  held: channel('order-events:line.held'),
  /** One hold is undone; the reservation still says that they are being undone. */
  undone: channel('order-events:line.undone'),
};
