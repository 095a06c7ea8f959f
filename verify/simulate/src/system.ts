import { open, type SealingKey } from '@order-events/contracts';
import { createLedger, type Ledger } from '@order-events/payment-provider-sandbox/ledger';
import { SimulatedProcess } from './process.ts';
import type { Watch } from './remote-store.ts';
import { type Outside, type Running, type ServiceName, startService } from './services.ts';
import type { World } from './world.ts';

const START_MS = 30_000;

/** The processes of all services, each kept running by a supervisor that starts it again when it has ended. */
export class System {
  readonly ledger: Ledger = createLedger();
  readonly running = new Map<string, Running>();
  readonly #world: World;
  readonly #watch: Watch;
  readonly #confirmWithinMinutes: number;
  readonly #processes = new Map<string, SimulatedProcess>();
  readonly #storesDownUntil = new Map<ServiceName, number>();

  constructor(world: World, watch: Watch, confirmWithinMinutes: number) {
    this.#world = world;
    this.#watch = watch;
    this.#confirmWithinMinutes = confirmWithinMinutes;
  }

  /** Those that are alive, whether or not they have started. */
  get processes(): SimulatedProcess[] {
    return [...this.#processes.values()].filter(({ alive }) => alive);
  }

  keepRunning(service: ServiceName, instances: number): void {
    for (let instance = 1; instance <= instances; instance++) this.#begin(`${service}#${instance}`, service);
  }

  /** A running process of that service, any of them. */
  any(service: ServiceName): Running | undefined {
    const all = [...this.running.values()].filter(({ process }) => process.service === service && process.alive);
    return all[Math.floor(this.#world.random() * all.length)];
  }

  takeStoreDown(service: ServiceName, forMs: number): void {
    this.#storesDownUntil.set(service, this.#world.timeline.now + forMs);
  }

  /** As on SIGTERM: it may finish what it has begun, but not for ever. */
  terminate({ process, stop }: Running): void {
    this.#world.tell(process.name, 'is told to stop');
    this.running.delete(process.name);
    const ended = () => process.end();
    this.#world.timeline.within(process, 0, () => void stop().then(ended, ended));
    this.#world.timeline.at(30_000, ended);
  }

  #begin(name: string, service: ServiceName): void {
    const { timeline } = this.#world;
    const process = new SimulatedProcess(name, service);
    process.skewMs = this.#world.chance(0.5) ? 0 : Math.round(this.#world.between(-2_000, 2_000));
    process.slowness = this.#world.chance(0.2) ? this.#world.between(1, 100) : 1;
    this.#processes.set(name, process);
    process.onEnd = () => {
      this.#world.tell(name, 'is dead');
      this.running.delete(name);
      timeline.at(this.#world.chance(0.5) ? 100 : this.#world.between(0, 15_000), () => this.#begin(name, service));
    };
    this.#world.tell(name, 'starts');
    timeline.within(process, 0, () => void this.#start(service, process));
    timeline.at(START_MS, () => this.running.get(name)?.process === process || process.end());
  }

  async #start(service: ServiceName, process: SimulatedProcess): Promise<void> {
    const isStoreDown = (which: ServiceName) => (this.#storesDownUntil.get(which) ?? 0) > this.#world.timeline.now;
    const sandbox = { ledger: this.ledger, tokenOf: (id: string) => this.#tokenOf(id) };
    const [world, watch, confirmWithinMinutes] = [this.#world, this.#watch, this.#confirmWithinMinutes];
    const outside: Outside = { world, sandbox, isStoreDown, watch, confirmWithinMinutes };
    try {
      const running = await startService(service, process, outside);
      if (process.alive) this.running.set(process.name, running);
    } catch (error) {
      this.#world.tell(process.name, `did not start: ${(error as Error).message}`);
      process.end();
    }
  }

  // Orders' internal door, which needs no process here: the token that an order has, as long as it is kept.
  async #tokenOf(id: string): Promise<string | undefined> {
    const orders = await this.#world.stores.get('orders')?.collection<Tokened>('orders');
    const found = await orders?.get(id);
    const { key, paymentToken } = found?.state.custody ?? {};
    return key && paymentToken && open(key, paymentToken);
  }
}

interface Tokened {
  readonly custody: { readonly key: SealingKey; readonly paymentToken?: string };
}
