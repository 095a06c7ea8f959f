import { setTimeout as delay } from 'node:timers/promises';
import type { DeadLetter, HeldDeadLetter, OperatorVouch } from '@order-events/messaging';
import type { Logger } from '@order-events/runtime';
import {
  type Action,
  type ActionLetter,
  countOf,
  hasEnded,
  nameOf,
  nextStep,
  type Outcome,
  returnedAmong,
  type Step,
  watched,
  withOutcomes,
} from './action.ts';
import type { ActionStore } from './action-store.ts';
import { type ExclusiveQueues, type Hold, lookAtAll } from './exclusive-queues.ts';

const LOOK_EVERY_MS = 500;

export interface StepParts {
  readonly actions: ActionStore;
  readonly queues: ExclusiveQueues;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Ends a watch early; a step that is being carried out is finished. */
  readonly stopping: AbortSignal;
}

/** Takes one step of an action, recorded before and after: after a crash, the record tells the outcome of each letter. */
export function createTakeStep({ actions, queues, clock, log, stopping }: StepParts) {
  const change = (id: string, decide: (action: Action) => Action) =>
    actions.change(id, (action) =>
      hasEnded(action) ? action : { ...decide(action), updatedAt: clock().toISOString() },
    );

  // Read again under the lease: another instance may have continued the action meanwhile.
  async function carryOut(id: string, hold: Hold): Promise<void> {
    const action = await actions.get(id);
    if (!action || hasEnded(action)) return;
    const step = nextStep(action, clock());
    if (step.kind !== 'carry-out') return;
    const there: Pick<DeadLetter, 'id' | 'replay'>[] = [];
    const replays = new Map(step.letters.map((letter) => [nameOf(letter), letter.replay]));
    const isWanted = (letter: DeadLetter) => {
      there.push({ id: letter.id, replay: letter.replay });
      return letter.replay <= (replays.get(nameOf(letter)) ?? -1);
    };
    await hold(isWanted, async (held) => {
      const back = returnedAmong(action, there);
      if (back.size > 0) await change(id, (current) => withOutcomes(current, back));
      else await carryOutHeld(id, action, step.letters, held);
    });
  }

  async function carryOutHeld(
    id: string,
    action: Action,
    letters: readonly ActionLetter[],
    held: readonly HeldDeadLetter[],
  ): Promise<void> {
    const found = Map.groupBy(held, nameOf);
    await change(id, (current) => withOutcomes(current, notesBefore(action, letters, found)));
    await all([...found.values()].map((copies) => carryOutOne(action, copies)));
    const done = new Map([...found.keys()].map((name) => [name, successOf(action)]));
    await change(id, (current) => watched(withOutcomes(current, done), clock()));
  }

  async function watch(id: string, action: Action, until: string): Promise<void> {
    // Never longer than requested, also with a wrong clock: the letters are locked meanwhile.
    const leftMs = Math.min(Date.parse(until) - clock().getTime(), action.watchMs);
    const end = performance.now() + leftMs;
    for (let last = -1; performance.now() < end && !stopping.aborted; ) {
      const count = await queues.count(action.queue);
      if (count !== last && (await noteReturned(id, action))) return;
      last = count;
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
    if (stopping.aborted || (await noteReturned(id, action))) return;
    await change(id, (current) => (current.watchUntil === until ? withoutWatch(current) : current));
  }

  async function noteReturned(id: string, { queue }: Action): Promise<boolean> {
    return queues.withLease(queue, async (hold) => {
      const there = await lookAtAll(hold, ({ id: letter, replay }) => ({ id: letter, replay }));
      let back = 0;
      await change(id, (current) => {
        const returned = returnedAmong(current, there);
        back = returned.size;
        return withOutcomes(current, returned);
      });
      return back > 0;
    });
  }

  async function end(id: string, { state, because }: Extract<Step, { kind: 'end' }>): Promise<void> {
    const { kind, queue, by, letters } = await change(id, (current) => ({
      ...current,
      state,
      ...(because !== undefined && { because }),
    }));
    const counts = { letters: letters.length, returned: countOf(letters, 'returned') };
    log.info('dead-letter action ended', { action: id, kind, queue, by, state, because, ...counts });
  }

  return async function takeStep(id: string, action: Action, step: Step): Promise<void> {
    if (step.kind === 'carry-out') await queues.withLease(action.queue, (hold) => carryOut(id, hold));
    else if (step.kind === 'watch') await watch(id, action, step.until);
    else if (step.kind === 'widen') await change(id, (current) => ({ ...current, proven: true }));
    else await end(id, step);
  };
}

function withoutWatch({ watchUntil: _over, ...action }: Action): Action {
  return action;
}

const successOf = ({ kind }: Action): Outcome => (kind === 'discard' ? 'discarded' : 'sent');

// A letter that was underway and is not in the queue was sent or discarded by an instance that died before recording it.
function notesBefore(
  action: Action,
  letters: readonly ActionLetter[],
  found: ReadonlyMap<string, unknown>,
): Map<string, Outcome> {
  const noteOf = (letter: ActionLetter): Outcome => {
    if (found.has(nameOf(letter))) return 'underway';
    return letter.outcome === 'underway' ? successOf(action) : 'gone';
  };
  return new Map(letters.map((letter) => [nameOf(letter), noteOf(letter)]));
}

/** Sends or discards one letter, and removes its other copies, which a crash has left. */
async function carryOutOne(action: Action, [letter, ...copies]: readonly HeldDeadLetter[]): Promise<void> {
  if (!letter) return;
  if (action.kind === 'discard') letter.discard();
  else await letter.sendAgain(action.edit ?? vouchOf(action, letter));
  for (const copy of copies) copy.discard();
}

function vouchOf({ letters }: Action, held: HeldDeadLetter): OperatorVouch | undefined {
  return letters.find((letter) => nameOf(letter) === nameOf(held))?.vouch;
}

/** Rejects with the first failure once all have ended: none may still run when the channel closes. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
  if (failed) throw failed.reason;
}
