import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { World } from './world.ts';

let world: World | undefined;

/** The world in which the product's code runs at present. */
export function here(): World {
  if (!world) throw new Error('nothing is being simulated');
  return world;
}

export function enter(next: World | undefined): void {
  world = next;
}

const own = { Date };
const clockNow = () => here().timeline.now + (here().timeline.current?.skewMs ?? 0);

/** From here on whatever this process asks for time, timers and chance is answered by the simulated world. */
export function intercept(): void {
  class SimulatedDate extends own.Date {
    constructor(given?: number) {
      super(given ?? clockNow());
    }
    static override now(): number {
      return clockNow();
    }
  }
  Object.assign(globalThis, {
    Date: SimulatedDate,
    setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => timer(ms, () => run(...args)),
    setInterval: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => interval(ms, () => run(...args)),
    setImmediate: (run: (...args: unknown[]) => void, ...args: unknown[]) => timer(0, () => run(...args)),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  performance.now = () => here().timeline.now;
  Math.random = () => here().random();
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    timer(ms, () => controller.abort(new DOMException('time is up', 'TimeoutError')));
    return controller.signal;
  };
  Object.assign(timers, { setTimeout: pause });
  // Trace ids come from a pool that outlives a run, and nothing depends on them: they stay as they are.
  Object.assign(crypto, { randomBytes: bytes, randomUUID: uuid, randomUUIDv7: uuid });
  syncBuiltinESMExports();
}

class Timer {
  readonly clear: () => void;
  constructor(clear: () => void) {
    this.clear = clear;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

function timer(ms: number, run: () => void): Timer {
  const { timeline } = here();
  return new Timer(timeline.within(timeline.current, ms, run).cancel);
}

function interval(ms: number, run: () => void): Timer {
  const { timeline } = here();
  const owner = timeline.current;
  const again = () =>
    timeline.within(owner, ms, () => {
      next = again();
      run();
    });
  let next = again();
  return new Timer(() => next.cancel());
}

function clear(given: unknown): void {
  if (given instanceof Timer) given.clear();
}

function pause<T>(ms = 0, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      waiting.clear();
      reject(signal?.reason);
    };
    const waiting = timer(ms, () => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    });
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

function bytes(size: number): Buffer {
  const { random } = here();
  return Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
}

function uuid(): string {
  const hex = bytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
