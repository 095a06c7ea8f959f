import { expect, test } from '@jest/globals';
import { emailFailed, emailSent } from '@order-events/contracts';
import { type Claim, type Decision, decide, takeClaim, whileHeld } from '@order-events/store';
import { MailFailedError, MailUnderWayError, MailUnknownError } from '../src/errors.ts';
import {
  begin,
  failed,
  leaving,
  type Mail,
  mailClaims,
  maxDoubts,
  released,
  sent,
  superseded,
  suppressed,
} from '../src/mail.ts';
import { wanted } from './wanted.ts';

const [t0, t1, t2, t3] = [0, 24, 48, 59].map(
  (second) => `2026-03-01T10:00:${String(second).padStart(2, '0')}.000Z`,
) as [string, string, string, string];
const deferred = { code: 'mail-deferred', permanent: false, doubtful: false };
const refused = { code: 'recipient-refused', permanent: true, doubtful: false };
const unanswered = { code: 'fate-unknown', permanent: false, doubtful: true };

const figures = {
  mailId: 'm-1',
  orderId: wanted().orderId,
  kind: 'confirmation',
  messageId: wanted().messageId,
};

/** Being sent until t1. */
const sending: Mail = { ...wanted(), status: 'sending', createdAt: t0, until: t1, failures: 0, replay: 0 };
/** A mail after this many failed attempts, free for the next one. */
const tried = (failures: number): Mail => ({ ...sending, until: t0, failures, code: 'mail-deferred' });
const over: Mail = { ...tried(3), status: 'failed', endedAt: t0 };

/** An attempt in flight until t1. */
const claim: Claim = { until: t1 };
const isUnchanged = (decision: Decision<Mail>) => 'unchanged' in decision;
const eventsOf = (decision: Decision<Mail>) =>
  'events' in decision ? decision.events.map(({ contract: { type }, data }) => ({ type, data })) : [];
const begun = (mail: Mail | undefined, replay = 0, now: string = t0) =>
  takeClaim(mailClaims, 'm-1', mail, { now, until: t2 }, (at, lease) => begin('m-1', at, wanted(), replay, lease));

test('a new mail is recorded as being sent, before anything is published', () => {
  const decision = begun(undefined);
  expect(decision.state).toEqual({ ...sending, until: t2 });
  expect(eventsOf(decision)).toEqual([]);
});

test('a handler that finds a mail being sent is retried later', () => {
  expect(() => begun(sending)).toThrow(MailUnderWayError);
});

test('a try that would end later than any begun now was begun by a clock that was ahead, and is taken over', () => {
  const anHourAhead: Mail = { ...sending, until: '2026-03-01T11:00:24.000Z' };
  expect(begun(anHourAhead).state).toMatchObject({ status: 'sending', until: t2 });
});

test('a try begun by a clock a little ahead, or just before a slow decision, is under way all the same', () => {
  expect(() => begun({ ...sending, until: '2026-03-01T10:00:53.000Z' })).toThrow(MailUnderWayError);
});

test('a mail whose sender is overdue is taken over, its failures still counted', () => {
  expect(begun({ ...sending, failures: 2 }, 0, t1).state).toMatchObject({ until: t2, failures: 2 });
});

test.each(['sent', 'superseded', 'suppressed'] as const)(
  'a %s mail is never sent again, not even by a replay',
  (status) => {
    expect(isUnchanged(begun({ ...sending, status }, 0, t2))).toBe(true);
    expect(isUnchanged(begun({ ...sending, status }, 1, t2))).toBe(true);
  },
);

test('a failed mail stays failed for copies of the message that failed', () => {
  expect(() => begun(over)).toThrow(MailFailedError);
  expect(() => begun({ ...over, replay: 1 }, 1)).toThrow('mail m-1 could not be sent: mail-deferred');
});

test('a failed mail is tried anew, with all its attempts, when an operator replays it', () => {
  const { state } = begun(over, 1);
  expect(state).toEqual({ ...sending, until: t2, replay: 1 });
});

test('a mail that was handed over is sent, and this is published once', () => {
  const decision = sent('m-1', { ...sending, code: 'mail-deferred' }, t1);
  expect(decision.state).toEqual({ ...sending, status: 'sent', endedAt: t1 });
  expect(eventsOf(decision)).toEqual([{ type: emailSent.type, data: figures }]);
  expect(isUnchanged(sent('m-1', decision.state, t2))).toBe(true);
});

test('a mail that was taken over is sent once its first sender gets the response', () => {
  expect(sent('m-1', { ...sending, until: t2 }, t1).state.status).toBe('sent');
});

test('a failed attempt is recorded and leaves the mail free for the next', () => {
  const decision = failed('m-1', sending, 1, deferred, t0);
  expect(decision.state).toEqual(tried(1));
  expect(eventsOf(decision)).toEqual([]);
});

test('the third failed attempt ends the mail, and its code is published', () => {
  const decision = failed('m-1', { ...sending, failures: 2 }, 3, deferred, t0);
  expect(decision.state).toEqual(over);
  expect(eventsOf(decision)).toEqual([{ type: emailFailed.type, data: { ...figures, code: 'mail-deferred' } }]);
});

test('the attempts used are the larger of the two counts, of message and record', () => {
  expect(failed('m-1', sending, 3, deferred, t0).state.status).toBe('failed');
  expect(failed('m-1', { ...sending, failures: 2 }, 1, deferred, t0).state.status).toBe('failed');
});

test('a refusal for good ends the mail at once', () => {
  const decision = failed('m-1', sending, 1, refused, t0);
  expect(decision.state).toMatchObject({ status: 'failed', failures: 1, code: 'recipient-refused' });
  expect(eventsOf(decision)).toEqual([{ type: emailFailed.type, data: { ...figures, code: 'recipient-refused' } }]);
});

test('an outcome of a sender that was replaced changes nothing', () => {
  const takenOver = { ...sending, until: t2 };
  const decided = (mail: Mail, decision: (mail: Mail) => Decision<Mail>) =>
    isUnchanged(whileHeld(mailClaims, claim, mail, decision));
  expect(decided(takenOver, (mail) => failed('m-1', mail, 3, refused, t1))).toBe(true);
  expect(decided(takenOver, (mail) => released(mail, t1))).toBe(true);
  expect(decided(takenOver, (mail) => suppressed(mail, t1))).toBe(true);
  expect(decided(takenOver, (mail) => superseded(mail, t1))).toBe(true);
  expect(decided({ ...sending, status: 'sent' }, (mail) => failed('m-1', mail, 3, refused, t1))).toBe(true);
  expect(decided(sending, (mail) => released(mail, t1))).toBe(false);
});

test('an outage costs no attempt', () => {
  expect(released({ ...sending, failures: 2 }, t0).state).toEqual({ ...sending, failures: 2, until: t0 });
});

test('a mail to an erased person ends, and nothing is published', () => {
  const decision = suppressed(sending, t0);
  expect(decision.state).toMatchObject({ status: 'suppressed', endedAt: t0 });
  expect(eventsOf(decision)).toEqual([]);
});

test('a mail that is no longer true ends, and nothing is published', () => {
  const decision = superseded(sending, t0);
  expect(decision.state).toMatchObject({ status: 'superseded', endedAt: t0 });
  expect(eventsOf(decision)).toEqual([]);
});

/** All of it but the last dot has left, and its time was extended. */
const left: Mail = { ...sending, left: true, until: t2 };

test('a mail that left is under way for as long as its time is extended', () => {
  expect(leaving(sending, t2)).toEqual(left);
  expect(() => begun(left, 0, t1)).toThrow(MailUnderWayError);
  expect(leaving(left, t3)).toEqual({ ...left, until: t3 });
  const renewed = (mail: Mail) => decide(leaving(mail, t3));
  expect(isUnchanged(whileHeld(mailClaims, claim, { ...sending, until: t2 }, renewed))).toBe(true);
});

test('a response of any kind ends the doubt', () => {
  expect(sent('m-1', left, t1).state).toEqual({ ...sending, until: t2, status: 'sent', endedAt: t1 });
  expect(failed('m-1', left, 1, deferred, t0).state).toEqual(tried(1));
  expect(released(left, t0).state).toEqual({ ...sending, until: t0 });
});

test('a mail without a response is sent three times, then it is unknown, and nothing is published', () => {
  let mail: Mail = left;
  for (const doubts of [1, 2]) {
    mail = failed('m-1', { ...mail, left: true, until: t2 }, 1, unanswered, t0).state;
    expect(mail).toEqual({ ...tried(doubts), code: 'fate-unknown', doubts });
  }
  const decision = failed('m-1', { ...mail, left: true, until: t2 }, 1, unanswered, t0);
  expect(decision.state).toEqual({ ...over, status: 'unknown', code: 'fate-unknown', doubts: 3 });
  expect(eventsOf(decision)).toEqual([]);
});

test('a mail that may have been delivered never ends as failed, also when its repeats are refused', () => {
  for (const failure of [deferred, refused]) {
    const decision = failed('m-1', { ...sending, failures: 2, doubts: 1 }, 3, failure, t0);
    expect(decision.state).toMatchObject({ status: 'unknown', code: 'fate-unknown' });
    expect(eventsOf(decision)).toEqual([]);
  }
});

test('a mail whose sender died after it left is sent again, and no more than five times', () => {
  const again = begun(left, 0, t2).state;
  expect(again).toEqual({ ...sending, until: t2, doubts: 1 });
  const last = begun({ ...left, doubts: maxDoubts - 1 }, 0, t2);
  expect(last.state).toMatchObject({ status: 'unknown', code: 'fate-unknown', doubts: maxDoubts });
  expect(eventsOf(last)).toEqual([]);
});

test('an unknown mail stays so for copies of its message, and is tried anew when an operator replays it', () => {
  const unknown: Mail = { ...over, status: 'unknown', code: 'fate-unknown', doubts: 3 };
  expect(() => begun(unknown)).toThrow(MailUnknownError);
  expect(begun(unknown, 1).state).toEqual({ ...sending, until: t2, replay: 1 });
  expect(sent('m-1', unknown, t1).state.status).toBe('sent');
});
