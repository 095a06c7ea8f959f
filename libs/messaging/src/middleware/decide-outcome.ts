import { DependencyDownError } from '@order-events/runtime';
import { FailsAloneError } from '../errors.ts';
import type { Delivered } from '../headers.ts';
import { OutagesMet } from '../outages-met.ts';
import { type Outcome, outcomeOf, type Paused } from '../outcome.ts';
import { reasonOf } from '../reason-of.ts';
import { delaysOf, type Schedule } from '../topology.ts';
import type { Decide, Handle } from './handle.ts';

export interface DecideParts {
  readonly schedule: Schedule;
  readonly clock: () => Date;
}

/** Handles a message; turns an error into an outcome. */
export function decideOutcome(handle: Handle<Delivered>, { schedule, clock }: DecideParts): Decide {
  const outages = new OutagesMet();
  return async (delivered) => {
    const { routingKey, attempt } = delivered.delivery;
    try {
      await handle(delivered);
      outages.handled(routingKey, clock());
      return { kind: 'done' };
    } catch (error) {
      const outcome = outcomeOf(error, attempt, schedule);
      return outcome.kind === 'pause' ? compared(outages, delivered, outcome, schedule, clock()) : outcome;
    }
  };
}

// A breaker is measured by all who call. Every other error that claims an outage is compared with what became of other messages.
function compared(
  outages: OutagesMet,
  { message, delivery }: Delivered,
  outcome: Paused,
  schedule: Schedule,
  now: Date,
): Outcome {
  const { error } = outcome;
  const id = message.properties.messageId;
  const measured = error instanceof DependencyDownError;
  const met = outages.meets({ id, type: delivery.routingKey, known: delivery.pauses, measured }, now);
  const { alone, since } = met.pauses;
  if (met.ownFault) return { kind: 'dead', error: new FailsAloneError(since, reasonOf(error), { cause: error }) };
  return { ...outcome, met, ...(alone && { delayMs: delaysOf(schedule).at(-1) ?? outcome.delayMs }) };
}
