/** What has to hold in the end, however the run went; the simulation checks the same. */
export { pick, randomOf } from '../random.ts';
export { type Accepted, catalogue, type Line } from '../shoppers.ts';
export type { Evidence, FeedEntry } from './evidence.ts';
export { checkFeeds } from './feeds.ts';
export { checkMoney } from './money.ts';
export { checkOrders } from './orders.ts';
export { checkSequences } from './sequences.ts';
export { checkStock, unitsOf } from './stock.ts';
export { isWorked, unfinished } from './unfinished.ts';
export { allOf, fine, type Verdict } from './verdict.ts';
