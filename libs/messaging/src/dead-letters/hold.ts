import type { QueueName } from '@order-events/contracts';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { pause } from '../backoff.ts';
import { onOwnChannel } from '../channel.ts';
import { BrokerUnreachableError } from '../errors.ts';
import { readDelivery } from '../headers.ts';
import type { OperatorEdit } from '../operator-edit.ts';
import type { OperatorVouch } from '../operator-vouch.ts';
import { probes } from '../probes.ts';
import type { ConfirmedPublisher } from '../publisher/publisher.ts';
import { dlqOf } from '../topology.ts';
import { type DeadLetter, deadLetterOf } from './dead-letter.ts';
import { countIn, passOnAcks } from './pass-on-acks.ts';
import { replayOf } from './replay.ts';

/** So many dead letters of a queue are seen at once; those behind them show when these are gone. */
export const MOST_DEAD_LETTERS = 10_000;
const TAKE_MS = 15_000;
const BACK_MS = 5_000;

/** A dead letter that nobody else gets meanwhile. Unless it is sent again or discarded it goes back to its place. */
export interface HeldDeadLetter extends DeadLetter {
  /** Resolves once its copy is confirmed and the dead letter is taken out. A crash in between leaves both. */
  sendAgain(change?: OperatorEdit | OperatorVouch): Promise<void>;
  discard(): void;
}

interface HoldParts {
  readonly model: ChannelModel;
  readonly copies: Pick<ConfirmedPublisher, 'send'>;
}

/** What DeadLetters.hold() promises, on a channel of its own. */
export async function holdDeadLetters<T>(
  { model, copies }: HoldParts,
  queue: QueueName,
  wanted: (letter: DeadLetter) => boolean,
  work: (held: readonly HeldDeadLetter[]) => Promise<T>,
): Promise<T> {
  let staying = 0;
  const onTakenOut = () => void staying--;
  try {
    return await onOwnChannel(model, async (channel) => {
      const chosen: ConsumeMessage[] = [];
      const consumerTag = await takeAll(channel, dlqOf(queue), (message) => {
        staying++;
        if (wanted(deadLetterOf(readDelivery(queue, message)))) chosen.push(message);
      });
      const result = await work(chosen.map((message) => heldOn({ channel, copies, onTakenOut }, queue, message)));
      if (consumerTag && chosen.length > 0) await passOnAcks(channel, dlqOf(queue), consumerTag);
      return result;
    });
  } finally {
    await whenBack(model, dlqOf(queue), staying);
  }
}

interface HeldParts extends Pick<HoldParts, 'copies'> {
  readonly channel: Channel;
  readonly onTakenOut: () => void;
}

function heldOn({ channel, copies, onTakenOut }: HeldParts, queue: QueueName, message: ConsumeMessage): HeldDeadLetter {
  const delivered = readDelivery(queue, message);
  const takeOut = () => {
    channel.ack(message);
    onTakenOut();
  };
  return {
    ...deadLetterOf(delivered),
    async sendAgain(change) {
      await copies.send(replayOf(delivered, change));
      probes.copied.publish(delivered);
      takeOut();
    },
    discard: takeOut,
  };
}

/** Resolves with the tag of its consumer; undefined when there was nothing to take. */
async function takeAll(
  channel: Channel,
  queue: string,
  each: (message: ConsumeMessage) => void,
): Promise<string | undefined> {
  const messageCount = await countIn(channel, queue);
  const count = Math.min(messageCount, MOST_DEAD_LETTERS);
  if (count === 0) return undefined;
  const { promise: all, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (why: string) => reject(new BrokerUnreachableError(`messages of ${queue} can’t be read: ${why}`));
  channel.once('close', () => giveUp('the channel was closed'));
  const timer = setTimeout(giveUp, TAKE_MS, 'another process holds some of them');
  let taken = 0;
  const take = (message: ConsumeMessage | null) => {
    if (!message) return giveUp('the queue was deleted');
    each(message);
    if (++taken === count) resolve();
  };
  // Never more than were there: what arrives meanwhile stays behind them.
  await channel.prefetch(count);
  const consuming = Promise.all([channel.consume(queue, take), all]);
  const [{ consumerTag }] = await consuming.finally(() => clearTimeout(timer));
  return consumerTag;
}

/**
 * Closing a channel gives its messages back in their order (a nack of many doesn't), and a moment later: taking some
 * before all are there changes their order.
 */
async function whenBack(model: ChannelModel, queue: string, expected: number): Promise<void> {
  const deadline = Date.now() + BACK_MS;
  for (let wait = 1; Date.now() < deadline; wait = Math.min(100, wait * 2)) {
    const back = await countOf(model, queue).catch(() => expected);
    if (back >= expected) return;
    await pause(wait);
  }
}

export const countOf = (model: ChannelModel, queue: string) =>
  onOwnChannel(model, (channel) => countIn(channel, queue));
