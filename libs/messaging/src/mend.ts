import type { QueueName } from '@order-events/contracts';

/** The command with which an operator brings a missing exchange back. */
export const mendExchange = 'npm run topology -- apply';

/**
 * The command with which an operator brings a missing queue back. Audit's log holds what a deleted queue held; only
 * audit's own queue has no other source.
 */
export function mendMissing(queue: QueueName): string {
  return `npm run topology -- ${queue === 'audit' ? 'apply' : `recover ${queue}`}`;
}
