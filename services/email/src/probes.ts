import { channel } from 'node:diagnostics_channel';

/** What has just become true between two effects: a proof listens and ends the process there. Without a listener a publish does nothing. */
export const steps = {
  /** On record as being sent; nothing has left. */
  recorded: channel('order-events:mail.recorded'),
  /** The mail server has it; the record doesn't say so. */
  sent: channel('order-events:mail.sent'),
};
