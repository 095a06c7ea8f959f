import { channel } from 'node:diagnostics_channel';

/**
 * Each probe tells what has just become true between two effects: the proof listens, and ends the process there.
 * Without a listener a publish does nothing.
 */
export const probes = {
  /** Inside the transaction: nothing is durable yet. */
  written: channel('order-events:store.written'),
  /** Durable; nobody was told. */
  committed: channel('order-events:store.committed'),
  /** Durable and not yet on its way to the broker. */
  publishing: channel('order-events:relay.publishing'),
  /** With the broker, and still in the stored outbox. */
  confirmed: channel('order-events:relay.confirmed'),
  /** Published entries are no longer in the stored outbox. */
  dropped: channel('order-events:relay.settled'),
  /** A total and the document that moves it are read; the total is not written. */
  read: channel('order-events:posting.read'),
};
