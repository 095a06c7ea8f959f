import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CloudEvent } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { eventually } from '@order-events/testing';
import { cancelled, confirmed, startWorld, type World } from './world.ts';

let world: World;
let email: Service;

beforeEach(async () => {
  world = await startWorld();
  email = world.create();
  await email.start();
});
afterEach(async () => {
  await email.stop();
  await world.close();
});

/** Until the third call opened the breaker and a message was the probe in vain. */
async function outlast(events: readonly CloudEvent[], dependency: string): Promise<void> {
  for (const event of events) await world.publish(event);
  const failed = new RegExp(`breaker_calls_total{(?=[^}]*name="${dependency}")(?=[^}]*outcome="fault")[^}]*} (\\d+)`);
  await eventually(
    async () => {
      const metrics = await (await fetch(`${email.url}/metrics`)).text();
      expect(Number(failed.exec(metrics)?.[1])).toBeGreaterThanOrEqual(4);
    },
    { timeoutMs: 30_000 },
  );
}

/** The two failures before the breaker opened count as attempts of their mails, none after. */
async function allSent(events: readonly CloudEvent[]): Promise<void> {
  let failures = 0;
  for (const event of events) {
    await eventually(() => expect(world.said(event)).toBe('sent'), { timeoutMs: 25_000 });
    failures += (await world.mails(email, event))[0].failures;
  }
  expect(failures).toBe(2);
}

test('while no mail server answers, mail waits without using up its attempts', async () => {
  await world.ask(email, 'PUT', '/faults', { down: true });
  const events = Array.from({ length: 6 }, () => confirmed(world.customers.person('patient@example.org')));
  await outlast(events, 'mail-server');
  await world.ask(email, 'PUT', '/faults', {});
  await allSent(events);
}, 60_000);

test('while customers is down, mail waits without using up its attempts', async () => {
  world.customers.down = true;
  const events = Array.from({ length: 6 }, () => cancelled(world.customers.person('patient@example.org')));
  await outlast(events, 'customers');
  world.customers.down = false;
  await allSent(events);
}, 60_000);
