import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { keepChannel } from './channel.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import type { ConfirmedPublisher } from './publisher.ts';
import { LIVE } from './topology.ts';

export interface Live {
  /** Says it to every running instance, this one included. A hint: it may get lost, the store is the truth. */
  say(json: unknown): Promise<void>;
}

export interface LiveOptions {
  /** Called whenever this instance hears (again): what was said before must be read from the store. */
  readonly onReady?: () => void;
}

export interface ManagedLive extends Live {
  readonly live: boolean;
  start(): void;
  stop(): void;
}

export interface LiveParts extends LiveOptions {
  readonly connection: Connection;
  readonly publisher: ConfirmedPublisher;
  readonly onMessage: (json: unknown) => void;
  readonly log: Log;
  readonly random: () => number;
}

/** Each instance hears through a queue of its own, which ends with it. */
export function createLive({ connection, publisher, onMessage, onReady, log, random }: LiveParts): ManagedLive {
  const stopping = new AbortController();
  let live = false;

  async function use(channel: Channel, lost: Promise<void>): Promise<boolean> {
    const cancelled = Promise.withResolvers<void>();
    const name = `${LIVE}.${randomUUID()}`;
    await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(name, LIVE, '');
    await channel.consume(name, (message) => (message ? hear(message) : cancelled.resolve()), { noAck: true });
    live = true;
    onReady?.();
    await Promise.race([lost, cancelled.promise]);
    live = false;
    return true;
  }

  function hear({ content }: ConsumeMessage): void {
    try {
      onMessage(JSON.parse(content.toString('utf8')));
    } catch (error) {
      log.warn('live message ignored', { error });
    }
  }

  return {
    get live() {
      return live;
    },
    say: (json) =>
      publisher.send({
        exchange: LIVE,
        routingKey: '',
        content: Buffer.from(JSON.stringify(json)),
        properties: { contentType: 'application/json', persistent: false, mandatory: false },
      }),
    start() {
      const open = (model: ChannelModel) => model.createChannel();
      void keepChannel({ connection, name: 'live', log, random, signal: stopping.signal, open, use });
    },
    stop() {
      stopping.abort();
    },
  };
}
