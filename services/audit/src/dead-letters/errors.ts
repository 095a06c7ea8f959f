import { type Problem, ServiceError } from '@order-events/runtime';

export class QueueUnknownError extends ServiceError {
  constructor(known: readonly string[]) {
    super('not-found', 'queue-unknown', `there is no such queue: name one of ${known.join(', ')}`);
  }
}

export class QueueBusyError extends ServiceError {
  constructor(queue: string) {
    super(
      'unavailable',
      'dlq-busy',
      `the dead letters of ${queue} are being read or changed by another request: retry later`,
      {
        retryAfterSeconds: 5,
      },
    );
  }
}

export class LettersNotFoundError extends ServiceError {
  constructor(queue: string, missing: readonly string[]) {
    const named = missing.length > 0 ? `: ${missing.slice(0, 5).join(', ')}` : '';
    super('not-found', 'letter-unknown', `the dead letters of ${queue} do not include the requested ones${named}`, {
      extra: { missing },
    });
  }
}

export class LetterAmbiguousError extends ServiceError {
  constructor(id: string, digests: readonly string[]) {
    super(
      'conflict',
      'letter-ambiguous',
      `${digests.length} different dead letters have the id ${id}: add ~ and a digest`,
      {
        extra: { digests },
      },
    );
  }
}

export class LettersInActionError extends ServiceError {
  constructor(actionId: string) {
    super(
      'conflict',
      'letters-in-action',
      `these dead letters belong to action ${actionId}, which has not ended: wait for its end`,
      {
        extra: { actionId },
      },
    );
  }
}

export class ActionNotFoundError extends ServiceError {
  constructor(id: string) {
    super('not-found', 'action-unknown', `there is no action ${id}`);
  }
}

export class IdempotencyKeyReusedError extends ServiceError {
  constructor() {
    super(
      'unprocessable',
      'idempotency-key-reused',
      'this Idempotency-Key was used for another request: use a new key',
    );
  }
}

/** Audit stores events as they were published: nobody may change one on its way there. */
export class EditRefusedError extends ServiceError {
  constructor() {
    super(
      'conflict',
      'edit-refused',
      'dead letters of audit cannot be edited: the log stores events as they were published',
    );
  }
}

/** The consumer would refuse the edited event: its data breaks the contract, or the original has no valid signature. */
export class EditInvalidError extends ServiceError {
  constructor(cause: Error & { readonly code?: string; readonly problems?: readonly Problem[] }, letter?: string) {
    const { code = 'edit-invalid', problems = [], message } = cause;
    super('unprocessable', code, message, { cause, problems, ...(letter && { extra: { letter } }) });
  }
}

/** The event contradicts the log, so it can't be vouched for. */
export class VouchRefusedError extends ServiceError {
  constructor(code: 'event-differs' | 'sequence-taken', name: string, why: string) {
    super('conflict', code, `${name} cannot be vouched for: ${why}`, { extra: { letter: name } });
  }
}
