import { DependencyDownError, kindOf, ServiceError } from '@order-events/runtime';
import { type Decision, key, StoreUnavailableError } from '@order-events/store';
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
  begin,
  type Call,
  type Failure,
  failed,
  leaving,
  type Mail,
  released,
  sent,
  superseded,
  suppressed,
  type Turn,
  type Wanted,
} from './mail.ts';
import type { Mails } from './mail-store.ts';
import { newsOf } from './order-news.ts';
import type { Letter, Post } from './post.ts';
import { steps } from './steps.ts';

/**
 * Sends the mail, unless it is sent already or its news is no longer true. It is recorded before it is handed over, before
 * its last dot leaves, and after; so a crash repeats it under the same Message-ID, a bounded number of times, and never
 * loses it. Rejects with:
 *
 * - MailUnderWayError while another sends it, or what must go before it
 * - MailFailedError once it failed for good, MailUnknownError once it may have been delivered and is not repeated
 * - DependencyDownError while customers or the mail server are down for everyone
 * - otherwise the reason why it was not sent this time
 */
export type SendMail = (id: string, wanted: Wanted, turn: Turn) => Promise<void>;

export interface MailSenderParts {
  readonly mails: Pick<Mails, 'change' | 'find'>;
  readonly findRecipient: FindRecipient;
  readonly compose: (wanted: Wanted, recipient: Recipient) => Letter;
  readonly deliver: Post['deliver'];
  readonly clock: () => Date;
  /** How long a mail counts as being sent: twice what it may take until it leaves. From then on this is renewed. */
  readonly leaseMs: number;
}

export function createSendMail(parts: MailSenderParts): SendMail {
  const { mails, findRecipient, compose, deliver, clock, leaseMs } = parts;
  const now = () => clock().toISOString();
  const later = (ms: number) => new Date(clock().getTime() + ms).toISOString();

  /** One try, and what is recorded of it. */
  function openTry(id: string, wanted: Wanted, turn: Turn) {
    let call: Call = { ...turn, until: later(leaseMs) };
    let left = false;
    let renewing: NodeJS.Timeout | undefined;
    let renewed = Promise.resolve();
    const record = (decision: (mail: Mail, call: Call) => Decision<Mail>) =>
      mails.change(id, (mail) => decision(known(mail), call), wanted.cause);

    /** False when there is nothing to send any more. */
    async function isBegun(): Promise<boolean> {
      const { document, changed } = await mails.change(
        id,
        (mail) => begin(id, mail, wanted, call, now()),
        wanted.cause,
      );
      if (changed && document.state.status === 'unknown') throw new MailUnknownError(id);
      return changed;
    }

    async function extend(): Promise<void> {
      const until = later(leaseMs);
      const { changed } = await record((mail) => leaving(mail, call, until));
      if (!changed) throw new MailUnderWayError(id);
      call = { ...call, until };
    }

    async function leave(): Promise<void> {
      await extend();
      left = true;
      // The answer may take minutes; a crash is noticed within one lease all the same.
      renewing = setInterval(() => {
        renewed = renewed.then(extend).catch(() => {});
      }, leaseMs / 3).unref();
    }

    /** Nothing is under way any more: `call` stays as it is. */
    async function rest(): Promise<void> {
      clearInterval(renewing);
      await renewed;
    }
    return { record, isBegun, leave, rest, hasLeft: () => left };
  }
  type Try = ReturnType<typeof openTry>;

  /** False when it is outdated. */
  async function isNews(id: string, { orderId, facts }: Wanted, { record }: Try): Promise<boolean> {
    const { documents } = await mails.find('byOrder', { prefix: key(orderId, ''), limit: 100 });
    const others = documents.filter((other) => other.id !== id).map(({ state }) => state);
    const news = newsOf(facts.kind, others, now());
    if (news === 'superseded') await record((mail, call) => superseded(mail, call, now()));
    if (news !== 'wait') return news === 'true';
    await record((mail, call) => released(mail, call, now()));
    throw new MailUnderWayError(id);
  }

  async function handOver(wanted: Wanted, { leave, rest }: Try): Promise<{ readonly error?: unknown }> {
    try {
      await deliver(compose(wanted, await findRecipient(wanted.userId)), leave);
      return {};
    } catch (error) {
      return { error };
    } finally {
      await rest();
    }
  }

  /** Notes why it was not sent; resolves with what to say of it. */
  async function noteFailure(id: string, error: unknown, { record, hasLeft }: Try): Promise<unknown> {
    const failure = failureOf(error, hasLeft());
    const costsNothing = isEverybodys(error) && !failure.doubtful;
    const { document, changed } = await record((mail, call) =>
      costsNothing ? released(mail, call, now()) : failed(id, mail, call, failure, now()),
    );
    if (!changed) return new MailUnderWayError(id);
    const { status } = document.state;
    if (status === 'unknown') return new MailUnknownError(id, error);
    return status === 'failed' ? new MailFailedError(id, failure.code, error) : error;
  }

  return async function sendMail(id, wanted, turn) {
    const attempt = openTry(id, wanted, turn);
    const { record } = attempt;
    if (!(await attempt.isBegun())) return;
    steps.recorded.publish(wanted);
    if (!(await isNews(id, wanted, attempt))) return;
    const { error } = await handOver(wanted, attempt);
    if (error === undefined) steps.sent.publish(wanted);
    if (error === undefined) return void (await record((mail) => sent(id, mail, now())));
    if (kindOf(error) === 'gone') return void (await record((mail, call) => suppressed(mail, call, now())));
    throw await noteFailure(id, error, attempt);
  };
}

function isEverybodys(error: unknown): boolean {
  return error instanceof DependencyDownError || error instanceof StoreUnavailableError;
}

/** Waiting mends what is unavailable, and what is a bug a new version may; what was refused in any other way stays so. */
function failureOf(error: unknown, left: boolean): Failure {
  if (left && !isAnswer(error)) return { code: fateUnknown, permanent: false, doubtful: true };
  const permanent = ![undefined, 'unavailable'].includes(kindOf(error));
  const code = error instanceof ServiceError && /^[a-z][a-z0-9-]{0,63}$/.test(error.code) ? error.code : 'unexpected';
  return { code, permanent, doubtful: false };
}

/** Whether the mail server said that it has not taken the mail. */
function isAnswer(error: unknown): boolean {
  const said = error instanceof DependencyDownError ? error.cause : error;
  return [MailRefusedError, MailDeferredError, SenderRefusedError].some((answer) => said instanceof answer);
}

function known(mail: Mail | undefined): Mail {
  if (!mail) throw new Error('a mail is recorded before it is sent');
  return mail;
}
