import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { CloudEvent } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { eventually } from '@order-events/testing';
import { startFakeSmtp } from './fake-smtp.ts';
import { cancelled, confirmed, startWorld, type World } from './world.ts';

let world: World;
let smtp: Awaited<ReturnType<typeof startFakeSmtp>>;
let email: Service;

beforeAll(async () => {
  world = await startWorld();
  smtp = await startFakeSmtp();
  email = world.create({
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
  await world.close();
});

const arrivedFor = (event: CloudEvent) =>
  smtp.arrived.filter((mail) => mail.header('Message-ID') === `<${event.id}@order-events>`);
const untilSaid = (event: CloudEvent, said: string) =>
  eventually(() => expect(world.said(event)).toBe(said), { timeoutMs: 30_000 });
const recordOf = async (event: CloudEvent) => (await world.mails(email, event))[0];

test('a mail arrives as HTML and text, with its Message-ID, its sender and high priority', async () => {
  const event = confirmed(world.customers.person('ada@example.org'));
  await world.publish(event);

  await untilSaid(event, 'sent');
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
  const event = cancelled(world.customers.person('ada@example.org', { name }));
  await world.publish(event);

  await untilSaid(event, 'sent');
  const [mail] = arrivedFor(event);
  expect(mail?.recipients).toEqual(['ada@example.org']);
  expect(mail?.header('Bcc')).toBeUndefined();
  expect(mail?.header('To')).toMatch(/<ada@example\.org>$/);
  expect(mail?.header('Importance')).toBeUndefined();
});

test('a recipient that is not taken for now (451) is tried again', async () => {
  smtp.refuseNext(451, 'try again later');
  const event = confirmed(world.customers.person('later@example.org'));
  await world.publish(event);

  await untilSaid(event, 'sent');
  expect((await world.hops(event)).map(({ key }) => key)).toEqual(['email.priority.retry.2000']);
  expect(arrivedFor(event)).toHaveLength(1);
  expect(await recordOf(event)).toMatchObject({ status: 'sent', failures: 1 });
});

test('a recipient that is refused (550) is not tried again: operators see it among the dead letters', async () => {
  smtp.refuseNext(550, 'no such mailbox: nobody@example.org');
  const event = cancelled(world.customers.person('nobody@example.org'));
  await world.publish(event);

  await untilSaid(event, 'failed');
  const letter = await eventually(async () => {
    const hops = await world.hops(event);
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
  const event = confirmed(world.customers.person('dropped@example.org'));
  await world.publish(event);

  await untilSaid(event, 'sent');
  expect(arrivedFor(event)).toHaveLength(2);
  expect((await world.hops(event)).map(({ key }) => key)).toEqual(['email.priority.retry.2000']);
});

test.each(['stall', 'trickle'] as const)(
  'a mail server that would %s is left in time, with no call still under way',
  async (deed) => {
    smtp.next(deed);
    const event = confirmed(world.customers.person('waiting@example.org'));
    await world.publish(event);

    await untilSaid(event, 'sent');
    const [left] = arrivedFor(event);
    expect(left?.isConnected()).toBe(false);
    expect(await recordOf(event)).toMatchObject({ failures: 1 });
    expect(arrivedFor(event)).toHaveLength(2);
  },
);

test('a mail server that answers later than a mail may take to leave, but answers, gets one copy', async () => {
  smtp.next('slow');
  const event = confirmed(world.customers.person('slow@example.org'));
  await world.publish(event);

  await untilSaid(event, 'sent');
  expect(arrivedFor(event)).toHaveLength(1);
  expect(await recordOf(event)).toMatchObject({ status: 'sent', failures: 0 });
  expect((await world.hops(event)).map(({ key }) => key)).toEqual([]);
});

test('a mail that is taken three times without an answer is unknown, lies among the dead letters, and a replay sends it', async () => {
  for (let copies = 0; copies < 3; copies++) smtp.next('drop');
  const event = cancelled(world.customers.person('silent@example.org'));
  await world.publish(event);

  const letter = await eventually(
    async () => {
      const hops = await world.hops(event);
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
  expect(world.said(event)).toBe('');

  await world.replay('email');
  await untilSaid(event, 'sent');
  expect(arrivedFor(event)).toHaveLength(4);
}, 60_000);

test('a throttle pauses the sender and uses no attempt', async () => {
  smtp.refuseNext(454, '4.7.0 temporary authentication failure');
  const event = confirmed(world.customers.person('patient@example.org'));
  await world.publish(event);

  await untilSaid(event, 'sent');
  expect(await recordOf(event)).toMatchObject({ status: 'sent', failures: 0 });
  expect((await world.hops(event)).every(({ headers }) => headers.attempt === 1)).toBe(true);
});

test('a kept connection that turns out to be closed costs no attempt', async () => {
  const warm = confirmed(world.customers.person('ada@example.org'));
  await world.publish(warm);
  await untilSaid(warm, 'sent');
  smtp.hangUpNext();
  const event = confirmed(world.customers.person('ada@example.org'));
  await world.publish(event);

  await untilSaid(event, 'sent');
  expect(await world.hops(event)).toEqual([]);
});

test('with a mail server there is no mailbox to disturb', async () => {
  expect(await world.ask(email, 'PUT', '/faults', {})).toMatchObject({ status: 404 });
});

test('no address and no name was logged or said, whatever the mail server answered', () => {
  const own = world.heard.filter(({ source }) => source === '/services/email');
  expect(own.length).toBeGreaterThan(0);
  expect(world.logged.join('\n') + JSON.stringify(own)).not.toMatch(/@example\.org|Lovelace|Hello/);
});
