import type { Dangers } from '../dangers.ts';
import type { Timeline } from '../timeline.ts';
import { BrokerQueue, type Held, type Message } from './queue.ts';

interface Exchange {
  readonly alternate: string | undefined;
  readonly bound: Map<string, BrokerQueue[]>;
}

/** What the broker needs of the world: its time, its dice, and what goes wrong in it. */
interface Surroundings {
  readonly timeline: Timeline;
  readonly dangers: Pick<Dangers, 'reorders' | 'repeats'>;
  random(): number;
  chance(likelihood: number): boolean;
}

/** There is no such queue. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/**
 * RabbitMQ as far as the product uses it: durable exchanges and queues that outlive its own crash, delay queues that give
 * back, dead-lettering after too many returns. What it has confirmed it keeps.
 */
export class Broker {
  readonly queues = new Map<string, BrokerQueue>();
  downUntil = 0;
  /** It reads nothing from those who publish until then: a memory alarm. */
  blockedUntil = 0;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #unbound = new Set<string>();
  readonly #world: Surroundings;
  /** Queues whose messages matter; all others forget theirs. */
  readonly #heard: ReadonlySet<string>;
  readonly #connections = new Set<() => void>();
  readonly #alarmed = new Set<() => void>();
  /** Told of every message that is published for the first or a further time, when the broker has it. */
  onPublished: (message: Message) => void = () => undefined;

  constructor(world: Surroundings, heard: ReadonlySet<string>) {
    this.#world = world;
    this.#heard = heard;
  }

  declareExchange(name: string, alternate: string | undefined): void {
    if (!this.#exchanges.has(name)) this.#exchanges.set(name, { alternate, bound: new Map() });
  }

  declareQueue(name: string, args: Readonly<Record<string, unknown>>): void {
    const moods = {
      reorders: () => this.#world.chance(this.#world.dangers.reorders),
      pick: (count: number) => Math.floor(this.#world.random() * count),
    };
    if (!this.queues.has(name)) this.queues.set(name, new BrokerQueue(name, args, moods));
  }

  bind(queue: string, exchange: string, key: string): void {
    const bound = this.#exchanges.get(exchange)?.bound;
    const target = this.queue(queue);
    const others = bound?.get(key) ?? [];
    if (!others.includes(target)) bound?.set(key, [...others, target]);
  }

  queue(name: string): BrokerQueue {
    const queue = this.queues.get(name);
    if (!queue) throw new NotFoundError(`NOT_FOUND - no queue '${name}'`);
    return queue;
  }

  /** Whether any queue got it. */
  publish(message: Message): boolean {
    const targets = this.#targets(message.exchange, message.routingKey);
    for (const queue of targets) this.#enqueue(queue, { message, returns: 0 });
    if (targets.length > 0) this.onPublished(message);
    return targets.length > 0;
  }

  giveBack(queue: BrokerQueue, held: Held): void {
    const limit = Number(queue.arguments['x-delivery-limit'] ?? Number.POSITIVE_INFINITY);
    if (held.returns >= limit) this.#deadLetter(queue, held);
    else queue.giveBack(held);
  }

  /** For so long nothing gets to that queue by the exchange that leads to it. */
  unbind(queue: string, forMs: number): void {
    this.#unbound.add(queue);
    this.#world.timeline.at(forMs, () => this.#unbound.delete(queue));
  }

  /** Everyone is thrown out, what wasn't confirmed is lost, and for so long nobody gets in. */
  restart(forMs: number): void {
    this.downUntil = this.#world.timeline.now + forMs;
    for (const cut of [...this.#connections]) cut();
  }

  block(forMs: number): void {
    this.blockedUntil = this.#world.timeline.now + forMs;
    for (const alarm of [...this.#alarmed]) alarm();
  }

  onRestart(cut: () => void, alarm: () => void): () => void {
    this.#connections.add(cut);
    this.#alarmed.add(alarm);
    return () => {
      this.#connections.delete(cut);
      this.#alarmed.delete(alarm);
    };
  }

  #targets(exchange: string, key: string): BrokerQueue[] {
    if (exchange === '') return [this.queue(key)];
    const { bound, alternate } = this.#exchanges.get(exchange) ?? {};
    const targets = [...(bound?.get(key) ?? []), ...(bound?.get('#') ?? []), ...(bound?.get('') ?? [])];
    const reached = targets.filter(({ name }) => !this.#unbound.has(name));
    return reached.length === 0 && alternate !== undefined ? this.#targets(alternate, key) : reached;
  }

  #enqueue(queue: BrokerQueue, held: Held): void {
    const ttl = queue.arguments['x-message-ttl'];
    if (typeof ttl === 'number') {
      this.#world.timeline.at(ttl, () => this.#deadLetter(queue, held));
      queue.ready.push(held);
      return;
    }
    if (!this.#heard.has(queue.name)) return;
    const isWorked = !queue.name.endsWith('.dlq');
    if (isWorked && this.#world.chance(this.#world.dangers.repeats)) queue.add({ message: held.message, returns: 0 });
    queue.add(held);
  }

  // At least once: the copy is there before the original is gone.
  #deadLetter(queue: BrokerQueue, held: Held): void {
    const { message } = held;
    const exchange = String(queue.arguments['x-dead-letter-exchange'] ?? '');
    const routingKey = String(queue.arguments['x-dead-letter-routing-key'] ?? queue.name);
    for (const target of this.#targets(exchange, routingKey)) {
      this.#enqueue(target, { message: { ...message, exchange, routingKey }, returns: 0 });
    }
    queue.ready = queue.ready.filter((other) => other !== held);
  }
}
