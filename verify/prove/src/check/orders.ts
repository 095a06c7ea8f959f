import { type Accepted, refusedCards, scarce } from '../shoppers.ts';
import type { Case } from './case.ts';
import { allOf, exactlyOnce, fine, type Verdict } from './verdict.ts';

/**
 * Every accepted order is there once and has ended as it must: shipped where that was asked for, else confirmed, unless
 * something spoke against it. A cancel and a shipment that were answered hold, and what is shown is what is kept.
 */
export function checkOrders({ evidence, accepted, shown }: Case): Verdict {
  const stored = exactlyOnce(
    'orders',
    accepted.map(({ id }) => id),
    evidence.orders.map(({ id }) => id),
  );
  const promised = new Map(accepted.map((each) => [each.id, each]));
  const wrong = evidence.orders.flatMap(({ id, state: { order } }) => {
    const { cancelled = false, shipped = false, paymentToken = '' } = promised.get(id) ?? {};
    const ok = order.status === 5 || order.status === (shipped ? 3 : 1);
    const held = !cancelled || order.status === 5;
    const sent = !shipped || order.status === 3;
    const paid = ![1, 3].includes(order.status) || !refusedCards.includes(paymentToken);
    return [
      ...(ok ? [] : [`order ${id} ended at status ${order.status}`]),
      ...(held ? [] : [`order ${id} was cancelled for its owner and is at status ${order.status}`]),
      ...(sent ? [] : [`order ${id} was shipped and is at status ${order.status}`]),
      ...(paid ? [] : [`order ${id} is confirmed with ${paymentToken}`]),
      ...(shown.get(id) === order.status
        ? []
        : [`order ${id} is shown as ${shown.get(id)} and kept as ${order.status}`]),
    ];
  });
  const given = evidence.orders.flatMap(({ id, state: { order } }) => {
    const inVain = order.status === 5 && nothingAgainst(promised.get(id));
    return inVain ? [`order ${id} was cancelled, and nothing spoke against it`] : [];
  });
  return allOf([stored, { ...fine, wrong, lost: given }]);
}

/** Its owner wants it, the card is good, and there is more than enough of everything. */
function nothingAgainst(accepted: Accepted | undefined): boolean {
  if (!accepted || accepted.cancelled) return false;
  return !refusedCards.includes(accepted.paymentToken) && accepted.items.every(({ productId }) => productId !== scarce);
}
