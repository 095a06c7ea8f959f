import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudEvent, emailSent, parseKeys } from '@order-events/contracts';
import { createMessaging, onEvery } from '@order-events/messaging';
import { createLogger, createMetrics } from '@order-events/runtime';
import { causeOf, createDocuments, createRelay, decide, openStore, type Relay } from '@order-events/store';
import { newSecrets } from '@order-events/tools/start/secrets.ts';
import { inWindow, prefetch, queue } from './arms/arm.ts';
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
  const messaging = createMessaging({ url, service: 'bench', keys, log, metrics: createMetrics('bench') });
  let handle = async (_event: CloudEvent): Promise<unknown> => undefined;
  let heard = () => {};
  messaging.subscribe(
    queue,
    [
      onEvery(async (event) => {
        await handle(event);
        heard();
      }),
    ],
    { prefetch },
  );
  await messaging.start();
  const inbox = createDocuments(await store.collection<Heard>('inbox'), {
    source,
    keys,
    relay: silentRelay(),
    keepsSeen: true,
  });

  /** Resolves when so many more were handled. */
  function handled(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let left = count;
    heard = () => {
      left -= 1;
      if (left === 0) resolve();
    };
    return promise;
  }

  async function sayer(relay: Relay) {
    const documents = await store.collection<Heard>(`said_${randomUUID().replaceAll('-', '')}`);
    relay.watch(documents);
    const said = createDocuments(documents, { source, keys, relay, keepsSeen: false });
    return (count: number, lanes: number) =>
      inWindow(makePayloads(count, keys), lanes, ({ id }) =>
        said.change(id, () => decide({ times: 1 }, emailSent(emailSent.example)), cause),
      );
  }

  let waiting: Relay | undefined;
  return {
    /** Publish, then handle: nothing is stored on either side. */
    async plain(count: number): Promise<void> {
      handle = async () => undefined;
      const all = handled(count);
      await inWindow(makePayloads(count, keys), 1_000, messaging.publisher.publish);
      await all;
    },
    /** Store with the outbox, relay, hear, store with what was seen. */
    async durable(count: number): Promise<void> {
      handle = (event) =>
        inbox.change(event.subject, (state) => decide({ times: (state?.times ?? 0) + 1 }), causeOf(event));
      const relay = createRelay({ publish: messaging.publisher.publish, log });
      relay.start();
      const all = handled(count);
      await (await sayer(relay))(count, writers);
      await all;
      await relay.idle();
      await relay.stop();
    },
    async direct(count: number): Promise<void> {
      handle = async () => undefined;
      await inWindow(makePayloads(count, keys), 1_000, messaging.publisher.publish);
    },
    /** Leaves so many events in as many outboxes, for drainOutboxes. */
    async fillOutboxes(count: number): Promise<void> {
      waiting = createRelay({ publish: messaging.publisher.publish, log });
      await (await sayer(waiting))(count, writers);
    },
    async drainOutboxes(): Promise<void> {
      waiting?.start();
      await waiting?.idle();
      await waiting?.stop();
    },
    /** Commits of new documents with one event each; nothing is published. */
    commit: async (count: number, lanes: number) => (await sayer(silentRelay()))(count, lanes),
    async close(): Promise<void> {
      await messaging.stop();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Never started: what it is given stays in the outbox. */
function silentRelay(): Relay {
  return createRelay({ publish: async () => undefined, log: createLogger({ service: 'bench', level: 'error' }) });
}
