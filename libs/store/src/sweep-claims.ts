import type { Document } from './collection.ts';
import type { Documents } from './documents.ts';
import { overdue } from './overdue.ts';
import { type SweepEachOptions, sweepEach } from './sweep-each.ts';

/** Longer than the retries of one message take, in milliseconds: until then a message still wakes the document. */
const stuckAfterMs = 60_000;
/** No lease is longer, in milliseconds: one that ends later was taken by a clock that was ahead. */
const longestLeaseMs = 60 * 60_000;

export interface SweepClaimsOptions<S> extends Omit<SweepEachOptions<Document<S>>, 'find'> {
  readonly documents: Pick<Documents<S>, 'find'>;
  /** Of documents with work to do: when their lease ends, or when they last changed (RFC 3339, UTC). */
  readonly index: string;
  readonly clock: () => Date;
  /** Whether it says that a call is in flight: another goes on with the document. */
  readonly isInFlight: (error: unknown) => boolean;
}

/** A job of the sweep: goes on, by `act`, with documents that stopped half-way and that no message wakes any more. */
export function sweepClaims<S>({ documents, index, clock, isInFlight, ...options }: SweepClaimsOptions<S>) {
  async function act(document: Document<S>): Promise<void> {
    try {
      await options.act(document);
    } catch (error) {
      if (!isInFlight(error)) throw error;
    }
  }
  const find = overdue(documents, index, { clock, ms: stuckAfterMs, aheadMs: longestLeaseMs });
  return sweepEach<Document<S>>({ ...options, find, act });
}
