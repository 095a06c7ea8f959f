import type { QueueName } from '@order-events/contracts';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { type Acks, createAcks } from './acks.ts';
import { settledWithin } from './backoff.ts';
import { reasonOf } from './broker-url.ts';
import { keepChannel, onOwnChannel } from './channel.ts';
import type { Connection } from './connection.ts';
import { BrokerUnreachableError } from './errors.ts';
import { mendMissing } from './health.ts';
import type { Log } from './log.ts';
import type { Lease, Settled } from './settle.ts';
import { createTag, type Tag } from './tag.ts';

const DRAIN_MS = 10_000;
const ANSWER_MS = 2_000;
const WATCH_MS = 30_000;
const RENEW_MS = 10_000;
const OUT_MS = 60_000;
/**
 * Silence can mean that the broker forgot this consumer and told nobody. RabbitMQ 3.10 even subscribes it by itself to a
 * queue that was deleted and declared again at once, hands it messages that never arrive, and counts it as a consumer.
 */
const SILENT = 'no message for a while';

export interface ConsumerStatus {
  /** True while the broker has this consumer's tag. */
  readonly live: boolean;
  /** Since when it has been live without a break. */
  readonly since?: Date;
  readonly inFlight: number;
  /** Since when it has had the oldest message in hand, probes apart. */
  readonly oldest?: Date;
  /** Why it takes nothing at present: an outage of what its handlers need. Then it isn't live, and not lost either. */
  readonly paused?: string;
  readonly pausedSince?: Date;
  /** Its queue isn't there. No service declares one while it runs: an operator has to. */
  readonly missing?: true;
}

/** A running subscription. */
export interface Consumer {
  status(): ConsumerStatus;
  /** Messages that wait in the queue, not counting those in flight. */
  depth(): Promise<number>;
}

export interface ManagedConsumer extends Consumer {
  readonly queue: QueueName;
  /** Resolves once it is live; keeps itself so until stop(). */
  start(): Promise<void>;
  /** Cancels, waits up to 10 s for what is being handled, settles it; the rest goes back to the queue. */
  stop(): Promise<void>;
}

export interface ConsumerOptions {
  readonly connection: Connection;
  readonly queue: QueueName;
  /** How many messages are handled at once. */
  readonly prefetch: number;
  readonly settle: (message: ConsumeMessage, lease: Lease) => Promise<Settled>;
  readonly log: Log;
  readonly clock: () => Date;
  readonly random: () => number;
  /** After how long a silence it subscribes anew (default 30 s). */
  readonly watchMs?: number;
}

export function createConsumer(options: ConsumerOptions): ManagedConsumer {
  const { connection, queue, prefetch, settle, log, clock, random, watchMs = WATCH_MS } = options;
  const stopping = new AbortController();
  const stopped = new Promise<undefined>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve(undefined)),
  );
  const inFlight = new Set<Promise<void>>();
  /** Since when each message is in hand, oldest first. */
  const inHand = new Map<ConsumeMessage, Date>();
  const firstLive = Promise.withResolvers<void>();
  let since: Date | undefined;
  /** A probe is in hand, and nothing else is taken. */
  let probing = false;
  /** From the first pause until something is settled again, whichever messages were probes meanwhile. */
  let outage: { readonly reason: string; readonly since: Date; readonly seen: Date } | undefined;
  let missing = false;
  let heard = false;
  // Being subscribed anew on the same connection, it counts as live for as long as a broker at work may take to answer.
  let renewal: { readonly on: ChannelModel; readonly since: number } | undefined;
  // One at a time until something succeeded: a message that kills the process takes no neighbour with it.
  let width = 1;
  let kept: Promise<void> = Promise.resolve();

  /** One life of the consumer: from subscribing until its channel, its tag or this process gives up. */
  async function use(channel: Channel, lost: Promise<void>): Promise<boolean> {
    const ended = new AbortController();
    const acks = createAcks(channel, comesAgain);
    const arrived: ConsumeMessage[] = [];
    const tag = createTag(channel, queue, (message) => {
      acks.came(message);
      heard = true;
      if (arrived.push(message) === 1) setImmediate(beginArrived);
    });
    // What arrives in one turn of the event loop begins together, so that it settles together: one commit, one acknowledgement.
    function beginArrived(): void {
      for (const message of arrived.splice(0)) {
        // What isn't begun goes back with the channel.
        if (stopping.signal.aborted || ended.signal.aborted) return;
        track(begin(message, leaseOn(acks, tag, message, ended.signal), tag));
      }
    }
    await tag.take(width).catch(refused);
    missing = false;
    lost.then(() => tag.withdraw('its channel was closed'));
    goLive();
    renewal = undefined;
    const watchdog = setInterval(watch, watchMs, tag).unref();
    const reason = await Promise.race([tag.withdrawn, stopped]);
    clearInterval(watchdog);
    renewal = reason === SILENT && connection.model ? { on: connection.model, since: clock().getTime() } : undefined;
    if (!renewal) since = undefined;
    // That its connection was lost is told once, by the connection.
    const say = connection.model ? log.error : log.debug;
    if (reason && !renewal) say('consumer lost', { queue, reason });
    if (!reason || renewal) {
      await settledWithin(tag.take(0), ANSWER_MS);
      beginArrived();
    }
    await Promise.race([lost, drained()]);
    acks.flush();
    ended.abort();
    probing = false;
    return true;
  }

  const isLive = () => since !== undefined && (renewal === undefined || isRenewing(renewal));
  const isRenewing = ({ on, since: begun }: NonNullable<typeof renewal>) =>
    on === connection.model && clock().getTime() - begun < RENEW_MS;

  function refused(error: unknown): never {
    const known = missing;
    missing = reasonOf(error).includes('NOT_FOUND');
    since = undefined;
    if (missing && !known) log.error('queue is missing', { queue, mend: mendMissing(queue) });
    throw error;
  }

  function goLive(): void {
    firstLive.resolve();
    if (probing || stopping.signal.aborted || (since && isLive())) return;
    since = clock();
    if (!isOut()) log.info('consumer is live', { queue });
  }

  // One that was a probe may never come back: it is somewhere else by now, or its queue is gone.
  const isOut = () => outage !== undefined && (probing || clock().getTime() - outage.seen.getTime() < OUT_MS);

  // Where its flow is still to be taken up, going live tells it.
  function recovered(): void {
    if (since && isOut()) log.info('consumer is live', { queue, pausedSince: outage?.since });
    outage = undefined;
  }

  async function begin(message: ConsumeMessage, lease: Lease, tag: Tag): Promise<void> {
    inHand.set(message, clock());
    try {
      const settled = await settle(message, lease);
      if (!probing && settled !== 'pause' && settled !== 'returned') recovered();
      if (settled === 'done' && width !== prefetch && !probing && !renewal) widen(tag);
    } catch (error) {
      // A mistake of ours: the broker counts the return, and moves the message away when there are too many.
      log.error('message could not be settled', { queue, error: reasonOf(error) });
      lease.giveBack();
    } finally {
      inHand.delete(message);
    }
  }

  function widen(tag: Tag): void {
    width = prefetch;
    void take(tag, width);
  }

  /** Whether the broker agreed. */
  async function take(tag: Tag, count: number): Promise<boolean> {
    if (stopping.signal.aborted) return false;
    try {
      await tag.take(count);
      return true;
    } catch (error) {
      tag.withdraw(reasonOf(error));
      return false;
    }
  }

  function pauseOn(tag: Tag, probe: ConsumeMessage, reason: string, ended: AbortSignal): (() => void) | undefined {
    if (probing || ended.aborted) return undefined;
    inHand.delete(probe);
    if (!isOut()) log.warn('consumer paused', { queue, reason });
    outage = { reason, since: (isOut() && outage?.since) || clock(), seen: clock() };
    probing = true;
    since = undefined;
    width = 1;
    void take(tag, 0);
    return () => {
      if (ended.aborted) return;
      probing = false;
      if (outage) outage = { ...outage, seen: clock() };
      void take(tag, width).then((agreed) => agreed && goLive());
    };
  }

  function track(work: Promise<void>): void {
    inFlight.add(work);
    work.finally(() => inFlight.delete(work));
  }

  const drained = () => settledWithin(Promise.all(inFlight), DRAIN_MS);

  // A message is proof of life. Without one it subscribes anew, on a channel of which the broker keeps no old picture.
  function watch(tag: Tag): void {
    if (!heard && !probing && inFlight.size === 0) tag.withdraw(SILENT);
    heard = false;
  }

  const comesAgain = (count: number) =>
    log.warn('messages come again: their channel was gone before they could be settled', { queue, count });

  function leaseOn(acks: Acks, tag: Tag, message: ConsumeMessage, ended: AbortSignal): Lease {
    return {
      ended,
      closing: stopping.signal,
      ack: () => acks.ack(message),
      giveBack() {
        try {
          acks.giveBack(message);
        } catch {
          comesAgain(1);
        }
      },
      pause: (reason) => pauseOn(tag, message, reason, ended),
    };
  }

  return {
    queue,
    async start() {
      const open = (model: ChannelModel) => model.createChannel();
      const name = `consumer ${queue}`;
      kept = keepChannel({ connection, name, log, random, signal: stopping.signal, open, use });
      await firstLive.promise;
    },
    async stop() {
      stopping.abort();
      await settledWithin(kept, DRAIN_MS + 2 * ANSWER_MS);
      await drained();
    },
    status() {
      const [oldest] = inHand.values();
      return {
        live: isLive() && !isOut(),
        inFlight: inFlight.size,
        ...(since && { since }),
        ...(oldest && { oldest }),
        ...(outage && isOut() && { paused: outage.reason, pausedSince: outage.since }),
        ...(missing && { missing }),
      };
    },
    async depth() {
      const { model } = connection;
      if (!model) throw new BrokerUnreachableError(`the depth of ${queue} is unknown: no connection to the broker`);
      return (await onOwnChannel(model, (channel) => channel.checkQueue(queue))).messageCount;
    },
  };
}
