import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { confirmed, type EmailUnderTest, startEmail } from './email-under-test.ts';
import { startFakeSmtp } from './fake-smtp.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let system: EmailUnderTest;
let smtp: Awaited<ReturnType<typeof startFakeSmtp>>;
let email: ChildProcess;

beforeAll(async () => {
  system = await startEmail();
  smtp = await startFakeSmtp();
  start();
});
afterAll(async () => {
  email.kill('SIGKILL');
  await once(email, 'exit');
  await smtp.close();
  await system.close();
});

function start(): void {
  const env = {
    ...system.env,
    PATH: process.env.PATH ?? '',
    SMTP_URL: smtp.url,
    SMTP_TIMEOUT_MS: '2000',
    SMTP_ANSWER_TIMEOUT_MS: '4000',
  };
  email = spawn(process.execPath, [main], { env, stdio: 'ignore' });
}

test('killed when the mail server has the mail and has not responded yet: it is sent again as the same mail, and published once', async () => {
  const killed = Promise.withResolvers<void>();
  smtp.next(() => {
    email.once('exit', () => killed.resolve());
    email.kill('SIGKILL');
  });
  const event = confirmed(system.customers.person('ada@example.org'));
  await system.publish(event);
  await killed.promise;
  expect(system.eventsOf(event)).toBe('');
  start();

  await eventually(() => expect(system.eventsOf(event)).toBe('sent'), { timeoutMs: 30_000 });
  const id = `<${event.id}@order-events>`;
  expect(smtp.arrived.map((mail) => mail.header('Message-ID'))).toEqual([id, id]);
  // While the killed sender could still be sending, the message came too early; this used no attempt.
  const hops = await system.hops(event);
  expect(hops.map(({ key, headers }) => `${key} ${headers.attempt}`)).toEqual(
    hops.map(() => 'email.priority.retry.2000 1'),
  );
}, 60_000);
