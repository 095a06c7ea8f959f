import {
  childOf,
  DependencyDownError,
  type Logger,
  newTrace,
  parseTraceparent,
  withTrace,
} from '@order-events/runtime';
import type { Document } from '@order-events/store';
import { MailUnderWayError } from './errors.ts';
import type { Mail } from './mail.ts';
import type { Mails } from './mail-store.ts';
import type { SendMail } from './send-mail.ts';

/** Longer than the retries of one message take: until then a message still wakes the mail. */
const stuckAfterMs = 60_000;
const batch = 500;

interface Parts {
  readonly mails: Pick<Mails, 'find'>;
  readonly sendMail: SendMail;
  readonly clock: () => Date;
  readonly log: Logger;
}

/** A job of the sweep: sends what was left half-way and no message wakes any more, from what its record keeps. */
export function resendMails({ mails, sendMail, clock, log }: Parts): () => Promise<void> {
  /** False when there is no point in trying the next one. */
  async function resend({ id, state }: Document<Mail>): Promise<boolean> {
    try {
      await sendMail(id, state, { attempt: 0, replay: state.replay });
      log.info('stuck mail sent', { mailId: id });
    } catch (error) {
      if (!(error instanceof MailUnderWayError)) log.warn('stuck mail not sent', { mailId: id, error });
      return !(error instanceof DependencyDownError);
    }
    return true;
  }

  return async function resendStuckMails() {
    const to = new Date(clock().getTime() - stuckAfterMs).toISOString();
    const { documents } = await mails.find('unsent', { to, limit: batch });
    for (const document of documents) {
      const caused = parseTraceparent(document.state.cause.traceparent, document.state.cause.tracestate);
      if (!(await withTrace(caused ? childOf(caused) : newTrace(), () => resend(document)))) return;
    }
  };
}
