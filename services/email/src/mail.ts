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

/** What a mail is about and why it is sent; nothing in it is personal but the customer's id. */
export interface Wanted {
  readonly orderId: string;
  readonly userId: string;
  /** The same however often it is sent: by this, mailboxes know a repeat. */
  readonly messageId: string;
  readonly facts: Facts;
  readonly cause: Cause;
}

export function wantedBy(event: CloudEvent, order: Order, facts: Facts): Wanted {
  const messageId = `<${eventIdentity(event)}@order-events>`;
  return { orderId: order.id, userId: order.userId, messageId, facts, cause: causeOf(event) };
}

/** One mail, recorded before it is handed to the mail server and after. */
export interface Mail extends Wanted {
  /** `unknown`: may have been delivered, and a person has to find out; `superseded`: its news was no longer true. */
  readonly status: 'sending' | 'sent' | 'failed' | 'unknown' | 'superseded' | 'suppressed';
  readonly createdAt: string;
  /** Of a mail that is being sent, the end of its lease: while this lies ahead, somebody is sending it. */
  readonly until: string;
  /** Failed attempts, counted anew for each replay by an operator. */
  readonly failures: number;
  readonly replay: number;
  /** All but its last dot has left, and no answer is on record: the mail server may have it. */
  readonly left?: true;
  /** How often it left and nobody knows what became of it; counted anew for each replay. */
  readonly doubts?: number;
  /** Why it failed, the last time. */
  readonly code?: string;
  /** When it came to an end, whichever. */
  readonly endedAt?: string;
}

/** Which try this is, as its message says: whichever of the two knows of more attempts is right. */
export interface Turn {
  readonly attempt: number;
  readonly replay: number;
}

export interface Failure {
  readonly code: string;
  readonly permanent: boolean;
  /** The mail had left, and no answer came. */
  readonly doubtful: boolean;
}

export const maxAttempts = 3;
/** Copies of one mail that nobody knows the fate of, those of senders that died included. */
export const maxDoubts = 5;

/** A mail that is being sent is claimed: the end of its lease tells one try from every other. */
export const mailClaims: ClaimRules<Mail, Claim> = {
  claimIn: ({ status, until }) => (status === 'sending' ? { until } : undefined),
  inFlight: (id) => new MailUnderWayError(id),
};

/**
 * Records that the mail is about to be sent. Changes nothing when there is nothing to send any more. Throws
 * MailFailedError or MailUnknownError until an operator replays it. Ends a mail as `unknown` that too many senders died of.
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
  // Who sent it died before there was an answer.
  const doubted = { ...landed(mail), doubts: doubtsOf(mail) + 1 };
  return doubted.doubts < maxDoubts ? decide({ ...doubted, until }) : ended(id, doubted, fateUnknown, now);
}

/** The mail server is about to have it, or has it and has not answered: the lease is renewed, and a crash leaves a doubt. */
export function leaving(mail: Mail, until: string): Mail {
  return { ...mail, left: true, until };
}

/** The mail server has it. True whoever sent it, so it also ends what another is still trying. */
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

/** Nobody's fault: the next sender need not wait until the lease ends. */
export function released(mail: Mail, now: string): Decision<Mail> {
  return decide({ ...landed(mail), until: now });
}

/** The person was erased: there is nobody to write to. */
export function suppressed(mail: Mail, now: string): Decision<Mail> {
  return decide({ ...mail, status: 'suppressed', endedAt: now });
}

/** A later mail about the order makes its news untrue: it is not sent. */
export function superseded(mail: Mail, now: string): Decision<Mail> {
  return decide({ ...mail, status: 'superseded', endedAt: now });
}

/** Nothing is left to send, whatever happens. */
function isOver({ status }: Mail): boolean {
  return status === 'sent' || status === 'superseded' || status === 'suppressed';
}

// A copy that may have been delivered is never called not sent. Nothing is said of it: a person has to find out.
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
