import type { Case } from './case.ts';
import type { Product } from './evidence.ts';
import { allOf, exactlyOnce, fine, type Verdict } from './verdict.ts';

/** Of every product: available + held + sold + lost − shortage is all that ever came in. */
export function unitsOf({ available, held, sold, lost, shortage }: Product): number {
  return available + held + sold + lost - shortage;
}

/** Where the units of a reservation are, by its status; of every other status they are available. */
const places = { reserved: 'held', shipped: 'sold', lost: 'lost' } as const;

/** What an order's status says of its reservation. */
const reservedAt: Readonly<Record<number, string>> = { 1: 'reserved', 2: 'reserved', 3: 'shipped', 4: 'shipped' };

/** Products add up, and hold and have sold exactly what reservations say; these are what open and shipped orders want. */
export function checkStock({ evidence: { orders, products, reservations }, stocked }: Case): Verdict {
  const named = (id: string, { productId, quantity }: { productId: string; quantity: number }) =>
    `${quantity} ${productId} for ${id}`;
  const wanted = orders
    .filter(({ state }) => reservedAt[state.order.status])
    .flatMap(({ id, state }) => state.order.items.map((item) => named(id, item)));
  const given = reservations
    .filter(({ state: { status } }) => status === 'reserved' || status === 'shipped')
    .flatMap(({ id, state }) => state.lines.map((line) => named(id, line)));
  const statuses = new Map(orders.map(({ id, state }) => [id, state.order.status]));
  const stale = reservations.flatMap(({ id, state: { status } }) => {
    const said = reservedAt[statuses.get(id) ?? 0];
    return status === said || !(said || status in places)
      ? []
      : [`reservation ${id} is ${status}, its order at ${statuses.get(id)}`];
  });
  const lines = Object.entries(places).flatMap(([status, place]) =>
    reservations
      .filter(({ state }) => state.status === status)
      .flatMap(({ state }) => state.lines.map(({ productId, quantity }) => ({ productId, quantity, place }))),
  );
  const wrong = products.flatMap(({ id, state }) => {
    const units = unitsOf(state);
    const off = Object.values(places).flatMap((place) => {
      const due = lines.filter((line) => line.place === place && line.productId === id);
      const sum = due.reduce((all, { quantity }) => all + quantity, 0);
      return sum === state[place] ? [] : [`${id}: ${state[place]} units ${place}, reservations say ${sum}`];
    });
    return units === stocked.get(id) ? off : [`${id}: ${units} units, there were ${stocked.get(id)}`, ...off];
  });
  return allOf([exactlyOnce('holds', wanted, given), { ...fine, wrong: [...wrong, ...stale] }]);
}
