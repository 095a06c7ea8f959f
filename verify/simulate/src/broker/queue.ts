/** A message as the broker keeps it. */
export interface Message {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Held {
  readonly message: Message;
  /** How often it was handed out and came back. */
  returns: number;
}

/** Someone who takes messages from a queue, so many at once. */
export interface Subscriber {
  readonly prefetch: number;
  readonly unacked: Set<Held>;
  take(held: Held): void;
}

/** What the simulated broker does that a kinder one would not. */
export interface Moods {
  /** Whether the next one is handed out in another order. */
  reorders(): boolean;
  pick(count: number): number;
}

export class BrokerQueue {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  ready: Held[] = [];
  /** Handed out, and not settled yet. */
  readonly out = new Set<Held>();
  readonly #subscribers: Subscriber[] = [];
  readonly #moods: Moods;
  #turn = 0;

  constructor(name: string, args: Readonly<Record<string, unknown>>, moods: Moods) {
    this.name = name;
    this.arguments = args;
    this.#moods = moods;
  }

  get consumers(): number {
    return this.#subscribers.length;
  }

  /** Messages that are in it, handed out or not. */
  get size(): number {
    return this.ready.length + this.out.size;
  }

  add(held: Held): void {
    this.ready.push(held);
    this.#handOut();
  }

  /** It comes again before all others, as the broker has it. */
  giveBack(held: Held): void {
    this.out.delete(held);
    held.returns += 1;
    this.ready.unshift(held);
    this.#handOut();
  }

  subscribe(subscriber: Subscriber): void {
    this.#subscribers.push(subscriber);
    this.#handOut();
  }

  unsubscribe(subscriber: Subscriber): void {
    const at = this.#subscribers.indexOf(subscriber);
    if (at >= 0) this.#subscribers.splice(at, 1);
  }

  acked(held: Held): void {
    this.out.delete(held);
    this.#handOut();
  }

  #handOut(): void {
    while (this.ready.length > 0) {
      const subscriber = this.#nextWithRoom();
      if (!subscriber) return;
      const at = this.#moods.reorders() ? this.#moods.pick(this.ready.length) : 0;
      const [held] = this.ready.splice(at, 1);
      if (!held) return;
      subscriber.unacked.add(held);
      this.out.add(held);
      subscriber.take(held);
    }
  }

  #nextWithRoom(): Subscriber | undefined {
    const count = this.#subscribers.length;
    for (let tried = 0; tried < count; tried++) {
      const subscriber = this.#subscribers[this.#turn++ % count];
      if (subscriber && subscriber.unacked.size < subscriber.prefetch) return subscriber;
    }
    return undefined;
  }
}
