import type { Delivered } from './headers.ts';
import type { Log } from './log.ts';
import type { Outcome } from './outcome.ts';
import { reasonOf } from './reason-of.ts';

// In front of the data, within what the attributes take. Nothing is proven yet: only an id is let through.
const ATTRIBUTES_BYTES = 1_024;
const SUBJECT = /"subject"\s*:\s*"([\w.:-]{1,64})"/;

/** The fields of each log line about a message, so that all lines of one event, or of one order, are found. */
export function lineOf({ message, delivery }: Delivered) {
  const { queue, routingKey: type, attempt, body } = delivery;
  return {
    queue,
    id: message.properties.messageId as unknown,
    type,
    attempt,
    /** Read only when a line is written. */
    get subject(): string | undefined {
      return SUBJECT.exec(body.toString('latin1', 0, ATTRIBUTES_BYTES))?.[1];
    },
  };
}

export function logOutcome(log: Log, delivered: Delivered, outcome: Outcome): void {
  const fields = lineOf(delivered);
  if (outcome.kind === 'done') log.debug('message handled', fields);
  else if (outcome.kind === 'dead') log.error('message dead-lettered', { ...fields, error: outcome.error });
  else if (outcome.kind === 'retry') log.warn('message failed for now', { ...fields, error: outcome.error });
  else if (outcome.kind === 'pause' && outcome.met?.pauses.times === 1)
    log.warn('message fails alone: others are handled', { ...fields, error: outcome.error });
  else log.debug('message waits', { ...fields, why: outcome.kind, reason: reasonOf(outcome.error) });
}
