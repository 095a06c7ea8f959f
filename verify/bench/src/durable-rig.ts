import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudEvent, emailSent, parseKeys } from '@order-events/contracts';
import { newSecrets } from '@order-events/demo';
import { createMessaging, type Messaging, onEvery } from '@order-events/messaging';
import { createLogger, createMetrics } from '@order-events/runtime';
import { causeOf, createDocuments, createRelay, decide, openStore, type Relay } from '@order-events/store';
import { connect as amqp } from 'amqplib';
import { inWindow, newIds, type Payload, prefetch, queue } from './arms/arm.ts';
import { countdown } from './arms/order-service.ts';
import { makePayloads } from './payloads.ts';

interface Heard {
  readonly times: number;
}

const source = '/services/email';
const cause = { correlationId: 'bench', triggeredBy: 'system' } as const;
const writers = 256;

/** One service that says events and one that hears them, in one process, on a store that syncs every commit. */
export async function openRig(url: string) {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-durable-'));
  const store = await openStore(`sqlite:${join(folder, 'bench.db')}`);
  const keys = parseKeys(newSecrets().EVENT_SIGNING_KEYS);
  const log = createLogger({ service: 'bench', level: 'error' });
  const connect = () => createMessaging({ url, service: 'bench', keys, log, metrics: createMetrics('bench') });
  const saying = connect();
  const { publish } = saying.publisher;
  await saying.start();
  const done = countdown();
  let handle = async (_event: CloudEvent): Promise<unknown> => undefined;
  let hearing: Messaging | undefined;
  const inbox = createDocuments(await store.collection<Heard>('inbox'), {
    source,
    keys,
    relay: silentRelay(),
    keepsSeen: true,
  });

  async function sayer(relay: Relay) {
    const documents = await store.collection<Heard>(`said_${randomUUID().replaceAll('-', '')}`);
    relay.watch(documents);
    const said = createDocuments(documents, { source, keys, relay, keepsSeen: false });
    return (count: number, lanes: number) =>
      inWindow(newIds(count), lanes, (id) =>
        said.change(id, () => decide({ times: 1 }, emailSent(emailSent.example)), cause),
      );
  }

  let waiting: Relay | undefined;
  return {
    async startHearing(): Promise<void> {
      hearing = connect();
      const hear = async (event: CloudEvent) => {
        await handle(event);
        done.heard();
      };
      hearing.subscribe(queue, [onEvery(hear)], { prefetch });
      await hearing.start();
    },
    stopHearing: async () => hearing?.stop(),
    /** Publish, then handle: nothing is stored on either side. */
    async plain(count: number): Promise<void> {
      handle = async () => undefined;
      const all = done.wait(count);
      await inWindow(makePayloads(count, keys), 1_000, publish);
      await all;
    },
    /** Store with the outbox, relay, hear, store with what was seen. */
    async durable(count: number): Promise<void> {
      handle = (event) =>
        inbox.change(event.subject, (state) => decide({ times: (state?.times ?? 0) + 1 }), causeOf(event));
      const relay = createRelay({ publish, log });
      relay.start();
      const all = done.wait(count);
      await (await sayer(relay))(count, writers);
      await all;
      await relay.idle();
      await relay.stop();
    },
    payloads: (count: number) => makePayloads(count, keys),
    direct: (payloads: readonly Payload[]) => inWindow(payloads, 1_000, publish),
    /** Leaves so many events in as many outboxes, for drainOutboxes. */
    async fillOutboxes(count: number): Promise<void> {
      waiting = createRelay({ publish, log });
      await (await sayer(waiting))(count, writers);
    },
    async drainOutboxes(): Promise<void> {
      waiting?.start();
      await waiting?.idle();
      await waiting?.stop();
    },
    /** What was only published. */
    async emptyQueue(): Promise<void> {
      const connection = await amqp(url);
      await (await connection.createChannel()).purgeQueue(queue);
      await connection.close();
    },
    /** Commits of new documents with one event each; nothing is published. */
    commit: async (count: number, lanes: number) => (await sayer(silentRelay()))(count, lanes),
    async close(): Promise<void> {
      await saying.stop();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Never started: what it is given stays in the outbox. */
function silentRelay(): Relay {
  return createRelay({ publish: async () => undefined, log: createLogger({ service: 'bench', level: 'error' }) });
}
