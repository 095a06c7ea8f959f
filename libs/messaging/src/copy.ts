import { failureEnvelope, lastError } from './failure-envelope.ts';
import { copyProperties, type Delivered } from './headers.ts';
import { wasProven } from './middleware/prove.ts';
import type { Failed } from './outcome.ts';
import type { OutgoingMessage } from './publisher/outgoing.ts';
import { DLX, dlqOf, tierOf } from './topology.ts';

/**
 * The copy in which a message that isn't done travels on: to a delay tier of its queue, or to its dead letters. Its
 * body and labels are those that came; only our own headers change.
 */
export function copyOf(delivered: Delivered, outcome: Failed, service: string, now: Date): OutgoingMessage {
  const { queue, attempt, body, firstFailedAt } = delivered.delivery;
  const { error } = outcome;
  const foreign = !wasProven(delivered);
  const failed = { 'first-failed-at': firstFailedAt ?? now.toISOString(), 'last-error': lastError(error) };
  if (outcome.kind === 'dead') {
    const failure = failureEnvelope({ error, attempts: attempt, service, queue, time: now, body, foreign });
    return copyTo(dlqOf(queue), delivered, { ...failed, failure });
  }
  const next = outcome.kind === 'retry' ? attempt + 1 : attempt;
  const pauses = outcome.kind === 'pause' && outcome.met && { pauses: JSON.stringify(outcome.met.pauses) };
  return copyTo(tierOf(queue, outcome.delayMs), delivered, { ...failed, attempt: next, ...pauses });
}

/** The dead letter in which at least the body goes on, with the reason, when its copy can't be written with more. */
export function bareDeadLetter(delivered: Delivered, error: unknown, service: string, now: Date): OutgoingMessage {
  const { queue, attempt, replay, body } = delivered.delivery;
  const foreign = !wasProven(delivered);
  const failure = failureEnvelope({ error, attempts: attempt, service, queue, time: now, body, foreign });
  const properties = { headers: { attempt, replay, failure } };
  return { exchange: DLX, routingKey: dlqOf(queue), content: body, properties };
}

function copyTo(key: string, delivered: Delivered, changed: Record<string, string | number>): OutgoingMessage {
  return {
    exchange: DLX,
    routingKey: key,
    content: delivered.message.content,
    properties: copyProperties(delivered, changed),
  };
}
