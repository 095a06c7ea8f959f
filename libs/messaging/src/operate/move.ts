import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import { carriableKey } from '../carriable.ts';
import { onOwnChannel } from '../channel.ts';
import { countIn, passOnAcks } from '../dead-letters/pass-on-acks.ts';
import { UnwritableError } from '../errors.ts';
import type { OutgoingMessage } from '../publisher/outgoing.ts';
import type { ConfirmedPublisher } from '../publisher/publisher.ts';
import { EXCHANGE, UNROUTED } from '../topology.ts';
import { type Operation, sentOn } from './operation.ts';

const WINDOW = 200;
const LOOK_MS = 50;

/**
 * Moves messages out of a queue in their order: each is acknowledged once its copy is confirmed, so a crash leaves one
 * twice and none missing. Resolves with how many it moved when the queue shows none, or the limit is reached.
 */
async function move(
  { model, publisher }: Operation,
  from: string,
  copyOf: (message: ConsumeMessage) => OutgoingMessage,
  limit = Number.POSITIVE_INFINITY,
): Promise<number> {
  return onOwnChannel(model, async (channel) => {
    const inHand = new Set<Promise<void>>();
    let [taken, moved] = [0, 0];
    let failure: unknown;
    let ending = false;
    const take = (message: ConsumeMessage | null) => {
      if (!message || failure || ending || taken++ >= limit) return;
      const work = sendCopy(publisher, copyOf(message)).then(() => {
        channel.ack(message);
        moved++;
      });
      const noted = work.catch((error) => (failure ??= error)).then(() => void inHand.delete(noted));
      inHand.add(noted);
    };
    // An answer can overtake messages that were handed out before; the second one comes behind them.
    const isEmpty = async () =>
      (await countIn(channel, from)) + (await countIn(channel, from)) === 0 && inHand.size === 0;
    await channel.prefetch(WINDOW);
    const { consumerTag } = await channel.consume(from, take);
    do await Promise.all([pause(LOOK_MS), ...inHand]);
    while (!failure && moved < limit && !(await isEmpty()));
    // What comes now goes back: only what is acknowledged before the cancel is passed on for certain.
    ending = true;
    await Promise.all(inHand);
    if (failure) throw failure;
    await passOnAcks(channel, from, consumerTag);
    return moved;
  });
}

// Nothing that a message is may stop those behind it: at last its body alone goes on.
async function sendCopy(publisher: ConfirmedPublisher, copy: OutgoingMessage): Promise<void> {
  await publisher.send(copy).catch((error) => {
    if (!(error instanceof UnwritableError)) throw error;
    return publisher.send({ ...copy, properties: {} });
  });
}

/** All of a queue into another, which alone gets them. */
export const moveAll = (operation: Operation, from: string, to: string) =>
  move(operation, from, (message) => sentOn(message, to));

/** What nobody was bound for is said once more; what still has nobody comes back to the end of that queue. */
export async function sayUnrouted(operation: Operation): Promise<number> {
  const waiting = await onOwnChannel(operation.model, (channel) => countIn(channel, UNROUTED));
  if (waiting === 0) return 0;
  const again = (message: ConsumeMessage) => {
    const routingKey = carriableKey(message.fields.routingKey);
    return { ...sentOn(message, UNROUTED), exchange: EXCHANGE, routingKey };
  };
  return move(operation, UNROUTED, again, waiting);
}
