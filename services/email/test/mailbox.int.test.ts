import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Status } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { eventually } from '@order-events/testing';
import { cancelled, confirmed, type EmailUnderTest, startEmail } from './email-under-test.ts';

let system: EmailUnderTest;
let email: Service;

beforeAll(async () => {
  system = await startEmail();
  email = system.create();
  await email.start();
});
afterAll(async () => {
  await email.stop();
  await system.close();
});

test('a confirmed order is confirmed by mail, to the address from customers', async () => {
  const event = confirmed(system.customers.person('ada@example.org'));
  await system.publish(event);

  await eventually(() => expect(system.eventsOf(event)).toBe('sent'));
  const [mail, ...others] = await system.mails(email, event);
  expect(others).toEqual([]);
  expect(mail).toMatchObject({
    orderId: event.subject,
    userId: event.userid,
    kind: 'confirmation',
    to: 'ada@example.org',
    messageId: `<${event.id}@order-events>`,
    status: 'sent',
    failures: 0,
    repeats: 0,
  });
  expect(mail.subject).toContain('is confirmed');
  const sentEvent = system.published.find(({ causationid }) => causationid === event.id);
  expect(sentEvent).toMatchObject({
    type: 'email.sent.v1',
    subject: mail.id,
    sequence: '1',
    userid: event.userid,
    correlationid: event.correlationid,
    data: { mailId: mail.id, orderId: event.subject, kind: 'confirmation', messageId: mail.messageId },
  });
});

test('a cancelled order gets a mail, with the refund', async () => {
  const event = cancelled(system.customers.person('grace@example.org'));
  await system.publish(event);

  await eventually(() => expect(system.eventsOf(event)).toBe('sent'));
  const [mail] = await system.mails(email, event);
  expect(mail).toMatchObject({ kind: 'cancellation', to: 'grace@example.org', status: 'sent' });
  expect(mail.text).toContain('You get back €98.90 by card.');
});

test('an event consumed again makes no second mail', async () => {
  const event = confirmed(system.customers.person('twice@example.org'));
  await system.publish(event);
  await eventually(() => expect(system.eventsOf(event)).toBe('sent'));

  const again = [event, event, confirmed(system.customers.person('marker@example.org'))] as const;
  for (const each of again) await system.publish(each);
  await eventually(() => expect(system.eventsOf(again[2])).toBe('sent'));

  const mails = await system.mails(email, event);
  expect(mails).toMatchObject([{ status: 'sent', repeats: 0 }]);
  expect(system.eventsOf(event)).toBe('sent');
});

test('a confirmation that was delayed until the order was cancelled is not sent, and its message is acknowledged', async () => {
  const person = system.customers.person('ended@example.org');
  const confirmation = confirmed(person);
  const cancellation = cancelled(person, confirmation.subject);
  await system.publish(cancellation);
  await eventually(() => expect(system.eventsOf(cancellation)).toBe('sent'));
  await system.publish(confirmation);

  await eventually(async () => {
    const mails = await system.mails(email, confirmation);
    expect(mails.map(({ kind, status, to }: Record<string, unknown>) => [kind, status, to])).toEqual([
      ['cancellation', 'sent', 'ended@example.org'],
      ['confirmation', 'superseded', null],
    ]);
  });
  expect(await system.hops(confirmation)).toEqual([]);
  expect(system.eventsOf(confirmation)).toBe('');
});

test('other changes of status are not mailed', async () => {
  const event = confirmed(system.customers.person('quiet@example.org'));
  const processing = { ...event, data: { ...(event.data as object), newStatus: Status.Processing } };
  await system.publish(processing);
  const marker = confirmed(system.customers.person('marker@example.org'));
  await system.publish(marker);

  await eventually(() => expect(system.eventsOf(marker)).toBe('sent'));
  expect(await system.mails(email, event)).toEqual([]);
});

test('a mail refused three times is tried after 2 s and 4 s, then lies among the dead letters for operators to see', async () => {
  await system.call(email, 'PUT', '/faults', { refuse: { 'full@example.org': true } });
  const userId = system.customers.person('full@example.org');
  const event = confirmed(userId);
  await system.publish(event);

  await eventually(() => expect(system.eventsOf(event)).toBe('failed'), { timeoutMs: 15_000 });
  const hops = await eventually(async () => {
    const seen = await system.hops(event);
    expect(seen.map(({ key, headers }) => `${key} ${headers.attempt}`)).toEqual([
      'email.priority.retry.2000 2',
      'email.priority.retry.4000 3',
      'email.priority.dlq 3',
    ]);
    return seen;
  });
  const failure = JSON.parse(String(hops[2]?.headers.failure));
  expect(failure).toMatchObject({ attempts: 3, queue: 'email.priority', error: { code: 'mail-deferred' } });
  expect(failure.error.message).toContain('451');
  expect(await system.letters('email.priority.dlq')).toMatchObject([
    { properties: { message_id: event.id, headers: { failure: hops[2]?.headers.failure } } },
  ]);
  const [mail] = await system.mails(email, event);
  expect(mail).toMatchObject({ status: 'failed', code: 'mail-deferred', failures: 3, to: null, sentAt: null });

  await system.call(email, 'PUT', '/faults', {});
  await system.replay('email.priority');
  await eventually(() => expect(system.eventsOf(event)).toBe('failed sent'));
  expect(await system.mails(email, event)).toMatchObject([{ id: mail.id, status: 'sent', code: null, failures: 0 }]);
}, 30_000);

test('a mail refused once is sent by its second attempt, to the address as it is by then', async () => {
  await system.call(email, 'PUT', '/faults', { refuse: { 'moving@example.org': 1 } });
  const userId = system.customers.person('moving@example.org');
  const event = cancelled(userId);
  await system.publish(event);

  await eventually(async () => expect((await system.mails(email, event))[0]).toMatchObject({ failures: 1 }));
  system.customers.person('moved@example.org', { id: userId });
  await eventually(() => expect(system.eventsOf(event)).toBe('sent'));
  expect((await system.mails(email, event))[0]).toMatchObject({ to: 'moved@example.org', status: 'sent' });
});

test('a mail accepted without a response goes out again under its Message-ID, and arrives once', async () => {
  await system.call(email, 'PUT', '/faults', { drop: true });
  const event = cancelled(system.customers.person('twice@example.org'));
  await system.publish(event);

  await eventually(async () =>
    expect((await system.mails(email, event))[0]).toMatchObject({ failures: 1, repeats: 0 }),
  );
  expect((await system.mails(email, event))[0]).toMatchObject({ status: 'sending', to: 'twice@example.org' });
  await system.call(email, 'PUT', '/faults', {});
  await eventually(() => expect(system.eventsOf(event)).toBe('sent'));
  expect(await system.mails(email, event)).toMatchObject([{ status: 'sent', failures: 1, repeats: 1 }]);
});

test('mail for a person without an address waits for a retry, and goes out once there is one', async () => {
  const userId = randomUUID();
  const event = cancelled(userId);
  await system.publish(event);

  await eventually(async () => {
    const [mail] = await system.mails(email, event);
    expect(mail).toMatchObject({ status: 'sending', code: 'address-unknown' });
  });
  system.customers.person('late@example.org', { id: userId });
  await eventually(() => expect(system.eventsOf(event)).toBe('sent'));
});

test('nothing is sent to an erased person, and nothing is left to try', async () => {
  const userId = randomUUID();
  system.customers.erase(userId);
  const event = confirmed(userId);
  await system.publish(event);

  await eventually(async () => {
    expect(await system.mails(email, event)).toMatchObject([{ status: 'suppressed', to: null }]);
  });
  expect(await system.hops(event)).toEqual([]);
  expect(system.eventsOf(event)).toBe('');
});

test('mails are for admins, of one order at a time', async () => {
  const path = `/api/v1/emails?orderId=${randomUUID()}`;
  expect(await system.call(email, 'GET', path, undefined, 'user')).toMatchObject({ status: 403 });
  expect(await system.call(email, 'GET', path)).toEqual({ status: 200, body: { items: [], nextCursor: null } });
  for (const query of ['', '?orderId=', '?orderId=1', '?orderId=a&orderId=b']) {
    expect(await system.call(email, 'GET', `/api/v1/emails${query}`)).toMatchObject({
      status: 400,
      body: { code: 'order-id-invalid' },
    });
  }
});

test('faults are switched by admins, and only known ones', async () => {
  expect(await system.call(email, 'PUT', '/faults', {}, 'user')).toMatchObject({ status: 403 });
  for (const wrong of [
    { refuse: { nobody: 1 } },
    { refuse: { '*': 0 } },
    { refuse: { '*': false } },
    { up: true },
    [],
  ]) {
    expect(await system.call(email, 'PUT', '/faults', wrong)).toMatchObject({
      status: 400,
      body: { code: 'body-invalid' },
    });
  }
  const { body } = await system.call(email, 'PUT', '/faults', { refuse: { '*': 2, 'A@example.org': true } });
  expect(body).toEqual({ refuse: { '*': 2, 'a@example.org': true }, down: false, drop: false });
  expect(await system.call(email, 'GET', '/faults')).toEqual({ status: 200, body });
  await system.call(email, 'PUT', '/faults', {});
});

test('no address is ever logged or published', () => {
  expect(system.published.length).toBeGreaterThan(0);
  expect(system.logged.join('\n')).not.toMatch(/@example\.org|Lovelace/);
  expect(JSON.stringify(system.published.filter(({ type }) => type.startsWith('email.')))).not.toMatch(
    /@example\.org|Lovelace/,
  );
});
