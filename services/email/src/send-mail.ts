import { DependencyDownError, kindOf, ServiceError } from '@order-events/runtime';
import type { Decision } from '@order-events/store';
import { MailFailedError, MailUnderWayError } from './errors.ts';
import type { FindRecipient, Recipient } from './find-recipient.ts';
import { begin, type Failure, failed, type Mail, released, sent, suppressed, type Turn, type Wanted } from './mail.ts';
import type { Mails } from './mail-store.ts';
import type { Letter } from './post.ts';
import { steps } from './steps.ts';

/**
 * Sends the mail, unless it is sent already. It is recorded before it is handed over and after, so a crash repeats it
 * under the same Message-ID and never loses it. Rejects with MailUnderWayError while another sends it, MailFailedError
 * once it failed for good, DependencyDownError when customers or the mail server are down for everyone, and otherwise
 * with the reason why it was not sent this time.
 */
export type SendMail = (id: string, wanted: Wanted, turn: Turn) => Promise<void>;

export interface MailSenderParts {
  readonly mails: Pick<Mails, 'change'>;
  readonly findRecipient: FindRecipient;
  readonly compose: (wanted: Wanted, recipient: Recipient) => Letter;
  readonly deliver: (letter: Letter) => Promise<void>;
  readonly clock: () => Date;
  /** How long a mail counts as being sent: twice what that may take. */
  readonly leaseMs: number;
}

export function createSendMail({ mails, findRecipient, compose, deliver, clock, leaseMs }: MailSenderParts): SendMail {
  const now = () => clock().toISOString();

  async function handOver(wanted: Wanted): Promise<{ readonly error?: unknown }> {
    try {
      await deliver(compose(wanted, await findRecipient(wanted.userId)));
      return {};
    } catch (error) {
      return { error };
    }
  }

  return async function sendMail(id, wanted, { attempt, replay }) {
    const call = { attempt, replay, until: new Date(clock().getTime() + leaseMs).toISOString() };
    const record = (decision: (mail: Mail) => Decision<Mail>) =>
      mails.change(id, (mail) => decision(known(mail)), wanted.cause);

    const begun = await mails.change(id, (mail) => begin(id, mail, wanted, call, now()), wanted.cause);
    if (!begun.changed) return;
    steps.recorded.publish(wanted);
    const { error } = await handOver(wanted);
    if (error === undefined) steps.sent.publish(wanted);
    if (error === undefined) return void (await record((mail) => sent(id, mail, now())));
    if (kindOf(error) === 'gone') return void (await record((mail) => suppressed(mail, call, now())));
    const { document, changed } = await record((mail) =>
      error instanceof DependencyDownError
        ? released(mail, call, now())
        : failed(id, mail, call, failureOf(error), now()),
    );
    if (!changed) throw new MailUnderWayError(id);
    throw document.state.status === 'failed' ? new MailFailedError(id, failureOf(error).code, error) : error;
  };
}

/** Waiting mends what is unavailable, and what is a bug a new version may; what was refused in any other way stays so. */
function failureOf(error: unknown): Failure {
  const permanent = ![undefined, 'unavailable'].includes(kindOf(error));
  const code = error instanceof ServiceError && /^[a-z][a-z0-9-]{0,63}$/.test(error.code) ? error.code : 'unexpected';
  return { code, permanent };
}

function known(mail: Mail | undefined): Mail {
  if (!mail) throw new Error('a mail is recorded before it is sent');
  return mail;
}
