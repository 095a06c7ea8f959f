import type { QueueName } from '@order-events/contracts';
import { DependencyDownError, withTrace } from '@order-events/runtime';
import type { ConsumeMessage } from 'amqplib';
import { backoff, pause } from './backoff.ts';
import { reasonOf } from './broker-url.ts';
import { FailsAloneError, UnwritableError } from './errors.ts';
import { type Delivered, readDelivery } from './headers.ts';
import { bareLetter, hopOf } from './hop.ts';
import type { Lease, Settled } from './lease.ts';
import type { Log } from './log.ts';
import { lineOf } from './message-line.ts';
import type { MessagingMetrics } from './metrics.ts';
import type { Handle } from './middleware/handle.ts';
import { mayBeOver, whyPaused } from './outage.ts';
import { createOutagesMet } from './outages-met.ts';
import { type Failed, type Outcome, outcomeOf, type Paused } from './outcome.ts';
import type { ConfirmedPublisher, OutgoingMessage } from './publisher.ts';
import { steps } from './steps.ts';
import { delaysOf, type Schedule } from './topology.ts';
import { traceOf } from './trace-of.ts';

// Well below the 30 min after which the broker takes the channel away from whoever holds a message.
const HOLD_MS = 15 * 60_000;

export interface SettleOptions {
  readonly queue: QueueName;
  readonly service: string;
  readonly schedule: Schedule;
  readonly receive: Handle<Delivered>;
  readonly hops: ConfirmedPublisher;
  readonly log: Log;
  readonly clock: () => Date;
  readonly random: () => number;
  readonly counts: Pick<MessagingMetrics, 'settled'>;
  /** How time passes while an outage lasts; the machine's own clock, except in tests. */
  readonly wait?: typeof pause;
  readonly timeout?: (ms: number) => AbortSignal;
}

/** Whether the flow of messages has to stop: not for one beside which others are handled. */
const stops = (outcome: Outcome): outcome is Paused => outcome.kind === 'pause' && !outcome.met?.pauses.alone;

/**
 * Handles one message and settles it once: done → ack; else its copy is confirmed on the way first, then ack. A crash
 * between the two leaves two copies, never none.
 */
export function createSettle(options: SettleOptions): (message: ConsumeMessage, lease: Lease) => Promise<Settled> {
  const { queue, service, schedule, receive, hops, log, clock, random, counts } = options;
  const outages = createOutagesMet();
  const { wait = pause, timeout = (ms) => AbortSignal.timeout(ms) } = options;

  async function outcomeFor(delivered: Delivered): Promise<Outcome> {
    const { routingKey, attempt } = delivered.delivery;
    try {
      await receive(delivered);
      outages.handled(routingKey, clock());
      return { kind: 'done' };
    } catch (error) {
      const outcome = outcomeOf(error, attempt, schedule);
      return outcome.kind === 'pause' ? onOutage(delivered, outcome) : outcome;
    }
  }

  // A breaker is measured by all who call; whatever else says that it is everyone's is asked what became of the others.
  function onOutage({ message, delivery }: Delivered, outcome: Paused): Outcome {
    const { error } = outcome;
    const id = message.properties.messageId;
    const measured = error instanceof DependencyDownError;
    const met = outages.meets({ id, type: delivery.routingKey, known: delivery.pauses, measured }, clock());
    const { alone, since } = met.pauses;
    if (met.ownFault) return { kind: 'dead', error: new FailsAloneError(since, reasonOf(error), { cause: error }) };
    return { ...outcome, met, ...(alone && { delayMs: delaysOf(schedule).at(-1) ?? outcome.delayMs }) };
  }

  // A copy that isn't taken (tier missing, broker blocked) holds its message here and is tried again, less and less often.
  // One that can't be written is none that time mends: it throws.
  async function hop(delivered: Delivered, copy: OutgoingMessage, { ended, closing }: Lease): Promise<boolean> {
    const deadline = Date.now() + HOLD_MS;
    for (let failures = 0; ; failures++) {
      try {
        await hops.send(copy);
        return true;
      } catch (error) {
        if (error instanceof UnwritableError) throw error;
        const say = failures === 0 ? log.error : log.debug;
        say('message held: its copy was not taken', {
          ...lineOf(delivered),
          to: copy.routingKey,
          error: reasonOf(error),
        });
      }
      const over = AbortSignal.any([ended, closing]);
      await pause(backoff(failures, random), over);
      if (over.aborted || Date.now() > deadline) return false;
    }
  }

  function report(delivered: Delivered, outcome: Outcome): void {
    const fields = lineOf(delivered);
    if (outcome.kind === 'done') log.debug('message handled', fields);
    else if (outcome.kind === 'dead') log.error('message dead-lettered', { ...fields, error: outcome.error });
    else if (outcome.kind === 'retry') log.warn('message failed for now', { ...fields, error: outcome.error });
    else if (outcome.kind === 'pause' && outcome.met?.pauses.times === 1)
      log.warn('message fails alone: others are handled', { ...fields, error: outcome.error });
    else log.debug('message waits', { ...fields, why: outcome.kind, reason: reasonOf(outcome.error) });
  }

  // The outage that this message met is over when it meets it no more; after a while another one is tried.
  async function probe(delivered: Delivered, paused: Paused, { ended, closing }: Lease): Promise<Outcome> {
    const holdMs = paused.met?.holdMs ?? 0;
    const over = AbortSignal.any([ended, closing, timeout(holdMs)]);
    let outcome: Outcome = paused;
    while (stops(outcome) && !over.aborted) {
      await mayBeOver(outcome.error, wait(holdMs * (0.5 + random() / 2), over), over);
      if (!over.aborted) outcome = await outcomeFor(delivered);
    }
    return outcome;
  }

  // Nothing that a message is may keep it here: what can't be copied as it should be goes on as a dead letter.
  async function copyOn(delivered: Delivered, outcome: Failed, lease: Lease): Promise<Settled> {
    try {
      return (await hop(delivered, hopOf(delivered, outcome, service, clock()), lease)) ? outcome.kind : 'returned';
    } catch (error) {
      report(delivered, { kind: 'dead', error });
      return (await hop(delivered, bareLetter(delivered, error, service, clock()), lease)) ? 'dead' : 'returned';
    }
  }

  async function finish(delivered: Delivered, outcome: Outcome, lease: Lease): Promise<Settled> {
    // Whoever lost the channel meanwhile has lost the message: the broker hands it out again, nothing is copied.
    if (lease.ended.aborted) return 'returned';
    report(delivered, outcome);
    const settled = outcome.kind === 'done' ? 'done' : await copyOn(delivered, outcome, lease);
    if (settled === 'returned') {
      lease.giveBack();
      return settled;
    }
    (settled === 'done' ? steps.handled : steps.hopped).publish(delivered);
    lease.ack();
    return settled;
  }

  async function settle(message: ConsumeMessage, lease: Lease): Promise<Settled> {
    const delivered = readDelivery(queue, message);
    steps.received.publish(delivered);
    const outcome = await outcomeFor(delivered);
    const resume = stops(outcome) ? lease.pause(whyPaused(outcome.error)) : undefined;
    if (!resume || !stops(outcome)) return finish(delivered, outcome, lease);
    try {
      return await finish(delivered, await probe(delivered, outcome, lease), lease);
    } finally {
      resume();
    }
  }

  return async (message, lease) => {
    const began = performance.now();
    const settled = await withTrace(traceOf(message), () => settle(message, lease));
    counts.settled(queue, settled, (performance.now() - began) / 1_000);
    return settled;
  };
}
