import type { QueueName } from '@order-events/contracts';
import type { ChannelModel } from 'amqplib';
import { BrokerConnection } from '../connection.ts';
import { BrokerUnreachableError } from '../errors.ts';
import type { Log } from '../log.ts';
import { BrokerPublisher } from '../publisher/publisher.ts';
import { dlqOf } from '../topology.ts';
import type { DeadLetter } from './dead-letter.ts';
import { countOf, type HeldDeadLetter, holdDeadLetters } from './hold.ts';

const FLUSH_MS = 5_000;

export interface DeadLetters {
  /** Connects. Rejects with BrokerUnreachableError after 15 s. */
  start(): Promise<void>;
  /** Waits up to 5 s for the confirms of copies, then closes the connection. */
  stop(): Promise<void>;
  /** How many dead letters lie there now, copies counted; not those that somebody holds. */
  count(queue: QueueName): Promise<number>;
  /**
   * Takes the dead letters of a queue, oldest first and 10,000 at most, shows each to `wanted` and gives the wanted ones to
   * `work`. Then all that were neither sent again nor discarded lie where they lay. The caller holds a queue once at a
   * time: two holds would change their order.
   */
  hold<T>(
    queue: QueueName,
    wanted: (letter: DeadLetter) => boolean,
    work: (held: readonly HeldDeadLetter[]) => Promise<T>,
  ): Promise<T>;
}

export interface DeadLettersOptions {
  /** The broker, with user, password and vhost. */
  readonly url: string;
  /** In the connection's name. */
  readonly service: string;
  readonly log: Log;
  /** From 0 to 1: spreads reconnects (default Math.random). */
  readonly random?: () => number;
}

/** The dead letters of every queue, over a connection of their own: a big look holds up no event. */
export function createDeadLetters({ url, service, log, random = Math.random }: DeadLettersOptions): DeadLetters {
  const connection = new BrokerConnection({ url, name: `${service} letters`, log, random });
  const copies = new BrokerPublisher({ connection, name: 'letters', log, random });

  function connected(): ChannelModel {
    if (connection.model) return connection.model;
    throw new BrokerUnreachableError('dead letters can’t be read: no connection to the broker');
  }

  return {
    hold: async (queue, wanted, work) => await holdDeadLetters({ model: connected(), copies }, queue, wanted, work),
    count: async (queue) => await countOf(connected(), dlqOf(queue)),
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
