import { channel } from 'node:diagnostics_channel';

/** What has just become true between two effects: a proof listens and ends the process there. Without a listener a publish does nothing. */
export const steps = {
  /** The call is on record; the provider knows nothing of it. */
  recorded: channel('order-events:call.recorded'),
  /** The provider has done it; its answer is kept nowhere here. */
  answered: channel('order-events:provider.answered'),
};
