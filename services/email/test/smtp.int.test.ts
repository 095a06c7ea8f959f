import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CloudEvent } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { eventually } from '@order-events/testing';
import { cancelled, confirmed, type EmailUnderTest, startEmail } from './email-under-test.ts';
import { startFakeSmtp } from './fake-smtp.ts';

let system: EmailUnderTest;
let smtp: Awaited<ReturnType<typeof startFakeSmtp>>;
let email: Service;

beforeAll(async () => {
  system = await startEmail();
  smtp = await startFakeSmtp();
  email = system.create({
    SMTP_URL: smtp.url,
    SMTP_TIMEOUT_MS: '1000',
    SMTP_ANSWER_TIMEOUT_MS: '2500',
    MAIL_FROM: 'The Shop <orders@shop.example>',
  });
  await email.start();
});
afterAll(async () => {
  await email.stop();
  await smtp.close();
  await system.close();
});

const arrivedFor = (event: CloudEvent) =>
  smtp.arrived.filter((mail) => mail.header('Message-ID') === `<${event.id}@order-events>`);
const untilPublished = (event: CloudEvent, events: string) =>
  eventually(() => expect(system.eventsOf(event)).toBe(events), { timeoutMs: 30_000 });
const recordOf = async (event: CloudEvent) => (await system.mails(email, event))[0];

test('a mail arrives as HTML and text, with its Message-ID, its sender and high priority', async () => {
  const event = confirmed(system.customers.person('ada@example.org'));
  await system.publish(event);

  await untilPublished(event, 'sent');
  const [mail, ...more] = arrivedFor(event);
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ sender: 'orders@shop.example', recipients: ['ada@example.org'] });
  expect(mail?.header('From')).toBe('The Shop <orders@shop.example>');
  expect(mail?.header('To')).toBe('Ada Lovelace <ada@example.org>');
  expect(mail?.header('Subject')).toMatch(/^Your order #[0-9A-Z]{12} is confirmed$/);
  expect(mail?.header('Importance')).toBe('High');
  expect(mail?.header('Auto-Submitted')).toBe('auto-generated');
  expect(mail?.header('X-Customer-Id')).toBe(event.userid);
  expect(mail?.header('Content-Type')).toContain('multipart/alternative');
  expect(mail?.source).toMatch(/Content-Type: text\/plain/);
  expect(mail?.source).toMatch(/Content-Type: text\/html/);
  expect(await recordOf(event)).toMatchObject({ status: 'sent', to: null, repeats: null });
});

test('a name adds no header and no recipient', async () => {
  const name = 'Ada" <eve@example.org>, "Eve\r\nBcc: eve@example.org\r\n\r\nHello';
  const event = cancelled(system.customers.person('ada@example.org', { name }));
  await system.publish(event);

  await untilPublished(event, 'sent');
  const [mail] = arrivedFor(event);
  expect(mail?.recipients).toEqual(['ada@example.org']);
  expect(mail?.header('Bcc')).toBeUndefined();
  expect(mail?.header('To')).toMatch(/<ada@example\.org>$/);
  expect(mail?.header('Importance')).toBeUndefined();
});

test('a recipient that is deferred (451) is retried', async () => {
  smtp.refuseNext(451, 'try again later');
  const event = confirmed(system.customers.person('later@example.org'));
  await system.publish(event);

  await untilPublished(event, 'sent');
  expect((await system.hops(event)).map(({ key }) => key)).toEqual(['email.priority.retry.2000']);
  expect(arrivedFor(event)).toHaveLength(1);
  expect(await recordOf(event)).toMatchObject({ status: 'sent', failures: 1 });
});

test('a recipient that is refused (550) is not retried: operators see it among the dead letters', async () => {
  smtp.refuseNext(550, 'no such mailbox: nobody@example.org');
  const event = cancelled(system.customers.person('nobody@example.org'));
  await system.publish(event);

  await untilPublished(event, 'failed');
  const letter = await eventually(async () => {
    const hops = await system.hops(event);
    expect(hops.map(({ key }) => key)).toEqual(['email.dlq']);
    return hops[0];
  });
  const { error } = JSON.parse(String(letter?.headers.failure));
  expect(error).toMatchObject({ name: 'MailFailedError', code: 'recipient-refused' });
  expect(error.message).toContain('550');
  expect(JSON.stringify(letter)).not.toContain('nobody@');
  expect(await recordOf(event)).toMatchObject({ status: 'failed', code: 'recipient-refused', failures: 1 });
});

test('a connection lost before the 250 repeats the mail, under the same Message-ID', async () => {
  smtp.next('drop');
  const event = confirmed(system.customers.person('dropped@example.org'));
  await system.publish(event);

  await untilPublished(event, 'sent');
  expect(arrivedFor(event)).toHaveLength(2);
  expect((await system.hops(event)).map(({ key }) => key)).toEqual(['email.priority.retry.2000']);
});

test.each(['stall', 'trickle'] as const)(
  'a mail server that would %s is left in time, with no call still under way',
  async (deed) => {
    smtp.next(deed);
    const event = confirmed(system.customers.person('waiting@example.org'));
    await system.publish(event);

    await untilPublished(event, 'sent');
    const [left] = arrivedFor(event);
    expect(left?.isConnected()).toBe(false);
    expect(await recordOf(event)).toMatchObject({ failures: 1 });
    expect(arrivedFor(event)).toHaveLength(2);
  },
);

test('a mail server with a late response gets one copy', async () => {
  smtp.next('slow');
  const event = confirmed(system.customers.person('slow@example.org'));
  await system.publish(event);

  await untilPublished(event, 'sent');
  expect(arrivedFor(event)).toHaveLength(1);
  expect(await recordOf(event)).toMatchObject({ status: 'sent', failures: 0 });
  expect((await system.hops(event)).map(({ key }) => key)).toEqual([]);
});

test('a mail accepted three times without a response is unknown and dead-lettered, and a replay sends it', async () => {
  for (let copies = 0; copies < 3; copies++) smtp.next('drop');
  const event = cancelled(system.customers.person('silent@example.org'));
  await system.publish(event);

  const letter = await eventually(
    async () => {
      const hops = await system.hops(event);
      expect(hops.map(({ key }) => key).at(-1)).toBe('email.dlq');
      return hops.at(-1);
    },
    { timeoutMs: 30_000 },
  );
  const { error } = JSON.parse(String(letter?.headers.failure));
  expect(error).toMatchObject({ name: 'MailUnknownError', code: 'fate-unknown' });
  expect(error.message).toContain('may have been delivered');
  expect(arrivedFor(event)).toHaveLength(3);
  expect(await recordOf(event)).toMatchObject({ status: 'unknown', code: 'fate-unknown', sentAt: null });
  expect(system.eventsOf(event)).toBe('');

  await system.replay('email');
  await untilPublished(event, 'sent');
  expect(arrivedFor(event)).toHaveLength(4);
}, 60_000);

test('a throttle pauses the sender and uses no attempt', async () => {
  smtp.refuseNext(454, '4.7.0 temporary authentication failure');
  const event = confirmed(system.customers.person('patient@example.org'));
  await system.publish(event);

  await untilPublished(event, 'sent');
  expect(await recordOf(event)).toMatchObject({ status: 'sent', failures: 0 });
  expect((await system.hops(event)).every(({ headers }) => headers.attempt === 1)).toBe(true);
});

test('a kept connection that turns out to be closed costs no attempt', async () => {
  const warm = confirmed(system.customers.person('ada@example.org'));
  await system.publish(warm);
  await untilPublished(warm, 'sent');
  smtp.hangUpNext();
  const event = confirmed(system.customers.person('ada@example.org'));
  await system.publish(event);

  await untilPublished(event, 'sent');
  expect(await system.hops(event)).toEqual([]);
});

test('with a mail server there are no faults to switch', async () => {
  expect(await system.call(email, 'PUT', '/faults', {})).toMatchObject({ status: 404 });
});

test('no address and no name was logged or published, with any response of the mail server', () => {
  const own = system.published.filter(({ source }) => source === '/services/email');
  expect(own.length).toBeGreaterThan(0);
  expect(system.logged.join('\n') + JSON.stringify(own)).not.toMatch(/@example\.org|Lovelace|Hello/);
});
