import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { keepChannel } from './channel.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import { mendExchange } from './mend.ts';
import type { ConfirmedPublisher } from './publisher/publisher.ts';
import { reasonOf } from './reason-of.ts';
import { LIVE } from './topology.ts';

const PROBE_MS = 5_000;
const PROBE = 'probe';

export interface Live {
  /**
   * Tells every running instance, this one at once and without the broker. A hint: it may get lost, the store is the
   * truth. So it waits for nobody and never fails.
   */
  say(json: unknown): void;
}

export interface LiveOptions {
  /** Called whenever this instance hears (again): what was said before must be read from the store. */
  readonly onReady?: () => void;
}

export interface ManagedLive extends Live {
  /** True while this instance hears what is said: its own word came back. */
  readonly live: boolean;
  /** The exchange isn't there. No service declares it while it runs: an operator has to. */
  readonly missing: boolean;
  start(): void;
  stop(): void;
}

export interface LiveParts extends LiveOptions {
  readonly connection: Connection;
  readonly publisher: ConfirmedPublisher;
  readonly onMessage: (json: unknown) => void;
  readonly log: Log;
  readonly random: () => number;
  /** How often it looks whether what it says comes back (default 5 s). */
  readonly probeMs?: number;
}

/**
 * Each instance hears through a queue of its own, which ends with it. The broker tells nobody of an exchange that was
 * deleted and declared again, or of a lost binding: so each instance sends itself a probe, and hears through a new
 * queue when one was confirmed and did not come back.
 */
export function createLive(parts: LiveParts): ManagedLive {
  const { connection, publisher, onMessage, onReady, log, random, probeMs = PROBE_MS } = parts;
  const self = randomUUID();
  const stopping = new AbortController();
  let live = false;
  let missing = false;
  let sending = true;
  let cameBack = () => {};

  async function use(channel: Channel, lost: Promise<void>): Promise<boolean> {
    const deaf = Promise.withResolvers<string>();
    const name = `${LIVE}.${randomUUID()}`;
    await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(name, LIVE, '').catch(refused);
    missing = false;
    const take = (message: ConsumeMessage | null) => (message ? hear(message) : deaf.resolve('its queue was deleted'));
    await channel.consume(name, take, { noAck: true });
    onReady?.();
    const probes = probeEvery(probeMs, deaf.resolve);
    const reason = await Promise.race([lost, deaf.promise]);
    clearInterval(probes);
    live = false;
    if (reason && !stopping.signal.aborted) log.warn('live messages are not heard', { reason });
    return true;
  }

  function refused(error: unknown): never {
    const known = missing;
    missing = reasonOf(error).includes('NOT_FOUND');
    if (missing && !known) log.error('exchange is missing', { exchange: LIVE, mend: mendExchange });
    throw error;
  }

  function probeEvery(ms: number, deaf: (reason: string) => void): NodeJS.Timeout {
    let state: 'back' | 'sent' | 'confirmed' = 'back';
    cameBack = () => {
      state = 'back';
      live = true;
    };
    function probe(): void {
      if (state === 'confirmed') deaf('a probe did not come back');
      // One that is on its way waits for the broker: it may block publishers, and that is told elsewhere.
      if (state !== 'back') return;
      state = 'sent';
      const confirmed = () => {
        if (state === 'sent') state = 'confirmed';
      };
      publish({}, PROBE).then(confirmed, (error) => deaf(reasonOf(error)));
    }
    probe();
    return setInterval(probe, ms).unref();
  }

  function hear({ content, properties: { headers, type } }: ConsumeMessage): void {
    if (headers?.from === self) cameBack();
    if (headers?.from === self || type === PROBE) return;
    try {
      onMessage(JSON.parse(content.toString('utf8')));
    } catch (error) {
      log.warn('live message ignored', { error });
    }
  }

  const publish = (json: unknown, type?: string) =>
    publisher.send({
      exchange: LIVE,
      routingKey: '',
      content: Buffer.from(JSON.stringify(json)),
      properties: {
        contentType: 'application/json',
        persistent: false,
        mandatory: false,
        headers: { from: self },
        ...(type && { type }),
      },
    });

  // One line for an outage, however many hints it takes.
  function sent(arrived: boolean, reason?: string): void {
    if (sending && !arrived) log.warn('hints are not sent: other instances read later', { reason });
    sending = arrived;
  }

  return {
    get live() {
      return live;
    },
    get missing() {
      return missing;
    },
    say(json) {
      onMessage(json);
      publish(json).then(
        () => sent(true),
        (error) => sent(false, reasonOf(error)),
      );
    },
    start() {
      const open = (model: ChannelModel) => model.createChannel();
      void keepChannel({ connection, name: 'live', log, random, signal: stopping.signal, open, use });
    },
    stop() {
      stopping.abort();
    },
  };
}
