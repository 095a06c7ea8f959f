import { channel } from 'node:diagnostics_channel';

/**
 * Each probe tells what has just become true between two effects: the proof listens, and ends the process there.
 * Without a listener a publish does nothing.
 */
export const probes = {
  /** A message was given to the connection; the broker has confirmed nothing. */
  sent: channel('order-events:publish.sent'),
  /** The broker handed a message out; nothing was done about it. */
  received: channel('order-events:message.received'),
  /** A message was handled; the broker doesn't know. */
  handled: channel('order-events:message.handled'),
  /** The copy of a message, for a retry or as a dead letter, is confirmed; the broker would hand the message out again. */
  copied: channel('order-events:hop.confirmed'),
  acked: channel('order-events:message.acked'),
  /** The order of its subject has moved past a message, handled or dead; the broker doesn't know. */
  noted: channel('order-events:order.noted'),
};
