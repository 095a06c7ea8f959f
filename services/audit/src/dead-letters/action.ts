import type { QueueName } from '@order-events/contracts';
import type { OperatorEdit, OperatorVouch } from '@order-events/messaging';

/**
 * waiting → underway (recorded before the message is touched) → sent or discarded. `returned`: sent, and dead again.
 * `gone`: no longer in the queue when the action came to it.
 */
export type Outcome = 'waiting' | 'underway' | 'sent' | 'returned' | 'discarded' | 'gone';

/** One dead letter, as it was when the action was requested. */
export interface ActionLetter {
  readonly id: string;
  readonly digest: string;
  readonly replay: number;
  readonly outcome: Outcome;
  /** For a vouch: the operators' signature that is sent with it. */
  readonly vouch?: OperatorVouch;
}

/** An operator's action on dead letters of one queue; stored for ever. */
export interface Action {
  readonly kind: 'replay' | 'edit' | 'vouch' | 'discard';
  readonly queue: QueueName;
  readonly by: string;
  readonly reason: string;
  readonly requestedAt: string;
  readonly updatedAt: string;
  /** Digest of the request: another request under its Idempotency-Key is refused. */
  readonly fingerprint: string;
  readonly state: 'requested' | 'running' | 'done' | 'stopped';
  /** Why it stopped before the end. */
  readonly because?: string;
  readonly letters: readonly ActionLetter[];
  /** How many are sent first, and watched. */
  readonly first: number;
  /** How long a sent message may take to be dead again, in milliseconds. */
  readonly watchMs: number;
  /** Sent messages are watched until then; absent when that is over. */
  readonly watchUntil?: string;
  /** The first ones did not come back: now all may be sent. */
  readonly proven?: true;
  readonly edit?: OperatorEdit;
}

export type Step =
  | { readonly kind: 'carry-out'; readonly letters: readonly ActionLetter[] }
  | { readonly kind: 'watch'; readonly until: string }
  | { readonly kind: 'widen' }
  | { readonly kind: 'end'; readonly state: 'done' | 'stopped'; readonly because?: string };

const BATCH = 200;

/** The next step, from the record alone: an instance that reads it continues where the last one stopped. */
export function nextStep(action: Action, now: Date): Step {
  const { letters, watchUntil } = action;
  const [waiting, returned, sent] = [
    countOf(letters, 'waiting'),
    countOf(letters, 'returned'),
    countOf(letters, 'sent'),
  ];
  const underway = letters.filter(({ outcome }) => outcome === 'underway');
  if (underway.length > 0) return { kind: 'carry-out', letters: underway };
  if (returned > 0 && waiting > 0) {
    return { kind: 'end', state: 'stopped', because: `${returned} of ${returned + sent} came back, ${waiting} stayed` };
  }
  const next = allowed(action).filter(({ outcome }) => outcome === 'waiting');
  if (next.length > 0) return { kind: 'carry-out', letters: next.slice(0, BATCH) };
  if (sent > 0 && watchUntil !== undefined && now.toISOString() < watchUntil) {
    return { kind: 'watch', until: watchUntil };
  }
  return waiting > 0 ? { kind: 'widen' } : { kind: 'end', state: 'done' };
}

function allowed({ kind, letters, first, proven }: Action): readonly ActionLetter[] {
  if (kind === 'discard' || proven) return letters;
  return letters.filter(({ outcome }) => outcome !== 'gone').slice(0, first);
}

export const hasEnded = ({ state }: Action) => state === 'done' || state === 'stopped';

export function countOf(letters: readonly ActionLetter[], outcome: Outcome): number {
  return letters.filter((letter) => letter.outcome === outcome).length;
}

/** The action with these outcomes; letters that `outcomes` doesn't name stay as they are. */
export function withOutcomes(action: Action, outcomes: ReadonlyMap<string, Outcome>): Action {
  const letters = action.letters.map((letter) => ({
    ...letter,
    outcome: outcomes.get(nameOf(letter)) ?? letter.outcome,
  }));
  return { ...action, state: 'running', letters };
}

/** Watches from now on again: messages sent last may take as long as those sent first. */
export function watched(action: Action, now: Date): Action {
  if (action.kind === 'discard') return action;
  return { ...action, watchUntil: new Date(now.getTime() + action.watchMs).toISOString() };
}

/** Several dead letters with different bodies can have the same id. */
export const nameOf = ({ id, digest }: { id: string; digest: string }) => `${id}~${digest}`;

/** Whether `name` is the letter's id, or its full name. */
export function isNamed(name: string, letter: { id: string; digest: string }): boolean {
  return name === letter.id || name === nameOf(letter);
}

/** Letters that were sent and are dead again: their replay count has risen, also where their bytes differ. */
export function returnedAmong(action: Action, seen: readonly { id: string; replay: number }[]): Map<string, Outcome> {
  const highest = new Map<string, number>();
  for (const { id, replay } of seen) highest.set(id, Math.max(replay, highest.get(id) ?? 0));
  const back = action.letters.filter(
    ({ id, replay, outcome }) => outcome === 'sent' && (highest.get(id) ?? 0) > replay,
  );
  return new Map(back.map((letter) => [nameOf(letter), 'returned']));
}
