import type { Case } from './case.ts';
import { checkEffects } from './effects.ts';
import { checkFeeds } from './feeds.ts';
import { checkMails } from './mails.ts';
import { checkMoney } from './money.ts';
import { checkOrders } from './orders.ts';
import { checkSequences } from './sequences.ts';
import { checkStock } from './stock.ts';
import { allOf, type Verdict } from './verdict.ts';

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
