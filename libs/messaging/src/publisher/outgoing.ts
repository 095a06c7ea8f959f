import type { Options } from 'amqplib';
import { UnconfirmedError, UnroutableError } from '../errors.ts';
import { reasonOf } from '../reason-of.ts';

export interface OutgoingMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: Options.Publish;
}

/**
 * `confirmed`: a queue has it. `returned`: no queue is bound for it. `refused`: the broker said no, or the message never
 * left. `unknown`: it left, and the answer was lost.
 */
export type PublishOutcome = 'confirmed' | 'returned' | 'refused' | 'unknown';

/** What the broker's answer to one message means. RabbitMQ returns a message before it confirms it, never after. */
export function outcomeOfAnswer(error: unknown, returned: boolean): PublishOutcome {
  if (returned) return 'returned';
  if (!error) return 'confirmed';
  return reasonOf(error) === 'message nacked' ? 'refused' : 'unknown';
}

/** The error of the sender; undefined for a confirmed message. */
export function errorOf(
  outcome: PublishOutcome,
  { exchange, routingKey }: OutgoingMessage,
  cause: unknown,
): Error | undefined {
  switch (outcome) {
    case 'confirmed':
      return undefined;
    case 'returned':
      return new UnroutableError(exchange, routingKey);
    case 'refused':
      return new UnconfirmedError(outcome, 'the broker refused the message', { cause });
    case 'unknown':
      return new UnconfirmedError(outcome, 'the connection was lost before the broker confirmed', { cause });
  }
}
