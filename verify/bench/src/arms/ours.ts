import { parseKeys } from '@order-events/contracts';
import { createMessaging, onEvery } from '@order-events/messaging';
import { createLogger, createMetrics } from '@order-events/runtime';
import { type Arm, inWindow, prefetch, queue } from './arm.ts';

/** This project's messaging, as services use it: labels, signature, schema and outcome of every message included. */
export async function createOurs(url: string, keysText: string): Promise<Arm> {
  const log = createLogger({ service: 'bench', level: 'error' });
  const create = () =>
    createMessaging({ url, service: 'bench', keys: parseKeys(keysText), log, metrics: createMetrics('bench') });
  const publishing = create();
  await publishing.start();
  return {
    name: 'ours',
    publish: (payloads, window) => inWindow(payloads, window, publishing.publisher.publish),
    async consume(heard) {
      const consuming = create();
      consuming.subscribe(queue, [onEvery(async (event) => heard(event.id))], { prefetch });
      await consuming.start();
      return consuming.stop;
    },
    close: publishing.stop,
  };
}
