import type { SimulatedProcess } from './process.ts';

interface Occurrence {
  at: number;
  readonly order: number;
  readonly owner: SimulatedProcess | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

export interface Handle {
  cancel(): void;
}

const MOST_STEPS = 300_000;

/** Between two occurrences everything that the first one set off has run: all promises are settled that can be. */
const { setImmediate: turnOfTheLoop } = globalThis;
const settled = () => new Promise<void>((resolve) => void turnOfTheLoop(resolve));

/**
 * Simulated time: what is to happen, in the order in which it will. Between two occurrences no time passes, and code of
 * one process at most runs: the one whose occurrence it is.
 */
export class Timeline {
  /** Milliseconds since 1970. */
  now: number;
  steps = 0;
  current: SimulatedProcess | undefined;
  #ahead: Occurrence[] = [];
  #count = 0;

  constructor(now: number) {
    this.now = now;
  }

  /** Happens to the world: no process can keep it from happening. */
  at(delayMs: number, run: () => void): Handle {
    return this.#add(delayMs, undefined, run);
  }

  /** Happens in a process: later when it is frozen, never when it is dead by then. */
  within(owner: SimulatedProcess | undefined, delayMs: number, run: () => void): Handle {
    return this.#add(delayMs, owner, run);
  }

  /** Lets things happen until the condition holds, or until that time; false when it never held. */
  async until(holds: () => boolean, latest: number): Promise<boolean> {
    while (!holds()) {
      const next = this.#ahead[0];
      if (!next || next.at > latest) {
        this.now = Math.max(this.now, latest);
        return holds();
      }
      this.#take();
      if (!next.cancelled) await this.#happen(next);
    }
    return true;
  }

  async #happen(next: Occurrence): Promise<void> {
    const { owner } = next;
    if (owner && !owner.alive) return;
    if (owner && owner.frozenUntil > next.at) {
      next.at = owner.frozenUntil;
      this.#push(next);
      return;
    }
    this.now = Math.max(this.now, next.at);
    this.steps += 1;
    if (this.steps > MOST_STEPS) throw new Error(`more than ${MOST_STEPS} steps: something goes round in circles`);
    this.current = owner;
    next.run();
    await settled();
    this.current = undefined;
  }

  #add(delayMs: number, owner: SimulatedProcess | undefined, run: () => void): Handle {
    const at = this.now + Math.max(delayMs, 0);
    const occurrence: Occurrence = { at, order: this.#count++, owner, run, cancelled: false };
    this.#push(occurrence);
    return {
      cancel: () => {
        occurrence.cancelled = true;
      },
    };
  }

  // A binary heap, the next occurrence first.
  #push(occurrence: Occurrence): void {
    const heap = this.#ahead;
    let at = heap.push(occurrence) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isSooner(occurrence, heap[parent])) break;
      heap[at] = heap[parent] as Occurrence;
      at = parent;
    }
    heap[at] = occurrence;
  }

  #take(): void {
    const heap = this.#ahead;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = left + 1 < heap.length && isSooner(heap[left + 1], heap[left]) ? left + 1 : left;
      if (child >= heap.length || !isSooner(heap[child], last)) break;
      heap[at] = heap[child] as Occurrence;
      at = child;
    }
    heap[at] = last;
  }
}

function isSooner(a: Occurrence | undefined, b: Occurrence | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}
