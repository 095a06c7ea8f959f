import { DependencyDownError, kindOf, ServiceError } from '@order-events/runtime';
import { type Claim, createClaims, type HeldClaim, key, StoreUnavailableError } from '@order-events/store';
import {
  fateUnknown,
  MailDeferredError,
  MailFailedError,
  MailRefusedError,
  MailUnderWayError,
  MailUnknownError,
  SenderRefusedError,
} from './errors.ts';
import type { FindRecipient, Recipient } from './find-recipient.ts';
import {
  type Attempt,
  begin,
  type Failure,
  failed,
  leaving,
  type Mail,
  mailClaims,
  released,
  sent,
  superseded,
  suppressed,
  type Wanted,
} from './mail.ts';
import type { Mails } from './mail-store.ts';
import { newsOf } from './order-news.ts';
import type { OutgoingMail, Post } from './post.ts';
import { probes } from './probes.ts';

/**
 * Sends the mail, unless it is sent already or no longer true. It is recorded before it is handed over, before its last dot
 * leaves, and after; so a crash repeats it under the same Message-ID, a bounded number of times, and never loses it.
 * Rejects with:
 *
 * - MailUnderWayError while another handler sends it, or sends a mail that must go before it
 * - MailFailedError once it failed for good, MailUnknownError once it may have been delivered and is not repeated
 * - DependencyDownError while customers or the mail server are down for everyone
 * - otherwise the reason why it was not sent this time
 */
export type SendMail = (id: string, wanted: Wanted, attempt: Attempt) => Promise<void>;

export interface MailSenderParts {
  readonly mails: Pick<Mails, 'change' | 'find'>;
  readonly findRecipient: FindRecipient;
  readonly compose: (wanted: Wanted, recipient: Recipient) => OutgoingMail;
  readonly deliver: Post['deliver'];
  readonly clock: () => Date;
  /** How long a mail counts as being sent, in milliseconds: twice its time limit until it leaves. From then on the lease is renewed. */
  readonly leaseMs: number;
}

export function createSendMail(parts: MailSenderParts): SendMail {
  const { mails, findRecipient, compose, deliver, clock, leaseMs } = parts;
  const claims = createClaims({ documents: mails, rules: mailClaims, clock, leaseMs });

  /** False when it is outdated. */
  async function isNews(id: string, { orderId, facts }: Wanted, held: Held): Promise<boolean> {
    const { documents } = await mails.find('byOrder', { prefix: key(orderId, ''), limit: 100 });
    const others = documents.filter((other) => other.id !== id).map(({ state }) => state);
    const news = newsOf(facts.kind, others, clock().toISOString());
    if (news === 'superseded') await held.record(superseded);
    if (news !== 'wait') return news === 'true';
    await held.record(released);
    throw new MailUnderWayError(id);
  }

  async function handOver(wanted: Wanted, held: Held): Promise<{ readonly error?: unknown; readonly left: boolean }> {
    let left = false;
    // The response may take minutes; a crash is noticed within one lease all the same.
    const leave = () =>
      held.keep(leaving).then(() => {
        left = true;
      });
    try {
      await deliver(compose(wanted, await findRecipient(wanted.userId)), leave);
      return { left };
    } catch (error) {
      return { error, left };
    }
  }

  return async function sendMail(id, wanted, { attempt, replay }) {
    const taken = await claims.take(id, wanted.cause, (mail, lease) => begin(id, mail, wanted, replay, lease));
    const { state, held } = taken;
    if (!held && state.status === 'unknown') throw new MailUnknownError(id);
    if (!held) return;
    probes.recorded.publish(wanted);
    if (!(await isNews(id, wanted, held))) return;
    const { error, left } = await handOver(wanted, held);
    if (error === undefined) probes.sent.publish(wanted);
    if (error === undefined) return held.recordFact((mail, now) => sent(id, mail, now));
    if (kindOf(error) === 'gone') return void (await held.record(suppressed));
    throw await recordFailure(id, held, attempt, error, left);
  };
}

type Held = HeldClaim<Mail, Claim>;

/** Records why the mail was not sent; resolves with the error to reject with. */
async function recordFailure(id: string, held: Held, attempt: number, error: unknown, left: boolean): Promise<unknown> {
  const failure = failureOf(error, left);
  const costsNothing = isOutage(error) && !failure.doubtful;
  const { document, changed } = await held.record((mail, now) =>
    costsNothing ? released(mail, now) : failed(id, mail, attempt, failure, now),
  );
  if (!changed) return new MailUnderWayError(id);
  const { status } = document.state;
  if (status === 'unknown') return new MailUnknownError(id, error);
  return status === 'failed' ? new MailFailedError(id, failure.code, error) : error;
}

function isOutage(error: unknown): boolean {
  return error instanceof DependencyDownError || error instanceof StoreUnavailableError;
}

/** A retry helps when something is unavailable, and a new version may mend a bug; any other refusal is permanent. */
function failureOf(error: unknown, left: boolean): Failure {
  if (left && !isAnswer(error)) return { code: fateUnknown, permanent: false, doubtful: true };
  const permanent = ![undefined, 'unavailable'].includes(kindOf(error));
  const code = error instanceof ServiceError && /^[a-z][a-z0-9-]{0,63}$/.test(error.code) ? error.code : 'unexpected';
  return { code, permanent, doubtful: false };
}

/** Whether the mail server responded that it has not accepted the mail. */
function isAnswer(error: unknown): boolean {
  const reply = error instanceof DependencyDownError ? error.cause : error;
  return [MailRefusedError, MailDeferredError, SenderRefusedError].some((answer) => reply instanceof answer);
}
