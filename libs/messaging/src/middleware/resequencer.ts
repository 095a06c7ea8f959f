import { EarlyError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { MessagingMetrics } from '../metrics.ts';
import { outcomeOf } from '../outcome.ts';
import { probes } from '../probes.ts';
import { type Arrival, arrivalOf, handled, type Progress, type ProgressStore, skip, wait } from '../progress.ts';
import type { Schedule } from '../topology.ts';
import type { Handle, Received } from './handle.ts';
import { inOrder } from './in-order.ts';

export interface ResequencerOptions {
  readonly queue: string;
  /** The sources whose events are put in order; those of other sources pass. */
  readonly sources: readonly string[];
  /** Shared by all instances. */
  readonly progress: ProgressStore;
  readonly schedule: Schedule;
  /** Since when the consumer has been live without a break. */
  readonly liveSince: () => Date | undefined;
  readonly clock: () => Date;
  readonly log: Log;
  readonly counts: Pick<MessagingMetrics, 'skipped' | 'late'>;
}

/**
 * Puts the events of each source and subject in the order in which they were published, over all instances that share the
 * progress. Only proven events get here, so nobody can skip another's events. The sequence says when an event is to be
 * handled, never whether it has happened: that is its id's to say, so a repeat is handed on like any other.
 */
export class Resequencer {
  readonly #options: ResequencerOptions;

  constructor(options: ResequencerOptions) {
    this.#options = options;
  }

  /** A step that runs the next one when the event's predecessors were handled, then notes it. Earlier it throws EarlyError. */
  inTurn(next: Handle<Received>): Handle<Received> {
    const ordered = inOrder((received) => this.#handle(next, received));
    return (received) => (this.#isOrdered(received) ? ordered(received) : next(received));
  }

  /** Notes that this event will not be handled: its successors need not wait. */
  async giveUp(received: Received): Promise<void> {
    if (!this.#isOrdered(received)) return;
    const sequence = Number(received.event.sequence);
    const { before, after } = await this.#change(received, (known) => skip(known, sequence));
    this.#report(received, before, after, 'dead');
    probes.noted.publish(received);
  }

  async #handle(next: Handle<Received>, received: Received): Promise<void> {
    const sequence = Number(received.event.sequence);
    const order = await this.#arrivalNow(received, sequence);
    await this.#handleOrGiveUp(next, { ...received, delivery: { ...received.delivery, order } });
    if (order === 'repeat') return;
    if (order === 'late') this.#options.counts.late(this.#options.queue);
    await this.#change(received, (known) => handled(known, sequence));
    probes.noted.publish(received);
  }

  async #arrivalNow(received: Received, sequence: number): Promise<Exclude<Arrival, 'early'>> {
    const { clock, liveSince } = this.#options;
    const now = { at: clock(), liveSince: liveSince() };
    const { before, after } = await this.#change(received, (known) => wait(known, sequence, now));
    this.#report(received, before, after, 'missing');
    const arrival = arrivalOf(after, sequence);
    if (arrival !== 'early') return arrival;
    const { type, subject } = received.event;
    throw new EarlyError(`${type} ${sequence} of ${subject} came before ${after.sequence + 1}`);
  }

  // The gap is noted before the dead letter is made. After a crash between the two the message is handled once more, late.
  async #handleOrGiveUp(next: Handle<Received>, received: Received): Promise<void> {
    try {
      await next(received);
    } catch (error) {
      const { kind } = outcomeOf(error, received.delivery.attempt, this.#options.schedule);
      if (kind === 'dead') await this.giveUp(received);
      throw error;
    }
  }

  #change({ event: { source, subject } }: Received, decide: (progress: Progress) => Progress) {
    const { queue, progress } = this.#options;
    return progress.change(`${queue} ${source} ${subject}`, decide);
  }

  // Called by the instance that wrote it, hence once.
  #report({ event }: Received, before: Progress, after: Progress, why: 'dead' | 'missing'): void {
    const { queue, counts, log } = this.#options;
    const { source, subject } = event;
    const events = after.sequence - before.sequence;
    if (events === 0) return;
    counts.skipped(queue, why, events);
    log.warn('events skipped', { queue, source, subject, from: before.sequence + 1, to: after.sequence, why });
  }

  #isOrdered({ event }: Received): boolean {
    return this.#options.sources.includes(event.source);
  }
}
