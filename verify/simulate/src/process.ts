/** A process that can be frozen and killed. Dead, nothing that it began goes on, and all it knew is lost. */
export class SimulatedProcess {
  readonly name: string;
  readonly service: string;
  alive = true;
  /** How many times longer than for others all takes that it asks of its store. */
  slowness = 1;
  /** How far its clock is off. */
  skewMs = 0;
  readonly connections = new Set<{ cut(): void }>();
  #frozenUntil = 0;
  /** Told once it is dead. */
  onEnd: () => void = () => undefined;

  constructor(name: string, service: string) {
    this.name = name;
    this.service = service;
  }

  get frozenUntil(): number {
    return this.#frozenUntil;
  }

  /** Nothing happens in it until then. What waits for that happens in its order: nothing ends it sooner. */
  freeze(until: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, until);
  }

  end(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const connection of [...this.connections]) connection.cut();
    this.onEnd();
  }
}
