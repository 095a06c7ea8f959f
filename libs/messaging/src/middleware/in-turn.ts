import { EarlyError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { MessagingMetrics } from '../metrics.ts';
import { outcomeOf } from '../outcome.ts';
import { probes } from '../probes.ts';
import { handled, type Progress, type ProgressStore, skip, type Turn, turnOf, wait } from '../progress.ts';
import type { Schedule } from '../topology.ts';
import type { Handle, Received } from './handle.ts';
import { inOrder } from './in-order.ts';

export interface TurnsOptions {
  readonly queue: string;
  readonly sources: readonly string[];
  readonly progress: ProgressStore;
  readonly schedule: Schedule;
  /** Since when the consumer runs without a break. */
  readonly liveSince: () => Date | undefined;
  readonly clock: () => Date;
  readonly log: Log;
  readonly counts: Pick<MessagingMetrics, 'skipped' | 'late'>;
}

export interface Turns {
  /** Runs the next step when it is the event's turn, then notes it. Before its turn it throws EarlyError. */
  inTurn(next: Handle<Received>): Handle<Received>;
  /** Notes that this event will not be handled: what comes after it need not wait. */
  giveUp: Handle<Received>;
}

/**
 * Puts the events of each source and subject in the order in which they were said, over all instances that share the
 * progress. Only what is proven gets here, so nobody can skip another's events. The number says when it is an event's
 * turn, never whether it has happened: that is its id's to say, so a repeat is handed on like any other.
 */
export function createTurns({ queue, sources, progress, schedule, ...parts }: TurnsOptions): Turns {
  const { liveSince, clock, log, counts } = parts;
  const isOrdered = ({ event }: Received) => sources.includes(event.source);
  const streamOf = ({ event: { source, subject } }: Received) => `${queue} ${source} ${subject}`;

  // By whoever wrote it, hence once.
  function report(
    { event: { source, subject } }: Received,
    before: Progress,
    after: Progress,
    why: 'dead' | 'missing',
  ) {
    const events = after.sequence - before.sequence;
    if (events === 0) return;
    counts.skipped(queue, why, events);
    log.warn('events skipped', { queue, source, subject, from: before.sequence + 1, to: after.sequence, why });
  }

  async function turnNow(received: Received, sequence: number): Promise<Exclude<Turn, 'early'>> {
    const now = { at: clock(), liveSince: liveSince() };
    const { before, after } = await progress.change(streamOf(received), (known) => wait(known, sequence, now));
    report(received, before, after, 'missing');
    const turn = turnOf(after, sequence);
    if (turn !== 'early') return turn;
    const { type, subject } = received.event;
    throw new EarlyError(`${type} ${sequence} of ${subject} came before ${after.sequence + 1}`);
  }

  async function giveUp(received: Received): Promise<void> {
    if (!isOrdered(received)) return;
    const sequence = Number(received.event.sequence);
    const { before, after } = await progress.change(streamOf(received), (known) => skip(known, sequence));
    report(received, before, after, 'dead');
    probes.noted.publish(received);
  }

  // The gap is noted before the dead letter is made. After a crash between the two the message is handled once more, late.
  async function handleOrGiveUp(next: Handle<Received>, received: Received): Promise<void> {
    try {
      await next(received);
    } catch (error) {
      if (outcomeOf(error, received.delivery.attempt, schedule).kind === 'dead') await giveUp(received);
      throw error;
    }
  }

  async function handle(next: Handle<Received>, received: Received): Promise<void> {
    const sequence = Number(received.event.sequence);
    const order = await turnNow(received, sequence);
    await handleOrGiveUp(next, { ...received, delivery: { ...received.delivery, order } });
    if (order === 'repeat') return;
    if (order === 'late') counts.late(queue);
    await progress.change(streamOf(received), (known) => handled(known, sequence));
    probes.noted.publish(received);
  }

  return {
    giveUp,
    inTurn(next) {
      const ordered = inOrder((received) => handle(next, received));
      return (received) => (isOrdered(received) ? ordered(received) : next(received));
    },
  };
}
