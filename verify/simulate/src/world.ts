import type { MemoryStore } from '@order-events/testing/memory-store';
import type { Broker } from './broker/broker.ts';
import type { Dangers } from './dangers.ts';
import type { SimulatedProcess } from './process.ts';
import { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';

const STALL_MS = 30_000;
const beginning = Date.UTC(2030, 0, 1);

/** Everything of one run: its time, its dice, what goes wrong in it, and what outlives its processes. */
export class World {
  readonly timeline = new Timeline(beginning);
  readonly random: () => number;
  readonly trace: Trace;
  readonly dangers: Dangers;
  readonly stores = new Map<string, MemoryStore>();
  /** Set by whoever sets up the run. */
  broker!: Broker;
  /** What must never be, found while it was. */
  readonly findings: string[] = [];
  /** How often each message was handled, by `queue id`. */
  readonly handled = new Map<string, number>();

  constructor(random: () => number, dangers: Dangers, keepsTrace: boolean) {
    this.random = random;
    this.dangers = dangers;
    this.trace = new Trace(keepsTrace);
  }

  tell(who: string, what: string): void {
    const seconds = ((this.timeline.now - beginning) / 1_000).toFixed(4);
    this.trace.add(`${seconds.padStart(10)} ${who.padEnd(13)} ${what}`);
  }

  /** A process has announced one of its steps; that may be its last. */
  passed(step: string, about: string): void {
    const { current } = this.timeline;
    if (!current?.alive) return;
    if (step === 'message.handled') this.handled.set(about, (this.handled.get(about) ?? 0) + 1);
    this.tell(current.name, `${step} ${about}`);
    if (step === 'posting.read' && this.chance(this.dangers.hesitates)) this.#stall(current);
    this.isDead(current);
  }

  find(what: string): void {
    this.findings.push(what);
    this.tell('checker', what);
  }

  chance(likelihood: number): boolean {
    return likelihood > 0 && this.random() < likelihood;
  }

  between(least: number, most: number): number {
    return least + this.random() * (most - least);
  }

  /** How long something takes: mostly as long as usual, now and then much longer. */
  latency(): number {
    const { usualMs, longMs, long } = this.dangers;
    return this.chance(long) ? this.between(0, longMs) : this.between(0, 2 * usualMs);
  }

  /** A place where a process may end: nothing of what it was about to do happens then. It may also stand still for a while. */
  isDead(process: SimulatedProcess): boolean {
    const { dangers } = this;
    if (process.alive && dangers.deathsLeft > 0 && this.chance(dangers.dies)) {
      dangers.deathsLeft -= 1;
      process.end();
    }
    if (this.chance(dangers.stalls)) this.#stall(process);
    return !process.alive;
  }

  #stall(process: SimulatedProcess): void {
    if (this.dangers.stallsLeft === 0) return;
    this.dangers.stallsLeft -= 1;
    const ms = this.between(0, STALL_MS);
    process.freeze(this.timeline.now + ms);
    this.tell(process.name, `stands still for ${Math.round(ms)} ms`);
  }
}
