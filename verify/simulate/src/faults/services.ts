import { withMethods, wrapExport } from '@order-events/prove/plant';

const reserveStock = 'services/inventory/src/reserve-stock.ts';

export const reserveAgain = wrapExport(
  'services/inventory/src/reservation.ts',
  'learn',
  (real) => (reservation, fact, wanted, now) => real(fact === 'wanted' ? undefined : reservation, fact, wanted, now),
);

export const noTombstone = wrapExport(reserveStock, 'createStockReservations', (real) => (parts) => {
  const stock = real(parts);
  const learn: typeof stock.learn = async (id, fact, wanted) => {
    if (fact !== 'cancelled' || (await parts.reservations.get(id))) return stock.learn(id, fact, wanted);
    return { ...wanted, status: 'new', n: 0, facts: {}, changedAt: parts.now() };
  };
  return withMethods(stock, { learn });
});

export const finishOnlyNews = wrapExport(reserveStock, 'createStockReservations', (real) => (parts) => {
  const stock = real(parts);
  const learn: typeof stock.learn = async (id, fact, wanted) => {
    const known = (await parts.reservations.get(id))?.state;
    return known?.facts[fact] ? known : stock.learn(id, fact, wanted);
  };
  return withMethods(stock, { learn });
});

export const finishNone = wrapExport('services/inventory/src/unfinished.ts', 'unfinished', (real) => (parts) => {
  const { documents } = parts;
  const reservations = withMethods(documents.reservations, { find: async () => ({ documents: [] }) });
  return real({ ...parts, documents: { ...documents, reservations } });
});

export const keepAgain = wrapExport(
  'services/audit/src/record-event.ts',
  'createRecordEvent',
  (real) =>
    (log, ...told) =>
      real(
        withMethods(log, { insert: (entry) => log.insert({ ...entry, id: `${entry.id} ${Math.random()}` }) }),
        ...told,
      ),
);
