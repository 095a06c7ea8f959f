import { withMethods, wrapExport } from '@order-events/prove/plant';

export const countStoreOutage = wrapExport(
  'libs/messaging/src/outage.ts',
  'isOutage',
  (real) => (error) => real(error) && (error as { readonly outage?: unknown }).outage !== true,
);

export const ignoreReturns = wrapExport('libs/messaging/src/publisher.ts', 'createPublisher', (real) => (options) => {
  const made = real(options);
  const send: typeof made.send = async (message) => {
    try {
      await made.send(message);
    } catch (error) {
      if ((error as Error).name !== 'UnroutableError') throw error;
    }
  };
  return withMethods(made, { send });
});

export const anyOrder = wrapExport(
  'libs/messaging/src/middleware/in-turn.ts',
  'createTurns',
  (real) => (options) => real({ ...options, sources: [] }),
);
