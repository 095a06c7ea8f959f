import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { createLogger } from '@order-events/runtime';
import { createRelay, decide, openStore, type Store } from '@order-events/store';
import { eventually, testKeys } from '@order-events/testing';
import { compose } from '../src/compose.ts';
import { FateUnknownError, MailDeferredError, MailUnderWayError, MailUnknownError } from '../src/errors.ts';
import { createFaultSwitch } from '../src/faults.ts';
import { type Mails, openMails } from '../src/mail-store.ts';
import { createMailbox, type Mailbox, type ReceivedMail } from '../src/mailbox.ts';
import type { Post } from '../src/post.ts';
import { resendMails } from '../src/resend-mails.ts';
import { createSendMail, type MailSenderParts, type SendMail } from '../src/send-mail.ts';
import { aCancellation, ada, wanted } from './wanted.ts';

const leaseMs = 24_000;
const first = { attempt: 1, replay: 0 };
const { messageId } = wanted();
const log = createLogger({ service: 'email', level: 'error' });

let store: Store;
let mails: Mails;
let mailbox: Mailbox;
let published: string[];
let time: number;
const clock = () => new Date(time);

beforeEach(async () => {
  published = [];
  time = Date.parse('2026-03-01T10:00:00Z');
  store = await openStore('sqlite::memory:');
  const publish = async ({ type }: { type: string }) => void published.push(type);
  const relay = createRelay({ publish, log, clock });
  relay.start();
  mails = await openMails(store, { keys: parseKeys(testKeys()), relay, clock });
  const received = await store.collection<ReceivedMail>('mailbox');
  mailbox = createMailbox({ received, faults: createFaultSwitch(), clock });
  idle = () => relay.idle();
  stop = () => relay.stop();
});
let idle: () => Promise<void>;
let stop: () => Promise<void>;
afterEach(async () => {
  await stop();
  await store.close();
});

function sender(
  deliver: Post['deliver'] = mailbox.deliver,
  renewedEveryMs?: number,
  records: MailSenderParts['mails'] = mails,
): SendMail {
  return createSendMail({
    mails: records,
    findRecipient: async () => ada,
    compose,
    deliver,
    clock,
    leaseMs: renewedEveryMs === undefined ? leaseMs : 3 * renewedEveryMs,
  });
}

/** A process that dies at this moment: its work never goes on. */
async function dies(deliver: Post['deliver']): Promise<void> {
  const dead = Promise.withResolvers<void>();
  const life = sender(async (letter, leave) => {
    await deliver(letter, leave);
    dead.resolve();
    await new Promise(() => {});
  });
  void life('m-1', wanted(), first);
  await dead.promise;
}

const recorded = async () => (await mails.get('m-1'))?.state;

test('after a crash before the mail was handed over it is sent, once', async () => {
  await dies(async () => {});
  expect(await recorded()).toMatchObject({ status: 'sending' });

  time += leaseMs;
  await sender()('m-1', wanted(), first);
  expect(await recorded()).toMatchObject({ status: 'sent' });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
  await idle();
  expect(published).toEqual(['email.sent.v1']);
});

test('after a crash between handing over and recording it, the mail goes out again under the same Message-ID, and arrives once', async () => {
  await dies(mailbox.deliver);
  expect(await recorded()).toMatchObject({ status: 'sending' });

  time += leaseMs;
  await sender()('m-1', wanted(), first);
  expect(await recorded()).toMatchObject({ status: 'sent' });
  expect(await mailbox.read(messageId)).toMatchObject({ to: { address: 'ada@example.org' }, repeats: 1 });
  await idle();
  expect(published).toEqual(['email.sent.v1']);
});

test('while the dead sender may still be alive, no other handler sends', async () => {
  await dies(mailbox.deliver);
  time += leaseMs - 1;
  await expect(sender()('m-1', wanted(), first)).rejects.toThrow(MailUnderWayError);
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
});

test('two messages about one mail at once make one call', async () => {
  const both = await Promise.allSettled([sender()('m-1', wanted(), first), sender()('m-1', wanted(), first)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(MailUnderWayError) });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
});

test('a sender that counted as dead and comes back finds its mail sent, and publishes nothing twice', async () => {
  const stalled = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const slow = sender(async (letter, leave) => {
    await leave();
    left.resolve();
    await stalled.promise;
    await mailbox.deliver(letter, async () => {});
  })('m-1', wanted(), first);
  await left.promise;
  time += leaseMs;
  await sender()('m-1', wanted(), first);
  stalled.resolve();
  await slow;

  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 1 });
  await idle();
  expect(published).toEqual(['email.sent.v1']);
});

test('a sender that was replaced and then fails leaves the mail to the other, and is retried', async () => {
  const stalled = Promise.withResolvers<void>();
  const slow = sender(() => stalled.promise)('m-1', wanted(), first);
  await new Promise(setImmediate);
  time += leaseMs;
  await dies(mailbox.deliver);
  stalled.reject(new Error('refused'));

  await expect(slow).rejects.toThrow(MailUnderWayError);
  expect(await recorded()).toMatchObject({ status: 'sending', failures: 0 });
});

test('a sent mail is not sent again, by messages or by the sweep', async () => {
  await sender()('m-1', wanted(), first);
  await sender()('m-1', wanted(), { attempt: 1, replay: 1 });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
  expect((await mails.find('unsent', { limit: 10 })).documents).toEqual([]);
});

test('the sweep sends mails for which no message will come, and no others', async () => {
  await dies(mailbox.deliver);
  const sweep = resendMails({ mails, sendMail: sender(), clock, log });

  time += leaseMs + 59_000;
  await sweep();
  expect(await recorded()).toMatchObject({ status: 'sending' });
  time += 2_000;
  await sweep();
  expect(await recorded()).toMatchObject({ status: 'sent' });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 1 });
});

test('the sweep gives up after three attempts, and publishes that', async () => {
  await dies(async () => {});
  const refusing = sender(async () => {
    throw new Error('out of order');
  });
  const sweep = resendMails({
    mails,
    sendMail: refusing,
    clock,
    log: createLogger({ service: 'email', level: 'error' }),
  });
  for (let round = 0; round < 5; round++) {
    time += leaseMs + 61_000;
    await sweep();
  }
  expect(await recorded()).toMatchObject({ status: 'failed', failures: 3, code: 'unexpected' });
  await idle();
  expect(published).toEqual(['email.failed.v1']);
});

test('a mail whose senders die is sent five times, then ends as unknown', async () => {
  for (let copies = 1; copies <= 5; copies++) {
    await dies(mailbox.deliver);
    time += leaseMs;
  }
  await expect(sender()('m-1', wanted(), first)).rejects.toThrow(MailUnknownError);
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 4 });
  expect(await recorded()).toMatchObject({ status: 'unknown', code: 'fate-unknown', doubts: 5 });
  await idle();
  expect(published).toEqual([]);
});

test('a server that accepts mails without a response gets three copies, also with refusals in between', async () => {
  const answers = [new FateUnknownError('ECONNRESET'), new MailDeferredError('451'), new FateUnknownError('EABORT')];
  const silent = sender(async (_letter, leave) => {
    await leave();
    throw answers.shift();
  });
  for (const attempt of [1, 2]) {
    await expect(silent('m-1', wanted(), { attempt, replay: 0 })).rejects.toThrow();
  }
  await expect(silent('m-1', wanted(), { attempt: 3, replay: 0 })).rejects.toThrow(MailUnknownError);
  expect(await recorded()).toMatchObject({ status: 'unknown', failures: 3, doubts: 2 });

  await sender()('m-1', wanted(), { attempt: 1, replay: 1 });
  expect(await recorded()).toMatchObject({ status: 'sent', failures: 0 });
});

test('a mail whose last dot may not leave is not accepted', async () => {
  const stalled = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  const slow = sender(async (letter, leave) => {
    called.resolve();
    await stalled.promise;
    await mailbox.deliver(letter, leave);
  })('m-1', wanted(), first);
  await called.promise;
  time += leaseMs;
  await sender()('m-1', wanted(), first);
  stalled.resolve();

  await expect(slow).rejects.toThrow(MailUnderWayError);
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
});

const cancelling = { ...wanted(aCancellation), messageId: '<cancelled@order-events>' };
const statusOf = async (id: string) => (await mails.get(id))?.state.status;

test('a confirmation that comes after the cancellation is not sent, and nothing is published', async () => {
  await sender()('m-2', cancelling, first);
  await sender()('m-1', wanted(), first);
  await sender()('m-1', wanted(), { attempt: 1, replay: 1 });
  expect(await mailbox.read(messageId)).toBeUndefined();
  expect([await statusOf('m-1'), await statusOf('m-2')]).toEqual(['superseded', 'sent']);
  await idle();
  expect(published).toEqual(['email.sent.v1']);
});

test('a confirmation that comes first is sent before the cancellation', async () => {
  await sender()('m-1', wanted(), first);
  await sender()('m-2', cancelling, first);
  expect([await statusOf('m-1'), await statusOf('m-2')]).toEqual(['sent', 'sent']);
});

test('a confirmation of another order is sent', async () => {
  await sender()('m-2', { ...cancelling, orderId: '0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c9e' }, first);
  await sender()('m-1', wanted(), first);
  expect(await statusOf('m-1')).toBe('sent');
});

test('a confirmation that was refused for now is superseded by the time it is tried again', async () => {
  const refusing = sender(() => Promise.reject(new MailDeferredError('451')));
  await expect(refusing('m-1', wanted(), first)).rejects.toThrow('451');
  await sender()('m-2', cancelling, first);
  await sender()('m-1', wanted(), { attempt: 2, replay: 0 });
  expect([await statusOf('m-1'), await statusOf('m-2')]).toEqual(['superseded', 'sent']);
});

test('a confirmation that failed is superseded when it is replayed after the cancellation', async () => {
  const refusing = sender(() => Promise.reject(new MailDeferredError('451')));
  await expect(refusing('m-1', wanted(), { attempt: 3, replay: 0 })).rejects.toThrow('could not be sent');
  await expect(refusing('m-2', cancelling, { attempt: 3, replay: 0 })).rejects.toThrow('a later replay');
  await sender()('m-1', wanted(), { attempt: 1, replay: 1 });
  expect([await statusOf('m-1'), await statusOf('m-2')]).toEqual(['superseded', 'failed']);
});

test('a cancellation waits for a confirmation that is being sent, at any instance, and goes after it', async () => {
  const slow = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  const confirming = sender(async (letter, leave) => {
    called.resolve();
    await slow.promise;
    await mailbox.deliver(letter, leave);
  })('m-1', wanted(), first);
  await called.promise;
  await expect(sender()('m-2', cancelling, first)).rejects.toThrow(MailUnderWayError);
  slow.resolve();
  await confirming;
  await sender()('m-2', cancelling, first);
  expect([await statusOf('m-1'), await statusOf('m-2')]).toEqual(['sent', 'sent']);
});

test('at two instances at once, no confirmation is sent after its cancellation', async () => {
  for (const order of [0, 1]) {
    const orderId = `0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c${order}0`;
    const sentInOrder: string[] = [];
    const noting = (id: string) =>
      sender(async (_letter, leave) => {
        await leave();
        sentInOrder.push(id);
      });
    const both = [
      () => noting('confirmation')(`c-${order}`, { ...wanted(), orderId }, first),
      () => noting('cancellation')(`x-${order}`, { ...cancelling, orderId }, first),
    ];
    await Promise.allSettled((order ? both : both.toReversed()).map((send) => send()));
    for (const send of both) await send().catch(() => {});
    expect(['cancellation', 'confirmation cancellation']).toContain(sentInOrder.join(' '));
  }
});

test('after a crash of the confirmation, the cancellation waits for the end of its lease and supersedes it', async () => {
  await dies(mailbox.deliver);
  await expect(sender()('m-2', cancelling, first)).rejects.toThrow(MailUnderWayError);
  time += leaseMs;
  await sender()('m-2', cancelling, first);
  await sender()('m-1', wanted(), first);
  expect([await statusOf('m-1'), await statusOf('m-2')]).toEqual(['superseded', 'sent']);
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
});

test('a crash between reading and superseding leaves nothing to send', async () => {
  await sender()('m-2', cancelling, first);
  await mails.change(
    'm-1',
    () => decide({ ...wanted(), status: 'sending', createdAt: '', until: '', failures: 0, replay: 0 }),
    wanted().cause,
  );
  await resendMails({ mails, sendMail: sender(), clock, log })();
  expect(await statusOf('m-1')).toBe('superseded');
});

test('a mail whose response takes long is not sent by another handler while its sender lives', async () => {
  const answer = Promise.withResolvers<void>();
  const slow = sender(async (letter, leave) => {
    await mailbox.deliver(letter, leave);
    await answer.promise;
  }, 10)('m-1', wanted(), first);
  for (let renewals = 0; renewals < 3; renewals++) {
    time += 20;
    await eventually(async () => expect(Date.parse((await recorded())?.until ?? '')).toBeGreaterThan(time + 20));
  }
  await expect(sender()('m-1', wanted(), first)).rejects.toThrow(MailUnderWayError);
  answer.resolve();
  await slow;
  expect(await recorded()).toMatchObject({ status: 'sent' });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
});

test('a crash while waiting for a response is noticed one lease after the last renewal', async () => {
  let dead = false;
  const change: Mails['change'] = (...decision) => (dead ? new Promise(() => {}) : mails.change(...decision));
  const doomed = sender(
    async (letter, leave) => {
      await mailbox.deliver(letter, leave);
      await new Promise(() => {});
    },
    10,
    { find: mails.find, change },
  );
  void doomed('m-1', wanted(), first);
  await eventually(async () => expect(await recorded()).toMatchObject({ left: true }));
  time += 20;
  await eventually(async () => expect(Date.parse((await recorded())?.until ?? '')).toBe(time + 30));
  dead = true;

  time += 29;
  await expect(sender()('m-1', wanted(), first)).rejects.toThrow(MailUnderWayError);
  time += 1;
  await sender()('m-1', wanted(), first);
  expect(await recorded()).toMatchObject({ status: 'sent', doubts: 1 });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 1 });
});

test('a mail that the sweep cannot send delays no other', async () => {
  const stuck = { status: 'sending', createdAt: '', until: '', failures: 0, replay: 0 } as const;
  const others = ['m-2', 'm-3'].map((id) => ({
    ...cancelling,
    orderId: randomUUID(),
    messageId: `<${id}@order-events>`,
  }));
  for (const [index, mail] of [wanted(), ...others].entries()) {
    await mails.change(`m-${index + 1}`, () => decide({ ...mail, ...stuck }), mail.cause);
  }
  const picky = sender(async (letter, leave) => {
    if (letter.messageId === messageId) throw new Error('out of order');
    await mailbox.deliver(letter, leave);
  });
  await resendMails({ mails, sendMail: picky, clock, log })();
  expect([await statusOf('m-1'), await statusOf('m-2'), await statusOf('m-3')]).toEqual(['sending', 'sent', 'sent']);
});

test('a mail that an earlier version left on its way is under way, then sent again, with its doubt counted', async () => {
  // As `JSON.stringify` of a mail gave it before claims were kept by libs/store.
  const stored = `{"orderId":"0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c9d","userId":"user-1","messageId":"${messageId}",
    "facts":${JSON.stringify(wanted().facts)},"cause":{"correlationId":"c-1","triggeredBy":"system"},"status":"sending",
    "createdAt":"2026-03-01T09:58:00.000Z","until":"2026-03-01T10:00:01.000Z","failures":1,"replay":0,
    "code":"mail-deferred","left":true}`;
  await mails.change('m-1', () => decide(JSON.parse(stored)), wanted().cause);
  await expect(sender()('m-1', wanted(), first)).rejects.toThrow(MailUnderWayError);

  time += 61_001;
  await resendMails({ mails, sendMail: sender(), clock, log })();
  expect(await recorded()).toMatchObject({ status: 'sent', failures: 1, doubts: 1 });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
});
