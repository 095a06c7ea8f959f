import { type CloudEvent, emailFailed, emailSent, eventIdentity, type Order } from '@order-events/contracts';
import {
  type Cause,
  type Claim,
  type ClaimRules,
  causeOf,
  type Decision,
  decide,
  type Lease,
  unchanged,
} from '@order-events/store';
import { fateUnknown, MailFailedError, MailUnderWayError, MailUnknownError } from './errors.ts';
import type { Facts } from './facts.ts';

/** The facts and the cause of a mail. The customer's id is the only personal data in it. */
export interface Wanted {
  readonly orderId: string;
  readonly userId: string;
  /** The same however often the mail is sent: by this, mailboxes recognise a repeat. */
  readonly messageId: string;
  readonly facts: Facts;
  readonly cause: Cause;
}

export function wantedBy(event: CloudEvent, order: Order, facts: Facts): Wanted {
  const messageId = `<${eventIdentity(event)}@order-events>`;
  return { orderId: order.id, userId: order.userId, messageId, facts, cause: causeOf(event) };
}

/** One mail, recorded before and after it is handed to the mail server. */
export interface Mail extends Wanted {
  /** `unknown`: may have been delivered, and a person must find out; `superseded`: no longer true when it was to be sent. */
  readonly status: 'sending' | 'sent' | 'failed' | 'unknown' | 'superseded' | 'suppressed';
  readonly createdAt: string;
  /** For a mail that is being sent, the end of its lease: until then a handler is sending it. */
  readonly until: string;
  /** Failed attempts, counted anew for each replay by an operator. */
  readonly failures: number;
  readonly replay: number;
  /** All but its last dot has left, and no response is recorded: the mail server may have accepted it. */
  readonly left?: true;
  /** How often it left without a known outcome; counted anew for each replay. */
  readonly doubts?: number;
  /** Code of the last failure. */
  readonly code?: string;
  /** When it ended, with any status. */
  readonly endedAt?: string;
}

/** The attempt that a message counts. Message and record both count attempts; the higher number is right. */
export interface Attempt {
  readonly attempt: number;
  readonly replay: number;
}

export interface Failure {
  readonly code: string;
  readonly permanent: boolean;
  /** The mail had left, and no response came. */
  readonly doubtful: boolean;
}

export const maxAttempts = 3;
/** The most copies of one mail without a known outcome, also those of senders that died. */
export const maxDoubts = 5;

/** A mail that is being sent is claimed: the end of its lease identifies the attempt. */
export const mailClaims: ClaimRules<Mail, Claim> = {
  claimIn: ({ status, until }) => (status === 'sending' ? { until } : undefined),
  inFlight: (id) => new MailUnderWayError(id),
};

/**
 * Records that the mail is about to be sent. Changes nothing when it has ended. Throws MailFailedError or MailUnknownError
 * until an operator replays it. A mail during which too many senders died ends as `unknown`.
 */
export function begin(
  id: string,
  mail: Mail | undefined,
  wanted: Wanted,
  replay: number,
  { now, until }: Lease,
): Decision<Mail> {
  if (!mail) return decide({ ...wanted, status: 'sending', createdAt: now, until, failures: 0, replay });
  if (isOver(mail)) return unchanged(mail);
  if (replay > mail.replay) return decide({ ...open(mail), until, failures: 0, replay });
  if (mail.status === 'failed') throw new MailFailedError(id, mail.code ?? 'unexpected');
  if (mail.status === 'unknown') throw new MailUnknownError(id);
  if (!mail.left) return decide({ ...mail, until });
  // Its sender died before a response.
  const doubted = { ...landed(mail), doubts: doubtsOf(mail) + 1 };
  return doubted.doubts < maxDoubts ? decide({ ...doubted, until }) : ended(id, doubted, fateUnknown, now);
}

/** The mail leaves, or has left without a response: the lease is renewed, and a crash from now on counts as a doubt. */
export function leaving(mail: Mail, until: string): Mail {
  return { ...mail, left: true, until };
}

/** The mail server has accepted the mail. It ends the mail also while another handler is still sending it. */
export function sent(id: string, mail: Mail, now: string): Decision<Mail> {
  if (mail.status === 'sent') return unchanged(mail);
  const { code: _overcome, ...rest } = landed(mail);
  return decide({ ...rest, status: 'sent', endedAt: now }, emailSent(figuresOf(id, mail)));
}

/** An attempt failed; the last one, or a refusal for good, ends the mail. */
export function failed(id: string, mail: Mail, attempt: number, failure: Failure, now: string): Decision<Mail> {
  const { code, permanent, doubtful } = failure;
  const failures = mail.failures + 1;
  const doubts = doubtsOf(mail) + (doubtful ? 1 : 0);
  const next = { ...landed(mail), failures, code, until: now, ...(doubts > 0 && { doubts }) };
  if (!permanent && Math.max(failures, attempt) < maxAttempts) return decide(next);
  return ended(id, next, code, now);
}

/** Ends an attempt that does not count: the next sender need not wait until the lease ends. */
export function released(mail: Mail, now: string): Decision<Mail> {
  return decide({ ...landed(mail), until: now });
}

/** The person was erased: nothing is sent. */
export function suppressed(mail: Mail, now: string): Decision<Mail> {
  return decide({ ...mail, status: 'suppressed', endedAt: now });
}

/** A later mail about the order makes it untrue: it is not sent. */
export function superseded(mail: Mail, now: string): Decision<Mail> {
  return decide({ ...mail, status: 'superseded', endedAt: now });
}

/** Whether nothing is left to send, also after a replay. */
function isOver({ status }: Mail): boolean {
  return status === 'sent' || status === 'superseded' || status === 'suppressed';
}

// A mail that may have been delivered never ends as failed. No event is published for it: a person must find out.
function ended(id: string, mail: Mail, code: string, now: string): Decision<Mail> {
  if (doubtsOf(mail) > 0) return decide({ ...mail, status: 'unknown', code: fateUnknown, endedAt: now });
  return decide({ ...mail, status: 'failed', code, endedAt: now }, emailFailed({ ...figuresOf(id, mail), code }));
}

function doubtsOf({ doubts = 0 }: Mail): number {
  return doubts;
}

function landed({ left: _left, ...mail }: Mail): Mail {
  return mail;
}

function open({ endedAt: _ended, code: _code, left: _left, doubts: _doubts, ...mail }: Mail): Mail {
  return { ...mail, status: 'sending' };
}

function figuresOf(mailId: string, { orderId, messageId, facts }: Mail) {
  return { mailId, orderId, kind: facts.kind, messageId };
}
