import { childOf, DependencyDownError, newTrace, parseTraceparent, withTrace } from '@order-events/runtime';
import { type Document, type Log, sweepClaims } from '@order-events/store';
import { MailUnderWayError } from './errors.ts';
import type { Mail } from './mail.ts';
import type { Mails } from './mail-store.ts';
import type { SendMail } from './send-mail.ts';

interface Parts {
  readonly mails: Pick<Mails, 'find'>;
  readonly sendMail: SendMail;
  readonly clock: () => Date;
  readonly log: Log;
}

/** A job of the sweep: sends mails that stopped half-way and for which no message will come, from their records. */
export function resendMails({ mails, sendMail, clock, log }: Parts): () => Promise<void> {
  async function resend({ id, state }: Document<Mail>): Promise<void> {
    const { traceparent, tracestate } = state.cause;
    const caused = parseTraceparent(traceparent, tracestate);
    await withTrace(caused ? childOf(caused) : newTrace(), () =>
      sendMail(id, state, { attempt: 0, replay: state.replay }),
    );
    log.info('stuck mail ended', { mailId: id, orderId: state.orderId });
  }

  return sweepClaims({
    name: 'resend mails',
    documents: mails,
    index: 'unsent',
    clock,
    act: resend,
    isInFlight: (error) => error instanceof MailUnderWayError,
    about: ({ id, state }) => ({ mailId: id, orderId: state.orderId }),
    isOutage: (error) => error instanceof DependencyDownError,
    // The connections to the mail server leave one to the sweep.
    limits: { atOnce: 1 },
    log,
    now: () => clock().getTime(),
  });
}
