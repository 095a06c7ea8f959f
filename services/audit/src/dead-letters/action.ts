import type { QueueName } from '@order-events/contracts';
import type { OperatorEdit, OperatorVouch } from '@order-events/messaging';

/**
 * waiting → underway (noted before it is touched) → sent or discarded. `returned`: sent, and in the dead letters again.
 * `gone`: it wasn't there any more when its turn came.
 */
export type Outcome = 'waiting' | 'underway' | 'sent' | 'returned' | 'discarded' | 'gone';

/** One letter, as it was when the action was asked for. */
export interface ActionLetter {
  readonly id: string;
  readonly digest: string;
  readonly replay: number;
  readonly outcome: Outcome;
  /** Of a vouch: what is sent along with it. */
  readonly vouch?: OperatorVouch;
}

/** What an operator wants done with letters of one queue, who and why; kept for ever. */
export interface Action {
  readonly kind: 'replay' | 'edit' | 'vouch' | 'discard';
  readonly queue: QueueName;
  readonly by: string;
  readonly reason: string;
  readonly requestedAt: string;
  readonly updatedAt: string;
  /** Of the request: its Idempotency-Key answers no other one. */
  readonly fingerprint: string;
  readonly state: 'requested' | 'running' | 'done' | 'stopped';
  /** Why it did not do all. */
  readonly because?: string;
  readonly letters: readonly ActionLetter[];
  /** So many are sent first, and watched. */
  readonly first: number;
  /** How long what was sent may take to come back. */
  readonly watchMs: number;
  /** What was sent is watched until then; absent when it has been. */
  readonly watchUntil?: string;
  /** The first ones did not come back: now all may go. */
  readonly proven?: true;
  readonly edit?: OperatorEdit;
}

export type Step =
  | { readonly kind: 'settle'; readonly letters: readonly ActionLetter[] }
  | { readonly kind: 'watch'; readonly until: string }
  | { readonly kind: 'widen' }
  | { readonly kind: 'end'; readonly state: 'done' | 'stopped'; readonly because?: string };

const BATCH = 200;

/** What is to be done next, from the record alone: whoever reads it goes on where the last one was stopped. */
export function nextStep(action: Action, now: Date): Step {
  const { letters, watchUntil } = action;
  const [waiting, returned, sent] = [
    countOf(letters, 'waiting'),
    countOf(letters, 'returned'),
    countOf(letters, 'sent'),
  ];
  const underway = letters.filter(({ outcome }) => outcome === 'underway');
  if (underway.length > 0) return { kind: 'settle', letters: underway };
  if (returned > 0 && waiting > 0) {
    return { kind: 'end', state: 'stopped', because: `${returned} of ${returned + sent} came back, ${waiting} stayed` };
  }
  const next = allowed(action).filter(({ outcome }) => outcome === 'waiting');
  if (next.length > 0) return { kind: 'settle', letters: next.slice(0, BATCH) };
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

/** The action after its letters came out so; those that `outcomes` doesn't name are as before. */
export function settled(action: Action, outcomes: ReadonlyMap<string, Outcome>): Action {
  const letters = action.letters.map((letter) => ({
    ...letter,
    outcome: outcomes.get(nameOf(letter)) ?? letter.outcome,
  }));
  return { ...action, state: 'running', letters };
}

/** Once more from now on: what was sent last may take as long as what was sent first. */
export function watched(action: Action, now: Date): Action {
  if (action.kind === 'discard') return action;
  return { ...action, watchUntil: new Date(now.getTime() + action.watchMs).toISOString() };
}

/** With one message's id there can be letters with other bodies. */
export const nameOf = ({ id, digest }: { id: string; digest: string }) => `${id}~${digest}`;

/** By its id alone, or in full. */
export function isNamed(name: string, letter: { id: string; digest: string }): boolean {
  return name === letter.id || name === nameOf(letter);
}

/** Letters sent before and now dead again: whatever their bytes, their replay count is higher than it was. */
export function returnedAmong(action: Action, seen: readonly { id: string; replay: number }[]): Map<string, Outcome> {
  const highest = new Map<string, number>();
  for (const { id, replay } of seen) highest.set(id, Math.max(replay, highest.get(id) ?? 0));
  const back = action.letters.filter(
    ({ id, replay, outcome }) => outcome === 'sent' && (highest.get(id) ?? 0) > replay,
  );
  return new Map(back.map((letter) => [nameOf(letter), 'returned']));
}
