import type { Channel } from 'amqplib';
import { settledWithin } from '../backoff.ts';
import { BrokerUnreachableError } from '../errors.ts';

const ANSWER_MS = 5_000;

/**
 * A channel passes 32 acknowledgements on to a quorum queue and keeps the rest until the queue has stored those; closed by
 * then, it forgets them. A cancel is answered once they are stored, and a count behind it once the channel was told so.
 * So whoever may acknowledge more than that at once ends its consumer here, then closes the channel.
 */
export async function passOnAcks(channel: Channel, queue: string, consumerTag: string): Promise<void> {
  if (!(await settledWithin(channel.cancel(consumerTag), ANSWER_MS))) throw notAnswering(queue);
  await countIn(channel, queue);
}

/** Messages that wait there. A queue that is stuck inside the broker answers nobody, on a channel that looks well. */
export async function countIn(channel: Channel, queue: string): Promise<number> {
  const answer = channel.checkQueue(queue);
  if (await settledWithin(answer, ANSWER_MS)) return (await answer).messageCount;
  throw notAnswering(queue);
}

const notAnswering = (queue: string) => new BrokerUnreachableError(`the queue ${queue} doesn’t answer`);
