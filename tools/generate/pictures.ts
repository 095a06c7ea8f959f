import { consumerOf, legalMoves, Status, statusLabels } from '@order-events/contracts';
import { DLX, delaysOf, dlqOf, EXCHANGE, tierOf } from '@order-events/messaging';

export const mermaid = (lines: readonly string[]) => ['```mermaid', ...lines, '```'].join('\n');

/** The statuses of an order and the moves between them, as contracts has them. */
export function orderStates(): string {
  const moves = Object.entries(legalMoves).flatMap(([from, targets]) =>
    targets.map((to) => `  ${labelOf(Number(from))} --> ${labelOf(to)}`),
  );
  const ends = Object.entries(legalMoves).flatMap(([status, targets]) =>
    targets.length === 0 ? [`  ${labelOf(Number(status))} --> [*]`] : [],
  );
  return mermaid(['stateDiagram-v2', '  direction LR', `  [*] --> ${labelOf(Status.Pending)}`, ...moves, ...ends]);
}

const labelOf = (status: number) => statusLabels[status as Status];

/** The way of one message, from the outbox to its acknowledgement, a retry or a dead letter; orders is the example. */
export function messageWay(): string {
  const queue = 'orders';
  const { attempts } = consumerOf(queue);
  const delays = delaysOf(consumerOf(queue));
  const tiers = delays.map((ms, n) => `  hops -- "attempt ${n + 1} failed" --> tier${n}[(${tierOf(queue, ms)})]`);
  const back = delays.map((ms, n) => `  tier${n} -- "after ${ms / 1_000} s" --> queue`);
  return mermaid([
    'flowchart LR',
    `  outbox[("outbox, in the store")] -- publish, wait for the confirm --> exchange{{${EXCHANGE}}}`,
    `  exchange --> queue[(${queue})] --> handler[handler]`,
    '  handler -- stored: acknowledge --> done((done))',
    `  handler -- failed: publish a copy, then acknowledge --> hops{{${DLX}}}`,
    ...tiers,
    ...back,
    `  hops -- "invalid, or attempt ${attempts} failed" --> dlq[(${dlqOf(queue)})]`,
    '  dlq -- npm run dlq: replay --> queue',
  ]);
}
