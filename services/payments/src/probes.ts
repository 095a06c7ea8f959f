import { channel } from 'node:diagnostics_channel';

/** Points between two effects. A proof subscribes to one and kills the process there; without a subscriber, `publish` does nothing. */
export const probes = {
  /** The call is recorded; the provider has not got it. */
  recorded: channel('order-events:call.recorded'),
  /** The provider has done it; its response is not stored yet. */
  answered: channel('order-events:provider.answered'),
};
