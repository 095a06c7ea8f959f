import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { orderCancelled, orderCreated, orderStatusChanged } from '@order-events/contracts';
import { type Delivery, on } from '@order-events/messaging';
import { runMain } from '@order-events/runtime';
import { defineService } from '@order-events/service';

/** A service that works a while on each message, and notes what it has begun and what it has done. */
const { NOTES = '', STUCK = '' } = process.env;

async function handle({ subject }: { subject: string }, { redelivered }: Delivery): Promise<void> {
  appendFileSync(NOTES, `begun ${subject} ${redelivered ? 'again' : 'first'}\n`);
  await delay(STUCK ? 2 ** 30 : 20);
  appendFileSync(NOTES, `done ${subject}\n`);
}

const handlers = [on(orderCreated, handle), on(orderStatusChanged, handle), on(orderCancelled, handle)];
const service = defineService({
  name: 'inventory',
  open: () => ({ subscriptions: [{ queue: 'inventory', handlers }] }),
});

runMain((env) => service.create(env, { http: false }));
