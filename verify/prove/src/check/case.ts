import type { Heard } from '../listeners.ts';
import type { Accepted } from '../shoppers.ts';
import type { Evidence } from './evidence.ts';

/** One authorisation as the provider keeps it. */
export interface LedgerEntry {
  readonly orderId: string;
  readonly amount: number;
  readonly state: string;
}

/** Everything there is to know about a run that has come to rest. */
export interface Case {
  readonly evidence: Evidence;
  readonly accepted: readonly Accepted[];
  readonly ledger: readonly LedgerEntry[];
  /** What each listener was told, by person. */
  readonly heard: Readonly<Record<string, readonly Heard[]>>;
  /** Statuses as the owner is told them over HTTP. */
  readonly shown: ReadonlyMap<string, number>;
  /** Units there have been of each product, in all. */
  readonly stocked: ReadonlyMap<string, number>;
}
