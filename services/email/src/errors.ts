import { EarlyError } from '@order-events/messaging';
import { ServiceError } from '@order-events/runtime';

/** Another handler is sending this mail: retry a little later. */
export class MailUnderWayError extends EarlyError {
  constructor(mailId: string) {
    super(`mail ${mailId} is being sent`);
  }
}

/** The mail was refused for good, or its attempts are used up: an operator must act. Its dead letter has this message. */
export class MailFailedError extends ServiceError {
  constructor(mailId: string, code: string, cause?: unknown) {
    const reason = cause instanceof ServiceError ? cause.message : code;
    const advice = code === 'mail-deferred' ? '; a later replay gives it three new attempts' : '';
    super('conflict', code, `mail ${mailId} could not be sent: ${reason}${advice}`, { cause });
  }
}

export const fateUnknown = 'fate-unknown';

/** The mail may have arrived, once or more often: a person must find out. Its dead letter has this message. */
export class MailUnknownError extends ServiceError {
  constructor(mailId: string, cause?: unknown) {
    const advice = 'ask the recipient or the mail server; a replay sends it again, under the same Message-ID';
    super(
      'conflict',
      fateUnknown,
      `mail ${mailId} may have been delivered, the mail server returned no response: ${advice}`,
      { cause },
    );
  }
}

/** The person has no address yet. */
export class AddressUnknownError extends ServiceError {
  constructor(cause: unknown) {
    super('unavailable', 'address-unknown', 'the customer has no address yet: replay the mail once there is one', {
      cause,
    });
  }
}

// The text of a mail server's response repeats the address, so only its numbers are kept.

/** This mail is refused for good (5xx). */
export class MailRefusedError extends ServiceError {
  constructor(reply: string) {
    super('unprocessable', 'recipient-refused', `the mail server refused this mail (${reply})`);
  }
}

/** The server does not accept this mail at present (4xx); it may accept others. */
export class MailDeferredError extends ServiceError {
  constructor(reply: string) {
    super('unavailable', 'mail-deferred', `the mail server does not accept this mail at present (${reply})`);
  }
}

/** The server accepts no mail: it is unreachable or too slow. */
export class MailServerError extends ServiceError {
  constructor(reply: string, code = 'mail-server-failed', did = 'failed or returned no response') {
    super('unavailable', code, `the mail server ${did} (${reply})`);
  }
}

/** The server accepts no mail from this sender at present: too many or too fast, no login, or trouble of its own. */
export class SenderRefusedError extends MailServerError {
  constructor(reply: string) {
    super(reply, 'sender-refused', 'accepts no mail from this sender at present');
  }
}

/** The server got the whole mail and did not respond: it may have accepted it. */
export class FateUnknownError extends MailServerError {
  constructor(reply: string) {
    super(reply, fateUnknown, 'got the whole mail and did not respond');
  }
}
