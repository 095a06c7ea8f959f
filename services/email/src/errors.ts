import { EarlyError } from '@order-events/messaging';
import { ServiceError } from '@order-events/runtime';

/** Another handler is sending this very mail: come back a little later. */
export class MailUnderWayError extends EarlyError {
  constructor(mailId: string) {
    super(`mail ${mailId} is being sent`);
  }
}

/** Refused for good, or its attempts are used up: an operator has to look. */
export class MailFailedError extends ServiceError {
  constructor(mailId: string, code: string, cause?: unknown) {
    const reason = cause instanceof ServiceError ? cause.message : code;
    super('conflict', code, `mail ${mailId} could not be sent: ${reason}`, { cause });
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

/** No mail is taken: the server is unreachable, too slow, closing (421), or takes nothing from us. */
export class MailServerError extends ServiceError {
  constructor(reply: string) {
    super('unavailable', 'mail-server-failed', `the mail server did not answer as it should (${reply})`);
  }
}
