import type { SimulatedProcess } from '../process.ts';
import type { World } from '../world.ts';
import type { Broker } from './broker.ts';

/** One direction of a connection: what is sent arrives in its order, up to where it was cut. */
class Pipe {
  readonly #arrive: (delayMs: number, run: () => void) => void;
  readonly #world: World;
  #last = 0;
  #open = true;
  #underWay: { lost: boolean }[] = [];

  constructor(world: World, arrive: (delayMs: number, run: () => void) => void) {
    this.#world = world;
    this.#arrive = arrive;
  }

  send(run: () => void, notBefore = 0): void {
    if (!this.#open) return;
    const { now } = this.#world.timeline;
    this.#last = Math.max(this.#last, now + this.#world.latency(), notBefore);
    const sent = { lost: false };
    this.#underWay.push(sent);
    this.#arrive(this.#last - now, () => {
      this.#underWay = this.#underWay.filter((other) => other !== sent);
      if (!sent.lost) run();
    });
  }

  /** Some of what is under way may still arrive; after that nothing does. */
  cut(mayArrive: boolean): void {
    this.#open = false;
    const kept = mayArrive ? Math.floor(this.#world.random() * (this.#underWay.length + 1)) : 0;
    for (const sent of this.#underWay.slice(kept)) sent.lost = true;
  }
}

/** A connection of one process to the broker, either end of which may notice much later that it is gone. */
export class Wire {
  readonly process: SimulatedProcess;
  readonly world: World;
  readonly broker: Broker;
  /** Whether it carries publishes: those a broker in need doesn't read. */
  publishes = false;
  onClientLost: (reason: string) => void = () => undefined;
  onBrokerLost: () => void = () => undefined;
  onBlocked: (blocked: boolean) => void = () => undefined;
  readonly #toBroker: Pipe;
  readonly #toClient: Pipe;
  readonly #forget: () => void;
  #cut = false;

  constructor(world: World, process: SimulatedProcess) {
    this.world = world;
    this.process = process;
    this.broker = world.broker;
    this.#toBroker = new Pipe(world, (delayMs, run) => world.timeline.at(delayMs, run));
    this.#toClient = new Pipe(world, (delayMs, run) => world.timeline.within(process, delayMs, run));
    this.#forget = world.broker.onRestart(
      () => this.#crashed(),
      () => this.#alarm(),
    );
    process.connections.add(this);
  }

  send(frame: () => void): void {
    const { blockedUntil } = this.broker;
    this.#toBroker.send(frame, this.publishes ? blockedUntil : 0);
  }

  reply(frame: () => void): void {
    this.#toClient.send(frame);
  }

  /** The network fails, or the process is gone: soon, or after missed heartbeats, both ends know. */
  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#forget();
    this.#toBroker.cut(true);
    this.#toClient.cut(true);
    const { timeline } = this.world;
    timeline.at(this.#noticedAfter(), () => this.onBrokerLost());
    timeline.within(this.process, this.#noticedAfter(), () => this.onClientLost('the connection was reset'));
  }

  /** Both ends agreed to end it. */
  closed(): void {
    this.#cut = true;
    this.#forget();
    this.process.connections.delete(this);
  }

  #crashed(): void {
    this.#cut = true;
    this.#forget();
    this.#toBroker.cut(false);
    this.#toClient.cut(true);
    this.onBrokerLost();
    const after = this.#noticedAfter();
    this.world.timeline.within(this.process, after, () => this.onClientLost('the broker is gone'));
  }

  #alarm(): void {
    this.reply(() => this.onBlocked(true));
    const { blockedUntil } = this.broker;
    this.world.timeline.at(blockedUntil - this.world.timeline.now, () => this.reply(() => this.onBlocked(false)));
  }

  #noticedAfter(): number {
    return this.world.chance(0.8) ? this.world.latency() : this.world.between(0, 20_000);
  }
}
