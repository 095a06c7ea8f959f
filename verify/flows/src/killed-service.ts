import { appendFileSync } from 'node:fs';
import { orderCancelled, orderCreated, orderStatusChanged, parseKeys } from '@order-events/contracts';
import { createMessaging, on } from '@order-events/messaging';
import { createLogger, createMetrics } from '@order-events/runtime';
import { openStartMarks, openStore } from '@order-events/store';

/** A consumer whose process dies of one message, as by a fault in a native library: no error, no end. */
const { AMQP_URL = '', STORE = '', KEYS = '', HANDLED = '', KILLER = '' } = process.env;

const store = await openStore(STORE);
const log = createLogger({ service: 'inventory', level: 'error' });
const messaging = createMessaging({
  url: AMQP_URL,
  service: 'inventory',
  keys: parseKeys(KEYS),
  log,
  metrics: createMetrics('inventory'),
});

async function handle({ subject }: { subject: string }): Promise<void> {
  if (subject === KILLER) process.kill(process.pid, 'SIGKILL');
  appendFileSync(HANDLED, `${subject}\n`);
}

const handlers = [on(orderCreated, handle), on(orderStatusChanged, handle), on(orderCancelled, handle)];
messaging.subscribe('inventory', handlers, { marks: await openStartMarks(store) });
await messaging.start();
