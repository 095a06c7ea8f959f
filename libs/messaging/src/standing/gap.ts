import type { QueueName } from '@order-events/contracts';
import type { ChannelModel } from 'amqplib';
import { onOwnChannel } from '../channel.ts';
import { isMissing } from '../missing.ts';
import { dlqOf, EXCHANGE, UNROUTED } from '../topology.ts';
import { type Difference, gapOf, movingOf, recoverable } from './compare.ts';

/** The consumed queues of which a repair declares something anew that was deleted with what it held. */
function deletedQueues(found: readonly Difference[]): QueueName[] {
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

/**
 * What is declared anew looks like one that was never gone: a queue beside it says that it was, until it is recovered.
 * Before each declaration, for all that it declares: cut off in between, the next run would see nothing missing.
 */
export async function markGaps(model: ChannelModel, besides: readonly QueueName[] = []): Promise<void> {
  const queues = new Set([...besides, ...(await deletedFrom(model))]);
  await onOwnChannel(model, async (channel) => {
    for (const queue of queues) await channel.assertQueue(gapOf(queue), { durable: true });
  });
}

// As compare.ts tells them, without the management API.
async function deletedFrom(model: ChannelModel): Promise<QueueName[]> {
  const lacks = (name: string) => isMissing(model, 'queue', name);
  if (await lacks(UNROUTED)) return [];
  const isGone = async (name: string) => (await lacks(name)) && (await lacks(movingOf(name)));
  const looks = recoverable.map(async (queue) => {
    const [queueGone, lettersGone] = await Promise.all([isGone(queue), isGone(dlqOf(queue))]);
    return queueGone || lettersGone ? [queue] : [];
  });
  return (await Promise.all(looks)).flat();
}

export async function closeGap(model: ChannelModel, queue: QueueName): Promise<void> {
  await onOwnChannel(model, (channel) => channel.deleteQueue(gapOf(queue)));
}
