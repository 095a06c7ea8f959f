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
  settled,
  watched,
} from './action.ts';
import type { ActionStore } from './action-store.ts';
import { type Desk, type Hold, seen } from './desk.ts';

const LOOK_EVERY_MS = 500;

export interface StepParts {
  readonly actions: ActionStore;
  readonly desk: Desk;
  readonly clock: () => Date;
  readonly log: Logger;
  /** Ends a watch early; what is being settled is settled. */
  readonly stopping: AbortSignal;
}

/** Takes one step of an action, noted before and after: whoever finds it half taken can tell what became of each letter. */
export function createTakeStep({ actions, desk, clock, log, stopping }: StepParts) {
  const change = (id: string, decide: (action: Action) => Action) =>
    actions.change(id, (action) =>
      hasEnded(action) ? action : { ...decide(action), updatedAt: clock().toISOString() },
    );

  // Read again within the turn: another instance may have gone on with it meanwhile.
  async function settle(id: string, hold: Hold): Promise<void> {
    const action = await actions.get(id);
    if (!action || hasEnded(action)) return;
    const step = nextStep(action, clock());
    if (step.kind !== 'settle') return;
    const there: Pick<DeadLetter, 'id' | 'replay'>[] = [];
    const replays = new Map(step.letters.map((letter) => [nameOf(letter), letter.replay]));
    const isWanted = (letter: DeadLetter) => {
      there.push({ id: letter.id, replay: letter.replay });
      return letter.replay <= (replays.get(nameOf(letter)) ?? -1);
    };
    await hold(isWanted, async (held) => {
      const back = returnedAmong(action, there);
      if (back.size > 0) await change(id, (current) => settled(current, back));
      else await settleHeld(id, action, step.letters, held);
    });
  }

  async function settleHeld(
    id: string,
    action: Action,
    letters: readonly ActionLetter[],
    held: readonly HeldDeadLetter[],
  ): Promise<void> {
    const found = Map.groupBy(held, nameOf);
    await change(id, (current) => settled(current, notesBefore(action, letters, found)));
    await all([...found.values()].map((copies) => settleOne(action, copies)));
    const done = new Map([...found.keys()].map((name) => [name, successOf(action)]));
    await change(id, (current) => watched(settled(current, done), clock()));
  }

  async function watch(id: string, action: Action, until: string): Promise<void> {
    // Never longer than was asked for, whatever a clock says: nobody else gets these letters meanwhile.
    const leftMs = Math.min(Date.parse(until) - clock().getTime(), action.watchMs);
    const end = performance.now() + leftMs;
    for (let last = -1; performance.now() < end && !stopping.aborted; ) {
      const count = await desk.count(action.queue);
      if (count !== last && (await noteReturned(id, action))) return;
      last = count;
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
    if (stopping.aborted || (await noteReturned(id, action))) return;
    await change(id, (current) => (current.watchUntil === until ? withoutWatch(current) : current));
  }

  async function noteReturned(id: string, { queue }: Action): Promise<boolean> {
    return desk.inTurn(queue, async (hold) => {
      const there = await seen(hold, ({ id: letter, replay }) => ({ id: letter, replay }));
      let back = 0;
      await change(id, (current) => {
        const returned = returnedAmong(current, there);
        back = returned.size;
        return settled(current, returned);
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
    if (step.kind === 'settle') await desk.inTurn(action.queue, (hold) => settle(id, hold));
    else if (step.kind === 'watch') await watch(id, action, step.until);
    else if (step.kind === 'widen') await change(id, (current) => ({ ...current, proven: true }));
    else await end(id, step);
  };
}

function withoutWatch({ watchUntil: _over, ...action }: Action): Action {
  return action;
}

const successOf = ({ kind }: Action): Outcome => (kind === 'discard' ? 'discarded' : 'sent');

// One that was underway and isn't there was settled by whoever could not note it any more.
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

/** One copy goes on its way; what a crash has left of the same letter beside it goes with it. */
async function settleOne(action: Action, [letter, ...copies]: readonly HeldDeadLetter[]): Promise<void> {
  if (!letter) return;
  if (action.kind === 'discard') letter.discard();
  else await letter.sendAgain(action.edit ?? vouchOf(action, letter));
  for (const copy of copies) copy.discard();
}

function vouchOf({ letters }: Action, held: HeldDeadLetter): OperatorVouch | undefined {
  return letters.find((letter) => nameOf(letter) === nameOf(held))?.vouch;
}

/** None is left alone with its channel closing under it: the first failure is told when all have ended. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
  if (failed) throw failed.reason;
}
