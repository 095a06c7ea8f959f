import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { orderCancelled, orderCreated, orderStatusChanged, parseKeys } from '@order-events/contracts';
import { createMessaging, type Delivery, on } from '@order-events/messaging';
import { composeService, createLogger, createMetrics, runMain } from '@order-events/runtime';

/** A consumer that works a while on each message, and notes what it has begun and what it has done. */
const { AMQP_URL = '', KEYS = '', NOTES = '', STUCK = '' } = process.env;

const log = createLogger({ service: 'inventory', level: 'error' });

async function handle({ subject }: { subject: string }, { redelivered }: Delivery): Promise<void> {
  appendFileSync(NOTES, `begun ${subject} ${redelivered ? 'again' : 'first'}\n`);
  await delay(STUCK ? 2 ** 30 : 20);
  appendFileSync(NOTES, `done ${subject}\n`);
}

runMain(() => {
  const parts = { keys: parseKeys(KEYS), log, metrics: createMetrics('inventory') };
  const messaging = createMessaging({ url: AMQP_URL, service: 'inventory', ...parts });
  messaging.subscribe('inventory', [
    on(orderCreated, handle),
    on(orderStatusChanged, handle),
    on(orderCancelled, handle),
  ]);
  return composeService('inventory', log, [{ name: 'messaging', ...messaging }], () => '');
});
