import type { ChannelModel } from 'amqplib';
import { onOwnChannel } from './channel.ts';
import { reasonOf } from './reason-of.ts';

/** A passive look, which needs no right to declare. */
export async function isMissing(model: ChannelModel, kind: 'exchange' | 'queue', name: string): Promise<boolean> {
  const look = onOwnChannel(
    model,
    (channel): Promise<unknown> => (kind === 'exchange' ? channel.checkExchange(name) : channel.checkQueue(name)),
  );
  return look.then(
    () => false,
    (error) => {
      // Newer brokers hide from a user what he has no right to: that is no sign of its absence.
      if (isAccessRefused(error)) return false;
      if (reasonOf(error).includes('NOT_FOUND')) return true;
      throw error;
    },
  );
}

export const isAccessRefused = (error: unknown) => /ACCESS[_-]REFUSED/.test(reasonOf(error));
