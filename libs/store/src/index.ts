export {
  type Claim,
  type ClaimRules,
  type Claims,
  createClaims,
  type HeldClaim,
  type Lease,
  takeClaim,
  whileHeld,
} from './claims.ts';
export {
  type Backlog,
  type Collection,
  type CollectionSpec,
  type Document,
  type FindOptions,
  type KeyOf,
  key,
  newDocument,
  type OutboxEntry,
  type Page,
  type Store,
  type UnpublishedOptions,
} from './collection.ts';
export { compareAndSet, type RaceOptions, untilWon } from './compare-and-set.ts';
export {
  afterwards,
  type Cause,
  type Change,
  causeOf,
  type Decision,
  decide,
  type Unchanged,
  unchanged,
} from './decision.ts';
export { type Changed, createDocuments, type Documents, type DocumentsOptions } from './documents.ts';
export {
  ConflictError,
  CursorError,
  DamagedDocumentError,
  DuplicateError,
  OutboxNotEmptyError,
  StoreUnavailableError,
} from './errors.ts';
export type { Outboxes } from './lane.ts';
export type { Log } from './log.ts';
export { openStore } from './open.ts';
export { createRelay } from './outbox-relay.ts';
export { watchOutbox } from './outbox-watch.ts';
export { type Overdue, overdue } from './overdue.ts';
export { type Entry, isOver, isPending, type Post, postOnce, type Totals, withoutMarkers } from './post-once.ts';
export { createPostings, type PostingRules, type Postings, type Work } from './postings.ts';
export { openProgress, type Progress, type ProgressStore } from './progress.ts';
export type { Relay, RelayLimits, RelayOptions } from './relay.ts';
export { openStartMarks, type StartMarks } from './start-marks.ts';
export { createSweep, type Sweep, type SweepOptions } from './sweep.ts';
export { sweepClaims } from './sweep-claims.ts';
export { type SweepEachLimits, type SweepEachOptions, sweepEach } from './sweep-each.ts';
export { upcasting } from './upcast.ts';
