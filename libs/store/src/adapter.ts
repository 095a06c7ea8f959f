/** What adapters are made of: for one that lives elsewhere. */
export { checkId, type Key, keysOf, knownIndex } from './keys.ts';
export { checkLimit, endOf, type Position, pageOf, parseCursor } from './page.ts';
