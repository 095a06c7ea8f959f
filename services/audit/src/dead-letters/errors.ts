import { type Problem, ServiceError } from '@order-events/runtime';

export class QueueUnknownError extends ServiceError {
  constructor(known: readonly string[]) {
    super('not-found', 'queue-unknown', `the queues are ${known.join(', ')}`);
  }
}

export class QueueBusyError extends ServiceError {
  constructor(queue: string) {
    super('unavailable', 'dlq-busy', `the dead letters of ${queue} are in somebody else’s hands, try again`, {
      retryAfterSeconds: 5,
    });
  }
}

export class LettersNotFoundError extends ServiceError {
  constructor(queue: string, missing: readonly string[]) {
    const named = missing.length > 0 ? `: ${missing.slice(0, 5).join(', ')}` : '';
    super('not-found', 'letter-unknown', `among the dead letters of ${queue} there is no such one${named}`, {
      extra: { missing },
    });
  }
}

export class LetterAmbiguousError extends ServiceError {
  constructor(id: string, digests: readonly string[]) {
    super('conflict', 'letter-ambiguous', `${digests.length} different letters bear the id ${id}: add ~ and a digest`, {
      extra: { digests },
    });
  }
}

export class LettersInActionError extends ServiceError {
  constructor(actionId: string) {
    super('conflict', 'letters-in-action', `action ${actionId} has these letters and has not ended`, {
      extra: { actionId },
    });
  }
}

export class ActionNotFoundError extends ServiceError {
  constructor(id: string) {
    super('not-found', 'action-unknown', `there is no action ${id}`);
  }
}

export class IdempotencyKeyReusedError extends ServiceError {
  constructor() {
    super('unprocessable', 'idempotency-key-reused', 'this Idempotency-Key belongs to another request');
  }
}

/** What audit keeps is what was said: nobody changes it on its way there. */
export class EditRefusedError extends ServiceError {
  constructor() {
    super('conflict', 'edit-refused', 'events on their way to the event log are kept as they were said');
  }
}

/** What was asked for would not be taken by the consumer: data breaks the contract, or nothing proves the original. */
export class EditInvalidError extends ServiceError {
  constructor(cause: Error & { readonly code?: string; readonly problems?: readonly Problem[] }, letter?: string) {
    const { code = 'edit-invalid', problems = [], message } = cause;
    super('unprocessable', code, message, { cause, problems, ...(letter && { extra: { letter } }) });
  }
}

/** What audit has heard speaks against it: nobody vouches for it. */
export class VouchRefusedError extends ServiceError {
  constructor(code: 'event-differs' | 'sequence-taken', name: string, why: string) {
    super('conflict', code, `nobody vouches for ${name}: ${why}`, { extra: { letter: name } });
  }
}
