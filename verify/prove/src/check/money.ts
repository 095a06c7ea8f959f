import type { Case, LedgerEntry } from './case.ts';
import { fine, type Verdict } from './verdict.ts';

/** The provider took each confirmed order's amount once and nothing else; what events say adds up to the same. */
export function checkMoney({ evidence, ledger }: Case): Verdict {
  const ofOrder = Map.groupBy(ledger, ({ orderId }) => orderId);
  const doubled: string[] = [];
  const lost: string[] = [];
  const wrong: string[] = [];
  for (const { id, state } of evidence.orders) {
    const { status, totalAmount } = state.order;
    const authorised = ofOrder.get(id) ?? [];
    const taken = authorised.filter(({ state }) => state === 'captured');
    if (authorised.length > 1) doubled.push(`order ${id} was authorised ${authorised.length} times`);
    const isOwed = status === 1 || status === 3;
    if (isOwed && taken.length === 0) lost.push(`order ${id} is confirmed, and nothing was captured`);
    if (status === 5 && taken.length > 0) wrong.push(`order ${id} is cancelled, and its money was kept`);
    for (const { state } of authorised) if (state === 'authorised') wrong.push(`order ${id} keeps money set aside`);
    for (const { amount } of authorised)
      if (amount !== totalAmount) wrong.push(`order ${id}: ${amount} for ${totalAmount}`);
  }
  const known = new Set(evidence.orders.map(({ id }) => id));
  for (const { orderId } of ledger)
    if (!known.has(orderId)) wrong.push(`money was taken for ${orderId}, which is no order`);
  return { ...fine, lost, doubled, wrong: [...wrong, ...saidWrong(evidence.events, ledger)] };
}

function saidWrong(events: Case['evidence']['events'], ledger: readonly LedgerEntry[]): string[] {
  const said = (type: string) =>
    events
      .filter((event) => event.type === type)
      .reduce((sum, { data }) => sum + (data as { amount: number }).amount, 0);
  const kept = ledger.filter(({ state }) => state === 'captured').reduce((sum, { amount }) => sum + amount, 0);
  const captured = said('payment.captured.v1');
  const sums = [
    ['authorised = captured + voided', said('payment.authorized.v1'), captured + said('payment.voided.v1')],
    ['captured = refunded + kept by the provider', captured, said('payment.refunded.v1') + kept],
  ] as const;
  return sums
    .filter(([, left, right]) => left !== right)
    .map(([rule, left, right]) => `${rule} fails: ${left}, ${right}`);
}
