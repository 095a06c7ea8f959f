import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Status } from '@order-events/contracts';
import type { Service } from '@order-events/runtime';
import { eventually } from '@order-events/testing';
import { cancelled, confirmed, startWorld, type World } from './world.ts';

let world: World;
let email: Service;

beforeAll(async () => {
  world = await startWorld();
  email = world.create();
  await email.start();
});
afterAll(async () => {
  await email.stop();
  await world.close();
});

test('a confirmed order is confirmed by mail, to the address customers knows', async () => {
  const event = confirmed(world.customers.person('ada@example.org'));
  await world.publish(event);

  await eventually(() => expect(world.said(event)).toBe('sent'));
  const [mail, ...others] = await world.mails(email, event);
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
  const said = world.heard.find(({ causationid }) => causationid === event.id);
  expect(said).toMatchObject({
    type: 'email.sent.v1',
    subject: mail.id,
    sequence: '1',
    userid: event.userid,
    correlationid: event.correlationid,
    data: { mailId: mail.id, orderId: event.subject, kind: 'confirmation', messageId: mail.messageId },
  });
});

test('a cancelled order is told by mail, with what is paid back', async () => {
  const event = cancelled(world.customers.person('grace@example.org'));
  await world.publish(event);

  await eventually(() => expect(world.said(event)).toBe('sent'));
  const [mail] = await world.mails(email, event);
  expect(mail).toMatchObject({ kind: 'cancellation', to: 'grace@example.org', status: 'sent' });
  expect(mail.text).toContain('You get back €98.90 by card.');
});

test('an event that comes again makes no second mail', async () => {
  const event = confirmed(world.customers.person('twice@example.org'));
  await world.publish(event);
  await eventually(() => expect(world.said(event)).toBe('sent'));

  const again = [event, event, confirmed(world.customers.person('marker@example.org'))] as const;
  for (const each of again) await world.publish(each);
  await eventually(() => expect(world.said(again[2])).toBe('sent'));

  const mails = await world.mails(email, event);
  expect(mails).toMatchObject([{ status: 'sent', repeats: 0 }]);
  expect(world.said(event)).toBe('sent');
});

test('a confirmation that was delayed until the order was cancelled is not mailed, and its message is done', async () => {
  const person = world.customers.person('ended@example.org');
  const confirmation = confirmed(person);
  const cancellation = cancelled(person, confirmation.subject);
  await world.publish(cancellation);
  await eventually(() => expect(world.said(cancellation)).toBe('sent'));
  await world.publish(confirmation);

  await eventually(async () => {
    const mails = await world.mails(email, confirmation);
    expect(mails.map(({ kind, status, to }: Record<string, unknown>) => [kind, status, to])).toEqual([
      ['cancellation', 'sent', 'ended@example.org'],
      ['confirmation', 'superseded', null],
    ]);
  });
  expect(await world.hops(confirmation)).toEqual([]);
  expect(world.said(confirmation)).toBe('');
});

test('other changes of status are not mailed', async () => {
  const event = confirmed(world.customers.person('quiet@example.org'));
  const processing = { ...event, data: { ...(event.data as object), newStatus: Status.Processing } };
  await world.publish(processing);
  const marker = confirmed(world.customers.person('marker@example.org'));
  await world.publish(marker);

  await eventually(() => expect(world.said(marker)).toBe('sent'));
  expect(await world.mails(email, event)).toEqual([]);
});

test('a mail refused three times is tried after 2 s and 4 s, then lies among the dead letters for operators to see', async () => {
  await world.ask(email, 'PUT', '/faults', { refuse: { 'full@example.org': true } });
  const userId = world.customers.person('full@example.org');
  const event = confirmed(userId);
  await world.publish(event);

  await eventually(() => expect(world.said(event)).toBe('failed'), { timeoutMs: 15_000 });
  const hops = await eventually(async () => {
    const seen = await world.hops(event);
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
  expect(await world.letters('email.priority.dlq')).toMatchObject([
    { properties: { message_id: event.id, headers: { failure: hops[2]?.headers.failure } } },
  ]);
  const [mail] = await world.mails(email, event);
  expect(mail).toMatchObject({ status: 'failed', code: 'mail-deferred', failures: 3, to: null, sentAt: null });

  await world.ask(email, 'PUT', '/faults', {});
  await world.replay('email.priority');
  await eventually(() => expect(world.said(event)).toBe('failed sent'));
  expect(await world.mails(email, event)).toMatchObject([{ id: mail.id, status: 'sent', code: null, failures: 0 }]);
}, 30_000);

test('a mail refused once is sent by its second attempt, to the address as it is by then', async () => {
  await world.ask(email, 'PUT', '/faults', { refuse: { 'moving@example.org': 1 } });
  const userId = world.customers.person('moving@example.org');
  const event = cancelled(userId);
  await world.publish(event);

  await eventually(async () => expect((await world.mails(email, event))[0]).toMatchObject({ failures: 1 }));
  world.customers.person('moved@example.org', { id: userId });
  await eventually(() => expect(world.said(event)).toBe('sent'));
  expect((await world.mails(email, event))[0]).toMatchObject({ to: 'moved@example.org', status: 'sent' });
});

test('a mail that was taken by a server that could not say so goes out again under its Message-ID, and lies there once', async () => {
  await world.ask(email, 'PUT', '/faults', { drop: true });
  const event = cancelled(world.customers.person('twice@example.org'));
  await world.publish(event);

  await eventually(async () => expect((await world.mails(email, event))[0]).toMatchObject({ failures: 1, repeats: 0 }));
  expect((await world.mails(email, event))[0]).toMatchObject({ status: 'sending', to: 'twice@example.org' });
  await world.ask(email, 'PUT', '/faults', {});
  await eventually(() => expect(world.said(event)).toBe('sent'));
  expect(await world.mails(email, event)).toMatchObject([{ status: 'sent', failures: 1, repeats: 1 }]);
});

test('mail for somebody without an address waits as a retry, and goes out once there is one', async () => {
  const userId = randomUUID();
  const event = cancelled(userId);
  await world.publish(event);

  await eventually(async () => {
    const [mail] = await world.mails(email, event);
    expect(mail).toMatchObject({ status: 'sending', code: 'address-unknown' });
  });
  world.customers.person('late@example.org', { id: userId });
  await eventually(() => expect(world.said(event)).toBe('sent'));
});

test('nothing is sent to an erased person, and nothing is left to try', async () => {
  const userId = randomUUID();
  world.customers.erase(userId);
  const event = confirmed(userId);
  await world.publish(event);

  await eventually(async () => {
    expect(await world.mails(email, event)).toMatchObject([{ status: 'suppressed', to: null }]);
  });
  expect(await world.hops(event)).toEqual([]);
  expect(world.said(event)).toBe('');
});

test('mails are for admins, of one order at a time', async () => {
  const path = `/api/v1/emails?orderId=${randomUUID()}`;
  expect(await world.ask(email, 'GET', path, undefined, 'user')).toMatchObject({ status: 403 });
  expect(await world.ask(email, 'GET', path)).toEqual({ status: 200, body: { items: [], nextCursor: null } });
  for (const query of ['', '?orderId=', '?orderId=1', '?orderId=a&orderId=b']) {
    expect(await world.ask(email, 'GET', `/api/v1/emails${query}`)).toMatchObject({
      status: 400,
      body: { code: 'order-id-invalid' },
    });
  }
});

test('faults are switched by admins, and only known ones', async () => {
  expect(await world.ask(email, 'PUT', '/faults', {}, 'user')).toMatchObject({ status: 403 });
  for (const wrong of [
    { refuse: { nobody: 1 } },
    { refuse: { '*': 0 } },
    { refuse: { '*': false } },
    { up: true },
    [],
  ]) {
    expect(await world.ask(email, 'PUT', '/faults', wrong)).toMatchObject({
      status: 400,
      body: { code: 'body-invalid' },
    });
  }
  const { body } = await world.ask(email, 'PUT', '/faults', { refuse: { '*': 2, 'A@example.org': true } });
  expect(body).toEqual({ refuse: { '*': 2, 'a@example.org': true }, down: false, drop: false });
  await world.ask(email, 'PUT', '/faults', {});
});

test('no address is ever logged or said', () => {
  expect(world.heard.length).toBeGreaterThan(0);
  expect(world.logged.join('\n')).not.toMatch(/@example\.org|Lovelace/);
  expect(JSON.stringify(world.heard.filter(({ type }) => type.startsWith('email.')))).not.toMatch(
    /@example\.org|Lovelace/,
  );
});
