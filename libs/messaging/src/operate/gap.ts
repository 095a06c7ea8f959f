import type { QueueName } from '@order-events/contracts';
import type { ChannelModel } from 'amqplib';
import { onOwnChannel } from '../channel.ts';
import { EXCHANGE, UNROUTED } from '../topology.ts';
import { type Difference, gapOf } from './compare.ts';

/** The consumed queues of which a repair declares something anew that was deleted with what it held. */
export function deletedQueues(found: readonly Difference[]): QueueName[] {
  const names = found.flatMap(({ mend, on, loses }) => (mend === 'recover' && loses && 'name' in on ? on.name : []));
  return [...new Set(names.map((name) => name.replace(/\.dlq$/, '') as QueueName))];
}

/** What a declaration can't bring back, in words. */
export function lossesOf(found: readonly Difference[]): string[] {
  const deleted = deletedQueues(found);
  const unbound = found.flatMap(({ mend, on }) =>
    mend === 'declare' && 'source' in on && on.source === EXCHANGE ? on.destination : [],
  );
  const isMissing = (name: string) => found.some(({ on, loses }) => loses && 'name' in on && on.name === name);
  // What no queue was bound for, not even audit's, is kept aside and said again.
  const unheard =
    isMissing(UNROUTED) || unbound.includes('audit') ? [] : new Set(unbound.filter((name) => !isMissing(name)));
  return [
    ...deleted.map(
      (queue) => `queue ${queue}: declared anew, without what it held: npm run topology -- recover ${queue}`,
    ),
    ...[...unheard].map(
      (queue) =>
        `queue ${queue}: bound again; what was said while it wasn’t, if anything was, has reached audit alone: ` +
        `npm run topology -- recover ${queue} --since <when the binding was lost>`,
    ),
  ];
}

/** What is declared anew looks like one that was never gone: a queue beside it says that it was, until it is recovered. */
export async function markGaps(model: ChannelModel, queues: readonly QueueName[]): Promise<void> {
  await onOwnChannel(model, async (channel) => {
    for (const queue of queues) await channel.assertQueue(gapOf(queue), { durable: true });
  });
}

export async function closeGap(model: ChannelModel, queue: QueueName): Promise<void> {
  await onOwnChannel(model, (channel) => channel.deleteQueue(gapOf(queue)));
}
