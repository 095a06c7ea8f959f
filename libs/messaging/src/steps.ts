import { channel } from 'node:diagnostics_channel';

/**
 * What has just become true between two effects, announced as it is passed: a proof listens and ends the process there.
 * Without a listener a publish does nothing.
 */
export const steps = {
  /** Given to the connection; the broker has confirmed nothing. */
  sent: channel('order-events:publish.sent'),
  /** Handed out by the broker; nothing was done about it. */
  received: channel('order-events:message.received'),
  /** Done; the broker doesn't know. */
  handled: channel('order-events:message.handled'),
  /** Not done, and its copy is on the way; the broker would hand it out again. */
  hopped: channel('order-events:hop.confirmed'),
  acked: channel('order-events:message.acked'),
  /** The order of its subject has moved past this message, handled or dead; the broker doesn't know. */
  noted: channel('order-events:order.noted'),
};
