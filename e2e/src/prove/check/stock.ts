import type { Case } from './check.ts';
import { allOf, exactlyOnce, fine, type Verdict } from './verdict.ts';

/** Units are available, held or sold; held is exactly what confirmed orders want, and nothing of any other. */
export function checkStock({ evidence: { orders, products, reservations }, stocked }: Case): Verdict {
  const wanted = orders
    .filter(({ state }) => state.order.status === 1)
    .flatMap(({ id, state }) =>
      state.order.items.map(({ productId, quantity }) => `${quantity} ${productId} for ${id}`),
    );
  const held = products.flatMap(({ id, state }) =>
    Object.entries(state.holds).map(([orderId, quantity]) => `${quantity} ${id} for ${orderId}`),
  );
  const wrong = products.flatMap(({ id, state: { available, sold, holds } }) => {
    const initial = stocked.get(id);
    const counted = Object.values(holds).reduce((sum, units) => sum + units, available + sold);
    return counted === initial ? [] : [`${id}: ${counted} units, there were ${initial}`];
  });
  const statuses = new Map(orders.map(({ id, state }) => [id, state.order.status]));
  const stale = reservations.flatMap(({ id, state: { status } }) =>
    (status === 'reserved') === (statuses.get(id) === 1)
      ? []
      : [`reservation ${id} is ${status}, its order at ${statuses.get(id)}`],
  );
  return allOf([exactlyOnce('holds', wanted, held), { ...fine, wrong: [...wrong, ...stale] }]);
}
