import { channel } from 'node:diagnostics_channel';

/** Points between two effects. A proof subscribes to one and kills the process there; without a subscriber, `publish` does nothing. */
export const probes = {
  /** The mail is recorded as being sent; nothing has left. */
  recorded: channel('order-events:mail.recorded'),
  /** The mail server has accepted the mail; this is not recorded yet. */
  sent: channel('order-events:mail.sent'),
};
