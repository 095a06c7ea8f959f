import type { Channel, ConsumeMessage } from 'amqplib';
import { steps } from './steps.ts';

/** The acknowledgements of one channel. What was settled together is told to the broker in as few frames as possible. */
export interface Acks {
  /** Every message that came on the channel, also one that is left alone: an acknowledgement of many must not cover it. */
  came(message: ConsumeMessage): void;
  /** Acknowledged once nothing more settles in this turn of the event loop: until then a crash brings it again, as it would just before an ack. */
  ack(message: ConsumeMessage): void;
  /** Back to the queue, at once. Throws when the channel is closed. */
  giveBack(message: ConsumeMessage): void;
  /** Tells the broker now. */
  flush(): void;
}

/** `onLost` hears how many acknowledgements found their channel closed: the broker hands those messages out again. */
export function createAcks(channel: Channel, onLost: (count: number) => void): Acks {
  // In the order of their tags, as the broker numbers what it hands out on a channel.
  const unsettled = new Set<number>();
  let settled: ConsumeMessage[] = [];
  let flushing = false;

  function flush(): void {
    flushing = false;
    const messages = settled;
    settled = [];
    if (messages.length === 0) return;
    try {
      tell(messages);
      steps.acked.publish(messages);
    } catch {
      onLost(messages.length);
    }
  }

  // All up to the first that is still being handled go by one acknowledgement, those beyond it one by one.
  function tell(messages: readonly ConsumeMessage[]): void {
    const [open = Number.POSITIVE_INFINITY] = unsettled;
    let last: ConsumeMessage | undefined;
    for (const message of messages) {
      if (tagOf(message) > open) channel.ack(message);
      else if (!last || tagOf(message) > tagOf(last)) last = message;
    }
    if (last) channel.ack(last, true);
  }

  return {
    came: (message) => void unsettled.add(tagOf(message)),
    ack(message) {
      unsettled.delete(tagOf(message));
      settled.push(message);
      // Not setImmediate: that is when amqplib writes what it was told in this turn, so a turn would be lost.
      if (!flushing) process.nextTick(flush);
      flushing = true;
    },
    giveBack(message) {
      unsettled.delete(tagOf(message));
      channel.nack(message);
    },
    flush,
  };
}

const tagOf = ({ fields }: ConsumeMessage) => fields.deliveryTag;
