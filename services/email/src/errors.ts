import { EarlyError } from '@order-events/messaging';
import { ServiceError } from '@order-events/runtime';

/** Another handler is sending this very mail: come back a little later. */
export class MailUnderWayError extends EarlyError {
  constructor(mailId: string) {
    super(`mail ${mailId} is being sent`);
  }
}

/** Refused for good, or its attempts are used up: an operator has to look. The message is what its dead letter says. */
export class MailFailedError extends ServiceError {
  constructor(mailId: string, code: string, cause?: unknown) {
    const reason = cause instanceof ServiceError ? cause.message : code;
    const advice = code === 'mail-deferred' ? '; a later replay gives it three new attempts' : '';
    super('conflict', code, `mail ${mailId} could not be sent: ${reason}${advice}`, { cause });
  }
}

export const fateUnknown = 'fate-unknown';

/** It may have arrived, once or more often: a person has to find out. The message is what its dead letter says. */
export class MailUnknownError extends ServiceError {
  constructor(mailId: string, cause?: unknown) {
    const advice = 'ask the recipient or the mail server; a replay sends it again, under the same Message-ID';
    super('conflict', fateUnknown, `mail ${mailId} may have been delivered, no answer tells: ${advice}`, { cause });
  }
}

/** The person has given no address yet. */
export class AddressUnknownError extends ServiceError {
  constructor(cause: unknown) {
    super('unavailable', 'address-unknown', 'the customer has no address yet', { cause });
  }
}

// What a mail server says repeats the address, so only its numbers are passed on.

/** This mail is refused for good (5xx). */
export class MailRefusedError extends ServiceError {
  constructor(reply: string) {
    super('unprocessable', 'recipient-refused', `the mail server refused this mail (${reply})`);
  }
}

/** This mail is not taken at present (4xx); others may be. */
export class MailDeferredError extends ServiceError {
  constructor(reply: string) {
    super('unavailable', 'mail-deferred', `the mail server does not take this mail at present (${reply})`);
  }
}

/** No mail is taken: the server is unreachable or too slow. */
export class MailServerError extends ServiceError {
  constructor(reply: string, code = 'mail-server-failed', did = 'did not answer as it should') {
    super('unavailable', code, `the mail server ${did} (${reply})`);
  }
}

/** It takes no mail from us at present, whatever the mail: too many or too fast, no login, its own trouble. */
export class SenderRefusedError extends MailServerError {
  constructor(reply: string) {
    super(reply, 'sender-refused', 'takes no mail from us at present');
  }
}

/** It had all of the mail and did not say whether it took it. */
export class FateUnknownError extends MailServerError {
  constructor(reply: string) {
    super(reply, fateUnknown, 'had all of the mail and did not answer');
  }
}
