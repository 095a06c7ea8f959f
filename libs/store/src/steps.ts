import { channel } from 'node:diagnostics_channel';

/**
 * What has just become true between two effects, announced as it is passed: a proof listens and ends the process there.
 * Without a listener a publish does nothing.
 */
export const steps = {
  /** Inside the transaction: nothing is durable yet. */
  written: channel('order-events:store.written'),
  /** Durable; nobody was told. */
  committed: channel('order-events:store.committed'),
  /** Durable and not yet on its way to the broker. */
  publishing: channel('order-events:relay.publishing'),
  /** With the broker, and still in the stored outbox. */
  confirmed: channel('order-events:relay.confirmed'),
  settled: channel('order-events:relay.settled'),
  /** A total and the document that moves it are read; the total is not written. */
  read: channel('order-events:posting.read'),
};
