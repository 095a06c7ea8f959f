import { createHash } from 'node:crypto';
import { consumerOf, type KeyRing, type QueueName } from '@order-events/contracts';
import { type DeadLetter, delaysOf, editEvent, type OperatorEdit, type OperatorVouch } from '@order-events/messaging';
import { kindOf } from '@order-events/runtime';
import type { Collection } from '@order-events/store';
import type { LogEntry } from '../event-log.ts';
import { type Action, type ActionLetter, isNamed, nameOf } from './action.ts';
import type { ActionStore } from './action-store.ts';
import {
  EditInvalidError,
  EditRefusedError,
  IdempotencyKeyReusedError,
  LetterAmbiguousError,
  LettersInActionError,
  LettersNotFoundError,
} from './errors.ts';
import { type ExclusiveQueues, type Hold, lookAtAll } from './exclusive-queues.ts';
import { type Summary, summaryOf } from './letter-view.ts';
import { matches, withoutCopies } from './selection.ts';
import { candidateOf, checkAgainstLog } from './vouch.ts';

/** Dead letters by name (`id`, or `id~digest` where several have it), or a group. */
export type Chosen =
  | { readonly letters: readonly string[] }
  | { readonly group: { readonly type: string; readonly code: string } };

export interface ActionRequest {
  readonly kind: Action['kind'];
  readonly queue: QueueName;
  readonly reason: string;
  readonly chosen: Chosen;
  readonly first: number;
  readonly watchSeconds?: number | undefined;
  /** New data for the one letter of an edit. */
  readonly data?: object;
}

export interface Submitted {
  readonly id: string;
  readonly action: Action;
  /** True when the same request came before, under the same key. */
  readonly replayed: boolean;
}

export type SubmitAction = (request: ActionRequest, by: string, idempotencyKey: string) => Promise<Submitted>;

interface Parts {
  readonly actions: ActionStore;
  readonly eventLog: Collection<LogEntry>;
  readonly queues: ExclusiveQueues;
  readonly keys: KeyRing;
  readonly clock: () => Date;
}

const GRACE_MS = 5_000;

/**
 * Records an operator's action, with the dead letters as they are now: later ones are not included. No message is touched
 * yet. There is one record for one caller and key, however often the request is repeated.
 */
export function createSubmitAction({ actions, eventLog, queues, keys, clock }: Parts): SubmitAction {
  return async function submitAction(request, by, idempotencyKey) {
    const id = digestOf([by, idempotencyKey]).slice(0, 32);
    const fingerprint = digestOf(request);
    const kept = await actions.get(id);
    if (kept) return replay(id, kept, fingerprint);
    if (request.kind === 'edit' && request.queue === 'audit') throw new EditRefusedError();
    return queues.withLease(request.queue, async (hold) => {
      const meanwhile = await actions.get(id);
      if (meanwhile) return replay(id, meanwhile, fingerprint);
      const { letters: chosen, edit } = await choose(hold, request, keys);
      await refuseTaken(actions, request.queue, chosen);
      const letters = request.kind === 'vouch' ? await vouched(hold, chosen, keys, eventLog) : chosen;
      const at = clock().toISOString();
      const action: Action = {
        kind: request.kind,
        queue: request.queue,
        by,
        reason: request.reason,
        requestedAt: at,
        updatedAt: at,
        fingerprint,
        state: 'requested',
        letters,
        first: request.first,
        watchMs: request.watchSeconds ? request.watchSeconds * 1_000 : longestWay(request.queue),
        ...(edit && { edit }),
      };
      if (await actions.insert(id, action)) return { id, action, replayed: false };
      return replay(id, (await actions.get(id)) ?? action, fingerprint);
    });
  };
}

function replay(id: string, action: Action, fingerprint: string): Submitted {
  if (action.fingerprint !== fingerprint) throw new IdempotencyKeyReusedError();
  return { id, action, replayed: true };
}

interface Choice {
  readonly letters: ActionLetter[];
  readonly edit?: OperatorEdit;
}

async function choose(hold: Hold, { queue, chosen, kind, data }: ActionRequest, keys: KeyRing): Promise<Choice> {
  const toEdit = kind === 'edit' && 'letters' in chosen ? chosen.letters[0] : undefined;
  const bodies = new Map<string, DeadLetter>();
  const summaries = await lookAtAll(hold, (letter) => {
    if (toEdit && isNamed(toEdit, letter)) bodies.set(nameOf(letter), letter);
    return summaryOf(letter);
  });
  const picked = 'group' in chosen ? ofGroup(queue, summaries, chosen.group) : named(queue, summaries, chosen.letters);
  const letters = picked.map(({ id, digest, replay }): ActionLetter => ({ id, digest, replay, outcome: 'waiting' }));
  const original = letters[0] && bodies.get(nameOf(letters[0]));
  return { letters, ...(original && data && { edit: edited(keys, original, data) }) };
}

function edited(keys: KeyRing, original: DeadLetter, data: object): OperatorEdit {
  try {
    return editEvent(keys, original, data);
  } catch (error) {
    if (error instanceof Error && kindOf(error) === 'invalid') throw new EditInvalidError(error);
    throw error;
  }
}

/** Vouches for all of them, or for none when one can't be vouched for. */
async function vouched(
  hold: Hold,
  letters: readonly ActionLetter[],
  keys: KeyRing,
  eventLog: Collection<LogEntry>,
): Promise<ActionLetter[]> {
  const wanted = new Set(letters.map(nameOf));
  const candidates = await lookAtAll(hold, (letter) =>
    wanted.has(nameOf(letter)) ? candidateOf(keys, letter) : undefined,
  );
  const vouches = new Map<string, OperatorVouch>();
  for (const candidate of candidates) {
    if (!candidate) continue;
    if (candidate instanceof Error) throw candidate;
    await checkAgainstLog(eventLog, candidate);
    vouches.set(candidate.name, candidate.vouch);
  }
  return letters.map((letter) => ({ ...letter, vouch: vouches.get(nameOf(letter)) ?? neverVouched(letter) }));
}

// Can't happen: the queue is held exclusively, so a letter that was there is still there.
function neverVouched({ id }: ActionLetter): never {
  throw new Error(`letter ${id} has gone while its queue was held`);
}

function ofGroup(queue: string, letters: readonly Summary[], group: { type: string; code: string }): Summary[] {
  const picked = withoutCopies(letters).filter(matches(group));
  if (picked.length === 0) throw new LettersNotFoundError(queue, []);
  return picked;
}

function named(queue: string, letters: readonly Summary[], names: readonly string[]): Summary[] {
  const all = withoutCopies(letters);
  const picked = new Map(names.map((name) => [name, all.filter((letter) => isNamed(name, letter))]));
  const missing = names.filter((name) => picked.get(name)?.length === 0);
  if (missing.length > 0) throw new LettersNotFoundError(queue, missing);
  for (const [name, found] of picked) {
    const digests = found.map(({ digest }) => digest);
    if (found.length > 1) throw new LetterAmbiguousError(name, digests);
  }
  const wanted = new Set([...picked.values()].flat());
  return all.filter((letter) => wanted.has(letter));
}

async function refuseTaken(actions: ActionStore, queue: string, letters: readonly ActionLetter[]): Promise<void> {
  const wanted = new Set(letters.map(nameOf));
  for await (const { id, action } of actions.unfinished()) {
    const isTaken = action.queue === queue && action.letters.some((letter) => wanted.has(nameOf(letter)));
    if (isTaken) throw new LettersInActionError(id);
  }
}

// A message that fails every time is dead again after its first retry tier and all pauses between its attempts.
function longestWay(queue: QueueName): number {
  const { attempts, firstDelayMs } = consumerOf(queue);
  const delays = delaysOf({ attempts, firstDelayMs });
  return delays.reduce((sum, ms) => sum + ms, firstDelayMs) + GRACE_MS;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
