/** Thrown by a handler that must wait for an event already on its way: the message takes the first tier, its attempt doesn't count. */
export class EarlyError extends Error {
  override readonly name = 'EarlyError';
}

/** Thrown by a handler when a dependency is down for every message: the consumer pauses, the attempt doesn't count. */
export class PauseError extends Error {
  override readonly name = 'PauseError';
  readonly kind = 'unavailable';
  readonly outage = true;
}

/** An apparent outage met this message alone, for an hour, while others were handled. */
export class FailsAloneError extends Error {
  override readonly name = 'FailsAloneError';
  readonly kind = 'conflict';
  readonly code = 'fails-alone';
  constructor(since: string | undefined, reason: string, options?: ErrorOptions) {
    super(`since ${since} this message alone meets an outage: ${reason}`, options);
  }
}

/** A handler did not return in time. It may still have its effect; so may the next try. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  readonly kind = 'unavailable';
  readonly code = 'handler-timeout';
}

/** The broker took the message but no queue is bound for it: it was returned, so it counts as not published. */
export class UnroutableError extends Error {
  override readonly name = 'UnroutableError';
  readonly kind = 'unavailable';
  readonly exchange: string;
  readonly routingKey: string;
  constructor(exchange: string, routingKey: string) {
    super(`no queue is bound to ${exchange || 'the default exchange'} for ${routingKey}: the message was returned`);
    this.exchange = exchange;
    this.routingKey = routingKey;
  }
}

/**
 * The broker did not confirm. `refused`: it said no, or the message never left. `unknown`: the message left, and the
 * answer was lost; its publisher sends the same message (same id) again.
 */
export class UnconfirmedError extends Error {
  override readonly name = 'UnconfirmedError';
  readonly kind = 'unavailable';
  readonly fate: 'refused' | 'unknown';
  constructor(fate: 'refused' | 'unknown', message: string, options?: ErrorOptions) {
    super(message, options);
    this.fate = fate;
  }
}

/** The client can't write this message: sending it again changes nothing. Nothing has left. */
export class UnwritableError extends Error {
  override readonly name = 'UnwritableError';
  readonly kind = 'invalid';
  readonly code = 'unwritable';
}

/** The broker can't be reached, or refuses this user or vhost. The message never holds the password. */
export class BrokerUnreachableError extends Error {
  override readonly name = 'BrokerUnreachableError';
  readonly kind = 'unavailable';
}

/** The broker differs from the topology. Names the queue or exchange and the argument. */
export class TopologyMismatchError extends Error {
  override readonly name = 'TopologyMismatchError';
  readonly kind = 'conflict';
}

/** A subscription and the consumers table disagree: a mistake in the code, found before anything connects. */
export class SubscriptionError extends Error {
  override readonly name = 'SubscriptionError';
}

/** The signature does not prove that this source wrote these bytes. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly kind = 'invalid';
  readonly code: string;
  constructor(verdict: string, source: string) {
    super(`signature is ${verdict} for source ${source}`);
    this.code = `signature-${verdict}`;
  }
}

/** A queue got a type that the consumers table doesn't name for it: a left-over or foreign binding. */
export class UnexpectedTypeError extends Error {
  override readonly name = 'UnexpectedTypeError';
  readonly kind = 'invalid';
  readonly code = 'unexpected-type';
  constructor(queue: string, type: string) {
    super(`queue ${queue} doesn't consume ${type}`);
  }
}

/** A message claims to be an operator's edit and is none, or an edit can't be made. */
export class OperatorEditError extends Error {
  override readonly name = 'OperatorEditError';
  readonly kind = 'invalid';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
