import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { createLogger } from '@order-events/runtime';
import { createRelay, openStore, type Store } from '@order-events/store';
import { testKeys } from '@order-events/testing';
import { compose } from '../src/compose.ts';
import { MailUnderWayError } from '../src/errors.ts';
import { createFaultSwitch } from '../src/faults.ts';
import { type Mails, openMails } from '../src/mail-store.ts';
import { createMailbox, type Mailbox, type ReceivedMail } from '../src/mailbox.ts';
import type { Letter } from '../src/post.ts';
import { resendMails } from '../src/resend-mails.ts';
import { createSendMail, type SendMail } from '../src/send-mail.ts';
import { ada, wanted } from './wanted.ts';

const leaseMs = 24_000;
const first = { attempt: 1, replay: 0 };
const { messageId } = wanted();
const log = createLogger({ service: 'email', level: 'error' });

let store: Store;
let mails: Mails;
let mailbox: Mailbox;
let said: string[];
let time: number;
const clock = () => new Date(time);

beforeEach(async () => {
  said = [];
  time = Date.parse('2026-03-01T10:00:00Z');
  store = await openStore('sqlite::memory:');
  const publish = async ({ type }: { type: string }) => void said.push(type);
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

function sender(deliver: (letter: Letter) => Promise<void> = mailbox.deliver): SendMail {
  return createSendMail({ mails, findRecipient: async () => ada, compose, deliver, clock, leaseMs });
}

/** A process that dies at this moment: what it was doing never goes on. */
async function dies(deliver: (letter: Letter) => Promise<unknown>): Promise<void> {
  const dead = Promise.withResolvers<void>();
  const life = sender(async (letter) => {
    await deliver(letter);
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
  expect(said).toEqual(['email.sent.v1']);
});

test('after a crash between handing over and noting it, it goes out again under the same Message-ID, and is folded', async () => {
  await dies(mailbox.deliver);
  expect(await recorded()).toMatchObject({ status: 'sending' });

  time += leaseMs;
  await sender()('m-1', wanted(), first);
  expect(await recorded()).toMatchObject({ status: 'sent' });
  expect(await mailbox.read(messageId)).toMatchObject({ to: { address: 'ada@example.org' }, repeats: 1 });
  await idle();
  expect(said).toEqual(['email.sent.v1']);
});

test('while the dead sender may still be alive, nobody else sends', async () => {
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

test('a sender that was taken for dead and comes back finds its mail sent, and says nothing twice', async () => {
  const stalled = Promise.withResolvers<void>();
  const slow = sender(async (letter) => {
    await stalled.promise;
    await mailbox.deliver(letter);
  })('m-1', wanted(), first);
  await new Promise(setImmediate);
  time += leaseMs;
  await sender()('m-1', wanted(), first);
  stalled.resolve();
  await slow;

  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 1 });
  await idle();
  expect(said).toEqual(['email.sent.v1']);
});

test('a sender that was taken over and then fails leaves the mail to the other, and comes back to see', async () => {
  const stalled = Promise.withResolvers<void>();
  const slow = sender(() => stalled.promise)('m-1', wanted(), first);
  await new Promise(setImmediate);
  time += leaseMs;
  await dies(mailbox.deliver);
  stalled.reject(new Error('refused'));

  await expect(slow).rejects.toThrow(MailUnderWayError);
  expect(await recorded()).toMatchObject({ status: 'sending', failures: 0 });
});

test('what is sent is left alone, by messages and by the sweep', async () => {
  await sender()('m-1', wanted(), first);
  await sender()('m-1', wanted(), { attempt: 1, replay: 1 });
  expect(await mailbox.read(messageId)).toMatchObject({ repeats: 0 });
  expect((await mails.find('unsent', { limit: 10 })).documents).toEqual([]);
});

test('the sweep sends what no message wakes any more, and leaves alone what one still may', async () => {
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

test('the sweep gives up after three attempts, and says so', async () => {
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
  expect(said).toEqual(['email.failed.v1']);
});
