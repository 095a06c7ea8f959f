import { type CloudEvent, emailFailed, emailSent, eventIdentity, type Order } from '@order-events/contracts';
import { type Cause, causeOf, type Decision, decide, unchanged } from '@order-events/store';
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
  /** While this lies ahead, somebody is sending it. */
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

/** A try that is recorded; its `until` tells it from every other, and moves on while an answer is waited for. */
export interface Call extends Turn {
  readonly until: string;
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
// More than clocks of healthy machines differ, and more than a decision that lost a race is late.
const skewMs = 60_000;

/**
 * Records that the mail is about to be sent, so that only one is under way. Changes nothing when there is nothing to
 * send any more. Throws MailUnderWayError while somebody else sends it (a try that ends far later than any begun now
 * would was begun by a clock that was ahead, and counts as over), MailFailedError or MailUnknownError until an operator
 * replays it. Ends a mail as `unknown` that too many senders died of.
 */
export function begin(
  id: string,
  mail: Mail | undefined,
  wanted: Wanted,
  { replay, until }: Call,
  now: string,
): Decision<Mail> {
  if (!mail) return decide({ ...wanted, status: 'sending', createdAt: now, until, failures: 0, replay });
  if (isOver(mail)) return unchanged(mail);
  if (isLive(mail, now, until)) throw new MailUnderWayError(id);
  if (replay > mail.replay) return decide({ ...open(mail), until, failures: 0, replay });
  if (mail.status === 'failed') throw new MailFailedError(id, mail.code ?? 'unexpected');
  if (mail.status === 'unknown') throw new MailUnknownError(id);
  if (!mail.left) return decide({ ...mail, until });
  // Who sent it died before there was an answer.
  const doubted = { ...landed(mail), doubts: doubtsOf(mail) + 1 };
  return doubted.doubts < maxDoubts ? decide({ ...doubted, until }) : ended(id, doubted, fateUnknown, now);
}

/**
 * The mail server is about to have it, or has it and has not answered: its time is extended, and a crash leaves a doubt. Nothing
 * changes where another took over.
 */
export function leaving(mail: Mail, call: Call, until: string): Decision<Mail> {
  return isOurs(mail, call) ? decide({ ...mail, left: true, until }) : unchanged(mail);
}

/** The mail server has it. True whoever's call it was, so it also ends what another call is still trying. */
export function sent(id: string, mail: Mail, now: string): Decision<Mail> {
  if (mail.status === 'sent') return unchanged(mail);
  const { code: _overcome, ...rest } = landed(mail);
  return decide({ ...rest, status: 'sent', endedAt: now }, emailSent(figuresOf(id, mail)));
}

/** An attempt failed; the last one, or a refusal for good, ends the mail. Nothing changes where another took over. */
export function failed(id: string, mail: Mail, call: Call, failure: Failure, now: string): Decision<Mail> {
  if (!isOurs(mail, call)) return unchanged(mail);
  const { code, permanent, doubtful } = failure;
  const failures = mail.failures + 1;
  const doubts = doubtsOf(mail) + (doubtful ? 1 : 0);
  const next = { ...landed(mail), failures, code, until: now, ...(doubts > 0 && { doubts }) };
  if (!permanent && Math.max(failures, call.attempt) < maxAttempts) return decide(next);
  return ended(id, next, code, now);
}

/** Nobody's fault: whoever comes next need not wait until the call is overdue. */
export function released(mail: Mail, call: Call, now: string): Decision<Mail> {
  return isOurs(mail, call) ? decide({ ...landed(mail), until: now }) : unchanged(mail);
}

/** The person was erased: there is nobody to write to. */
export function suppressed(mail: Mail, call: Call, now: string): Decision<Mail> {
  return isOurs(mail, call) ? decide({ ...mail, status: 'suppressed', endedAt: now }) : unchanged(mail);
}

/** A later mail about the order makes its news untrue: it is not sent. */
export function superseded(mail: Mail, call: Call, now: string): Decision<Mail> {
  return isOurs(mail, call) ? decide({ ...mail, status: 'superseded', endedAt: now }) : unchanged(mail);
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

/** Whether somebody may be sending it, by the latest time that a try begun now would end. */
function isLive(mail: Mail, now: string, until: string): boolean {
  return mail.status === 'sending' && mail.until > now && Date.parse(mail.until) - Date.parse(until) <= skewMs;
}

function isOurs(mail: Mail, { until }: Call): boolean {
  return mail.status === 'sending' && mail.until === until;
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
