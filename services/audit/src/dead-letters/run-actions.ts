import { setTimeout as delay } from 'node:timers/promises';
import type { HeldLetter, Letter } from '@order-events/messaging';
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
const AGAIN_MS = 2_000;
/** Nobody has gone on with it for so long: whoever did is dead. */
const ABANDONED_MS = 120_000;

/** Does what is on record, step by step, each noted before and after it is taken. */
export interface ActionRunner {
  run(id: string): void;
  /** Goes on with what an instance left behind. */
  resume(which: 'all' | 'abandoned'): Promise<void>;
  /** Ends with the step that is under way; the rest stays on record. */
  stop(): Promise<void>;
}

interface Parts {
  readonly actions: ActionStore;
  readonly desk: Desk;
  readonly clock: () => Date;
  readonly log: Logger;
}

export function createActionRunner({ actions, desk, clock, log }: Parts): ActionRunner {
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const nap = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  const change = (id: string, decide: (action: Action) => Action) =>
    actions.change(id, (action) =>
      hasEnded(action) ? action : { ...decide(action), updatedAt: clock().toISOString() },
    );

  async function complete(id: string): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const action = await actions.get(id);
        if (!action || hasEnded(action)) return;
        await take(id, action, nextStep(action, clock()));
      } catch (error) {
        log.warn('dead-letter action waits', { action: id, error });
        await nap(AGAIN_MS);
      }
    }
  }

  async function take(id: string, action: Action, step: Step): Promise<void> {
    if (step.kind === 'settle') await desk.inTurn(action.queue, (hold) => settle(id, hold));
    else if (step.kind === 'watch') await watch(id, action, step.until);
    else if (step.kind === 'widen') await change(id, (current) => ({ ...current, proven: true }));
    else await end(id, step);
  }

  // Read again within the turn: another instance may have gone on with it meanwhile.
  async function settle(id: string, hold: Hold): Promise<void> {
    const action = await actions.get(id);
    if (!action || hasEnded(action)) return;
    const step = nextStep(action, clock());
    if (step.kind !== 'settle') return;
    const there: Pick<Letter, 'id' | 'replay'>[] = [];
    const wanted = new Map(step.letters.map((letter) => [nameOf(letter), letter]));
    const isWanted = (letter: Letter) => {
      there.push({ id: letter.id, replay: letter.replay });
      return letter.replay <= (wanted.get(nameOf(letter))?.replay ?? -1);
    };
    await hold(isWanted, async (held) => {
      const found = Map.groupBy(held, nameOf);
      const noted = new Map([...returnedAmong(action, there), ...notesOf(step.letters, found)]);
      const back = [...noted.values()].includes('returned');
      await change(id, (current) => settled(current, back ? onlyReturned(noted) : noted));
      if (back) return;
      await all([...found.values()].map((copies) => settleOne(action, copies)));
      const outcome = action.kind === 'discard' ? 'discarded' : 'sent';
      const done = new Map([...found.keys()].map((name) => [name, outcome] as const));
      await change(id, (current) => watched(settled(current, done), clock()));
    });
  }

  async function watch(id: string, action: Action, until: string): Promise<void> {
    for (let last = -1; clock().toISOString() < until && !stopping.signal.aborted; await nap(LOOK_EVERY_MS)) {
      const count = await desk.count(action.queue);
      if (count !== last && (await noteReturned(id, action))) return;
      last = count;
    }
    if (!stopping.signal.aborted) await noteReturned(id, action);
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

  function run(id: string): void {
    if (running.has(id) || stopping.signal.aborted) return;
    running.set(
      id,
      complete(id).finally(() => running.delete(id)),
    );
  }

  return {
    run,
    async resume(which) {
      const before = new Date(clock().getTime() - ABANDONED_MS).toISOString();
      for (const { id, action } of await actions.unfinished()) {
        if (which === 'all' || action.updatedAt < before) run(id);
      }
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.values());
    },
  };
}

// One that was underway and isn't there was taken out by whoever could not note it any more.
function notesOf(letters: readonly ActionLetter[], found: ReadonlyMap<string, unknown>): [string, Outcome][] {
  return letters.map((letter) => {
    if (found.has(nameOf(letter))) return [nameOf(letter), 'underway'];
    return [nameOf(letter), letter.outcome === 'underway' ? 'sent' : 'gone'];
  });
}

const onlyReturned = (noted: ReadonlyMap<string, Outcome>) =>
  new Map([...noted].filter(([, outcome]) => outcome === 'returned'));

/** One copy goes on its way; what a crash has left of the same letter beside it goes with it. */
async function settleOne({ kind, edit }: Action, [letter, ...copies]: readonly HeldLetter[]): Promise<void> {
  if (kind === 'discard') letter?.discard();
  else await letter?.sendAgain(edit);
  for (const copy of copies) copy.discard();
}

/** None is left alone with its channel closing under it: the first failure is told when all have ended. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((work) => work.status === 'rejected');
  if (failed) throw failed.reason;
}
