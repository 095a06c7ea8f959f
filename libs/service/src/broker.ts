import { type KeyRing, parseKeys, type QueueName, type ServiceEntry } from '@order-events/contracts';
import {
  type Consumer,
  createDeadLetters,
  createMessaging,
  type DeadLetters,
  type Live,
  type Messaging,
} from '@order-events/messaging';
import {
  createRelay,
  openStartMarks,
  type Relay,
  type RelayLimits,
  type Store,
  watchOutbox,
} from '@order-events/store';
import type { Around } from './around.ts';
import type { Given, Parts, Subscription } from './definition.ts';

/** Everything of a service that goes over the broker. Each piece is made when it is first asked for. */
export class Broker implements Pick<Parts<unknown>, 'keys' | 'outbox' | 'consumer' | 'live' | 'letters'> {
  readonly #around: Around;
  readonly #given: Given;
  readonly #consumers = new Map<QueueName, Consumer>();
  #keys: KeyRing | undefined;
  #messaging: Messaging | undefined;
  #relay: Relay | undefined;
  #letters: DeadLetters | undefined;

  constructor(around: Around, given: Given) {
    this.#around = around;
    this.#given = given;
  }

  /** What was asked for. */
  get made(): { readonly messaging?: Messaging; readonly relay?: Relay; readonly letters?: DeadLetters } {
    return {
      ...(this.#messaging && { messaging: this.#messaging }),
      ...(this.#relay && { relay: this.#relay }),
      ...(this.#letters && { letters: this.#letters }),
    };
  }

  get keys(): KeyRing {
    this.#keys ??= parseKeys(this.#setting('EVENT_SIGNING_KEYS'));
    return this.#keys;
  }

  outbox(limits: Partial<RelayLimits> = {}): Relay {
    this.#relay ??= this.#createRelay({ ...limits, ...this.#given.outbox });
    return this.#relay;
  }

  consumer(queue: QueueName): Consumer {
    const found = () => {
      const consumer = this.#consumers.get(queue);
      if (!consumer)
        throw new Error(`queue ${queue} has no consumer: ask after the start, for a queue that open subscribes to`);
      return consumer;
    };
    return { status: () => found().status(), depth: () => found().depth() };
  }

  live(...given: Parameters<Parts<unknown>['live']>): Live {
    return this.#given.live ? this.#given.live(...given) : this.#ownMessaging.live(...given);
  }

  letters(): DeadLetters {
    const { entry, log } = this.#around;
    this.#letters ??= createDeadLetters({
      url: this.#setting('RABBITMQ_URL'),
      service: entry.name,
      log,
      ...this.#random,
    });
    return this.#letters;
  }

  /** Throws when the queues are not exactly those of the service's entry. */
  async subscribe(subscriptions: readonly Subscription[], store: Store): Promise<void> {
    checkQueues(this.#around.entry, subscriptions);
    if (subscriptions.length === 0) return;
    const marks = await openStartMarks(store);
    for (const { queue, handlers, ...options } of subscriptions) {
      this.#consumers.set(queue, this.#ownMessaging.subscribe(queue, handlers, { ...options, marks }));
    }
  }

  get #ownMessaging(): Messaging {
    const { entry, config, clock, log, metrics, health } = this.#around;
    this.#messaging ??= createMessaging({
      url: this.#setting('RABBITMQ_URL'),
      managementUrl: config.RABBITMQ_MANAGEMENT_URL,
      service: entry.name,
      keys: this.keys,
      log,
      metrics,
      health,
      clock,
      ...this.#random,
    });
    return this.#messaging;
  }

  #createRelay(limits: Partial<RelayLimits>): Relay {
    const { clock, log, metrics, health } = this.#around;
    const relay = createRelay({ publish: this.#ownMessaging.publisher.publish, log, clock, limits });
    watchOutbox(relay, { metrics, health, clock });
    return relay;
  }

  get #random(): Pick<Given, 'random'> {
    const { random } = this.#given;
    return random ? { random } : {};
  }

  #setting(name: 'RABBITMQ_URL' | 'EVENT_SIGNING_KEYS'): string {
    const { entry, config } = this.#around;
    const value = config[name];
    if (value === undefined) throw new NoBrokerError(entry.name);
    return value;
  }
}

function checkQueues({ name, queues }: ServiceEntry, subscriptions: readonly Subscription[]): void {
  const subscribed = subscriptions.map(({ queue }): string => queue);
  const idle = Object.keys(queues).filter((queue) => !subscribed.includes(queue));
  const foreign = subscribed.filter((queue) => !(queue in queues));
  const faults = [
    ...idle.map(
      (queue) => `${name} does not consume its queue ${queue}: name it in subscriptions of open(), or remove it`,
    ),
    ...foreign.map((queue) => `${name} consumes ${queue}, which is no queue of its own: add it to queues of ${name}`),
  ];
  if (faults.length > 0) throw new QueuesError(faults);
}

/** A service and its entry disagree about queues: a mistake in the code, found before anything connects. */
class QueuesError extends Error {
  override readonly name = 'QueuesError';

  constructor(faults: readonly string[]) {
    super(`${faults.join('; ')} (libs/contracts/src/services.ts)`);
  }
}

class NoBrokerError extends Error {
  override readonly name = 'NoBrokerError';

  constructor(service: string) {
    super(`${service} has no broker: give it a queue in libs/contracts/src/services.ts`);
  }
}
