import { setTimeout as delay } from 'node:timers/promises';
import { type Collection, type Document, newDocument } from '@order-events/store';
import { QueueBusyError } from './errors.ts';

const LEASE_MS = 10_000;
const PATIENCE_MS = 15_000;

/** Who holds the letters of a queue, and until when if nothing more is heard of it. */
export interface Turn {
  readonly holder: string;
  readonly until: string;
}

/** Runs work alone for its queue, among all instances. Throws QueueBusyError when the turn doesn't come in time. */
export type InTurn = <T>(queue: string, work: () => Promise<T>) => Promise<T>;

interface Parts {
  readonly turns: Collection<Turn>;
  readonly clock: () => Date;
  /** Of this instance. */
  readonly holder: string;
  /** Milliseconds that no setting of a clock changes. */
  readonly monotonic?: () => number;
}

/** A crash holds a queue for ten seconds at most; whoever works renews its turn. */
export function createTurns({ turns, clock, holder, monotonic = () => performance.now() }: Parts): InTurn {
  const last = new Map<string, Promise<unknown>>();
  const lease = (): Turn => ({ holder, until: new Date(clock().getTime() + LEASE_MS).toISOString() });

  const watched = new Map<string, { readonly turn: string; readonly since: number }>();

  // Whoever has a turn renews it. One that stays as it is for as long as it lasts is over, whatever the clocks say.
  function isOver(queue: string, { rev, state }: Document<Turn>): boolean {
    if (state.until <= clock().toISOString()) return true;
    const turn = `${rev} ${state.holder} ${state.until}`;
    const known = watched.get(queue);
    if (known?.turn !== turn) watched.set(queue, { turn, since: monotonic() });
    return known?.turn === turn && monotonic() - known.since > LEASE_MS;
  }

  async function take(queue: string): Promise<boolean> {
    const found = await turns.get(queue);
    if (found && !isOver(queue, found)) return false;
    return found ? turns.replace({ ...found, state: lease() }) : turns.insert(newDocument(queue, lease()));
  }

  async function own(queue: string): Promise<Document<Turn> | undefined> {
    const found = await turns.get(queue);
    return found?.state.holder === holder ? found : undefined;
  }

  async function renew(queue: string): Promise<void> {
    const mine = await own(queue);
    if (mine) await turns.replace({ ...mine, state: lease() });
  }

  async function giveUp(queue: string): Promise<void> {
    const mine = await own(queue);
    if (mine) await turns.delete(mine);
  }

  async function alone<T>(queue: string, work: () => Promise<T>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; !(await take(queue)); ) {
      if (Date.now() > deadline) throw new QueueBusyError(queue);
      await delay(20 + Math.random() * 80);
    }
    // A turn that can't be renewed ends by itself, and the next holder finds what this one has settled.
    const renewing = setInterval(() => renew(queue).catch(() => undefined), LEASE_MS / 3);
    try {
      return await work();
    } finally {
      clearInterval(renewing);
      await giveUp(queue).catch(() => undefined);
    }
  }

  return (queue, work) => {
    const before = last.get(queue) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(() => alone(queue, work));
    last.set(queue, turn);
    return turn;
  };
}
