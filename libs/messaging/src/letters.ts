import type { QueueName } from '@order-events/contracts';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { pause } from './backoff.ts';
import { onOwnChannel } from './channel.ts';
import { createConnection } from './connection.ts';
import { BrokerUnreachableError } from './errors.ts';
import { readDelivery } from './headers.ts';
import { type Letter, letterOf } from './letter.ts';
import type { Log } from './log.ts';
import type { OperatorEdit } from './operator-edit.ts';
import type { OperatorVouch } from './operator-vouch.ts';
import { countIn, passOnAcks } from './pass-on-acks.ts';
import { probes } from './probes.ts';
import { BrokerPublisher } from './publisher/publisher.ts';
import { replayOf } from './replay.ts';
import { dlqOf } from './topology.ts';

/** What is seen of a queue at once; what lies behind them shows when these are gone. */
export const MOST_LETTERS = 10_000;
const TAKE_MS = 15_000;
const BACK_MS = 5_000;
const FLUSH_MS = 5_000;

/** A letter that nobody else gets meanwhile. What isn't settled goes back to its place. */
export interface HeldLetter extends Letter {
  /** Resolves once its copy is confirmed on the way and the letter is taken out. A crash in between leaves both. */
  sendAgain(change?: OperatorEdit | OperatorVouch): Promise<void>;
  discard(): void;
}

export interface Letters {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Letters that lie there now, copies counted; not those somebody holds. */
  count(queue: QueueName): Promise<number>;
  /**
   * Takes the letters of a queue, oldest first, shows each to `wanted` and gives the wanted ones to `work`. Then all that
   * were not settled lie where they lay. One at a time for a queue, or they change places: the caller sees to that.
   */
  hold<T>(
    queue: QueueName,
    wanted: (letter: Letter) => boolean,
    work: (held: readonly HeldLetter[]) => Promise<T>,
  ): Promise<T>;
}

export interface LettersOptions {
  readonly url: string;
  readonly service: string;
  readonly log: Log;
  readonly random?: () => number;
}

/** The dead letters of every queue, over a connection of their own: big looks hold up no event. */
export function createLetters({ url, service, log, random = Math.random }: LettersOptions): Letters {
  const connection = createConnection({ url, name: `${service} letters`, log, random });
  const copies = new BrokerPublisher({ connection, name: 'letters', log, random });

  function connected(): ChannelModel {
    if (connection.model) return connection.model;
    throw new BrokerUnreachableError('the broker is away, and the letters with it');
  }

  function heldOn(channel: Channel, queue: QueueName, message: ConsumeMessage, settled: () => void): HeldLetter {
    const delivered = readDelivery(queue, message);
    const takeOut = () => {
      channel.ack(message);
      settled();
    };
    return {
      ...letterOf(delivered),
      async sendAgain(change) {
        await copies.send(replayOf(delivered, change));
        probes.copied.publish(delivered);
        takeOut();
      },
      discard: takeOut,
    };
  }

  const hold: Letters['hold'] = async (queue, wanted, work) => {
    const model = connected();
    let staying = 0;
    const settled = () => void staying--;
    try {
      return await onOwnChannel(model, async (channel) => {
        const chosen: ConsumeMessage[] = [];
        const consumerTag = await takeAll(channel, dlqOf(queue), (message) => {
          staying++;
          if (wanted(letterOf(readDelivery(queue, message)))) chosen.push(message);
        });
        const result = await work(chosen.map((message) => heldOn(channel, queue, message, settled)));
        if (consumerTag && chosen.length > 0) await passOnAcks(channel, dlqOf(queue), consumerTag);
        return result;
      });
    } finally {
      await whenBack(model, dlqOf(queue), staying);
    }
  };

  return {
    hold,
    count: (queue) => countOf(connected(), dlqOf(queue)),
    async start() {
      await connection.open();
      copies.start();
    },
    async stop() {
      await copies.stop(FLUSH_MS);
      await connection.close();
    },
  };
}

/** Resolves with the tag of its consumer; undefined when there was nothing to take. */
async function takeAll(
  channel: Channel,
  queue: string,
  each: (message: ConsumeMessage) => void,
): Promise<string | undefined> {
  const messageCount = await countIn(channel, queue);
  const count = Math.min(messageCount, MOST_LETTERS);
  if (count === 0) return undefined;
  const { promise: all, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (why: string) => reject(new BrokerUnreachableError(`the letters of ${queue} can’t be seen: ${why}`));
  channel.once('close', () => giveUp('the channel was closed'));
  const timer = setTimeout(giveUp, TAKE_MS, 'somebody else holds some of them');
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
 * Closing a channel gives its messages back in their order (a nack of many doesn't), and a moment later: who takes some
 * before they are all there changes their order.
 */
async function whenBack(model: ChannelModel, queue: string, expected: number): Promise<void> {
  const deadline = Date.now() + BACK_MS;
  for (let wait = 1; Date.now() < deadline; wait = Math.min(100, wait * 2)) {
    const back = await countOf(model, queue).catch(() => expected);
    if (back >= expected) return;
    await pause(wait);
  }
}

const countOf = (model: ChannelModel, queue: string) => onOwnChannel(model, (channel) => countIn(channel, queue));
