import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CloudEvent } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { eventually } from '@order-events/testing';
import { cancelled, confirmed, type EmailUnderTest, startEmail } from './email-under-test.ts';

let system: EmailUnderTest;
let email: Service;

beforeEach(async () => {
  system = await startEmail();
  email = system.create();
  await email.start();
});
afterEach(async () => {
  await email.stop();
  await system.close();
});

/** Until the third call has opened the breaker and the probing message has failed. */
async function outlast(events: readonly CloudEvent[], dependency: string): Promise<void> {
  for (const event of events) await system.publish(event);
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
    await eventually(() => expect(system.eventsOf(event)).toBe('sent'), { timeoutMs: 25_000 });
    failures += (await system.mails(email, event))[0].failures;
  }
  expect(failures).toBe(2);
}

test('while the mail server is down, mail waits without using up its attempts', async () => {
  await system.call(email, 'PUT', '/faults', { down: true });
  const events = Array.from({ length: 6 }, () => confirmed(system.customers.person('patient@example.org')));
  await outlast(events, 'mail-server');
  await system.call(email, 'PUT', '/faults', {});
  await allSent(events);
}, 60_000);

test('while customers is down, mail waits without using up its attempts', async () => {
  system.customers.down = true;
  const events = Array.from({ length: 6 }, () => cancelled(system.customers.person('patient@example.org')));
  await outlast(events, 'customers');
  system.customers.down = false;
  await allSent(events);
}, 60_000);
