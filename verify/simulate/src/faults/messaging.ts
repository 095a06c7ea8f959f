import { wrapExport } from '@order-events/prove/plant';

export const countStoreOutage = wrapExport(
  'libs/messaging/src/outage.ts',
  'isOutage',
  (real) => (error) => real(error) && (error as { readonly outage?: unknown }).outage !== true,
);

export const ignoreReturns = wrapExport(
  'libs/messaging/src/publisher/outgoing.ts',
  'outcomeOfAnswer',
  (real) => (error) => real(error, false),
);

export const anyOrder = wrapExport('libs/messaging/src/middleware/resequencer.ts', 'Resequencer', (Real) => {
  return class extends Real {
    constructor(options: ConstructorParameters<typeof Real>[0]) {
      super({ ...options, sources: [] });
    }
  };
});
