import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { startFakeSmtp } from './fake-smtp.ts';
import { confirmed, startWorld, type World } from './world.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let world: World;
let smtp: Awaited<ReturnType<typeof startFakeSmtp>>;
let email: ChildProcess;

beforeAll(async () => {
  world = await startWorld();
  smtp = await startFakeSmtp();
  start();
});
afterAll(async () => {
  email.kill('SIGKILL');
  await once(email, 'exit');
  await smtp.close();
  await world.close();
});

function start(): void {
  const env = {
    ...world.env,
    PATH: process.env.PATH ?? '',
    SMTP_URL: smtp.url,
    SMTP_TIMEOUT_MS: '500',
    SMTP_ANSWER_TIMEOUT_MS: '4000',
  };
  email = spawn(process.execPath, [main], { env, stdio: 'ignore' });
}

test('killed when the mail server has the mail and has not said so yet: it is sent again as the same mail, and said once', async () => {
  const killed = Promise.withResolvers<void>();
  smtp.next(() => {
    email.once('exit', () => killed.resolve());
    email.kill('SIGKILL');
  });
  const event = confirmed(world.customers.person('ada@example.org'));
  await world.publish(event);
  await killed.promise;
  expect(world.said(event)).toBe('');
  start();

  await eventually(() => expect(world.said(event)).toBe('sent'), { timeoutMs: 30_000 });
  const id = `<${event.id}@order-events>`;
  expect(smtp.arrived.map((mail) => mail.header('Message-ID'))).toEqual([id, id]);
  // While the killed one might still have been sending it came early; no attempt was used for that.
  const hops = await world.hops(event);
  expect(hops.map(({ key, headers }) => `${key} ${headers.attempt}`)).toEqual(
    hops.map(() => 'email.priority.retry.2000 1'),
  );
}, 60_000);
