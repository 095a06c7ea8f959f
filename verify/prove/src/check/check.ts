import type { Heard } from '../listeners.ts';
import type { Accepted } from '../shoppers.ts';
import { checkEffects } from './effects.ts';
import type { Evidence } from './evidence.ts';
import { checkFeeds } from './feeds.ts';
import { checkMails } from './mails.ts';
import { checkMoney, type LedgerEntry } from './money.ts';
import { checkOrders } from './orders.ts';
import { checkSequences } from './sequences.ts';
import { checkStock } from './stock.ts';
import { allOf, type Verdict } from './verdict.ts';

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

/** Every promise of the system, over everything it left behind. */
export function check(found: Case): Verdict {
  return allOf([
    checkOrders(found),
    checkSequences(found.evidence),
    checkEffects(found.evidence),
    checkStock(found),
    checkMoney(found),
    checkMails(found.evidence),
    checkFeeds(found),
  ]);
}
