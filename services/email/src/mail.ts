import { emailFailed, emailSent } from '@order-events/contracts';
import { type Cause, type Decision, decide, unchanged } from '@order-events/store';
import { MailFailedError, MailUnderWayError } from './errors.ts';
import type { Facts } from './facts.ts';

/** What a mail is about and why it is sent; nothing in it is personal but the customer's id. */
export interface Wanted {
  readonly orderId: string;
  readonly userId: string;
  /** The same however often it is sent: by this, mailboxes know a repeat. */
  readonly messageId: string;
  readonly facts: Facts;
  readonly cause: Cause;
}

/** One mail, recorded before it is handed to the mail server and after. */
export interface Mail extends Wanted {
  readonly status: 'sending' | 'sent' | 'failed' | 'suppressed';
  readonly createdAt: string;
  /** While this lies ahead, somebody is sending it. */
  readonly until: string;
  /** Failed attempts, counted anew for each replay by an operator. */
  readonly failures: number;
  readonly replay: number;
  /** Why it failed, the last time. */
  readonly code?: string;
  /** When it was sent, or failed for good, or was suppressed. */
  readonly endedAt?: string;
}

/** Which try this is, as its message says: whichever of the two knows of more attempts is right. */
export interface Turn {
  readonly attempt: number;
  readonly replay: number;
}

/** A try that is recorded; its `until` tells it from every other. */
export interface Call extends Turn {
  readonly until: string;
}

export interface Failure {
  readonly code: string;
  readonly permanent: boolean;
}

export const maxAttempts = 3;
// More than clocks of healthy machines differ, and more than a decision that lost a race is late.
const skewMs = 60_000;

/**
 * Records that the mail is about to be sent, so that only one is under way. Changes nothing when there is nothing to
 * send any more. Throws MailUnderWayError while somebody else sends it (a try that ends far later than any begun now
 * would was begun by a clock that was ahead, and counts as over), MailFailedError until an operator replays it.
 */
export function begin(
  id: string,
  mail: Mail | undefined,
  wanted: Wanted,
  { replay, until }: Call,
  now: string,
): Decision<Mail> {
  if (!mail) return decide({ ...wanted, status: 'sending', createdAt: now, until, failures: 0, replay });
  if (mail.status === 'sent' || mail.status === 'suppressed') return unchanged(mail);
  if (mail.status === 'sending' && isLive(mail, now, until)) throw new MailUnderWayError(id);
  if (replay > mail.replay) return decide({ ...open(mail), until, failures: 0, replay });
  if (mail.status === 'failed') throw new MailFailedError(id, mail.code ?? 'unexpected');
  return decide({ ...mail, until });
}

/** The mail server has it. True whoever's call it was, so it also ends what another call is still trying. */
export function sent(id: string, mail: Mail, now: string): Decision<Mail> {
  if (mail.status === 'sent') return unchanged(mail);
  const { code: _overcome, ...rest } = mail;
  return decide({ ...rest, status: 'sent', endedAt: now }, emailSent(figuresOf(id, mail)));
}

/** An attempt failed; the last one, or a refusal for good, ends the mail. Nothing changes where another took over. */
export function failed(id: string, mail: Mail, call: Call, { code, permanent }: Failure, now: string): Decision<Mail> {
  if (!isOurs(mail, call)) return unchanged(mail);
  const failures = mail.failures + 1;
  const next = { ...mail, failures, code, until: now };
  if (!permanent && Math.max(failures, call.attempt) < maxAttempts) return decide(next);
  return decide({ ...next, status: 'failed', endedAt: now }, emailFailed({ ...figuresOf(id, mail), code }));
}

/** Nobody's fault: whoever comes next need not wait until the call is overdue. */
export function released(mail: Mail, call: Call, now: string): Decision<Mail> {
  return isOurs(mail, call) ? decide({ ...mail, until: now }) : unchanged(mail);
}

/** The person was erased: there is nobody to write to. */
export function suppressed(mail: Mail, call: Call, now: string): Decision<Mail> {
  return isOurs(mail, call) ? decide({ ...mail, status: 'suppressed', endedAt: now }) : unchanged(mail);
}

function isLive(mail: Mail, now: string, until: string): boolean {
  return mail.until > now && Date.parse(mail.until) - Date.parse(until) <= skewMs;
}

function isOurs(mail: Mail, { until }: Call): boolean {
  return mail.status === 'sending' && mail.until === until;
}

function open({ endedAt: _ended, code: _code, ...mail }: Mail): Mail {
  return { ...mail, status: 'sending' };
}

function figuresOf(mailId: string, { orderId, messageId, facts }: Mail) {
  return { mailId, orderId, kind: facts.kind, messageId };
}
