import { EventEmitter } from 'node:events';
import { NotFoundError } from './broker.ts';
import type { BrokerQueue, Held, Message, Subscriber } from './queue.ts';
import type { Wire } from './wire.ts';

type Confirm = (error: Error | null) => void;
type Deliver = (message: unknown) => void;

interface Fields {
  readonly fields: { readonly deliveryTag: number };
}

interface Tagged {
  readonly queue: BrokerQueue;
  readonly held: Held;
  readonly subscriber: Subscriber;
}

class IllegalOperationError extends Error {
  override readonly name = 'IllegalOperationError';
}

/** A channel as amqplib's users see it; what it asks for happens at the broker, a wire away. */
export class SimulatedChannel extends EventEmitter {
  readonly #wire: Wire;
  #open = true;
  #serverOpen = true;
  #prefetch = 0;
  #tags = 0;
  readonly #deliver = new Map<string, Deliver>();
  readonly #subscribers = new Map<string, { queue: BrokerQueue; subscriber: Subscriber }>();
  readonly #unacked = new Map<number, Tagged>();
  readonly #unconfirmed = new Set<Confirm>();
  readonly #unanswered = new Set<(error: Error) => void>();

  constructor(wire: Wire) {
    super();
    this.#wire = wire;
  }

  assertExchange = async (name: string, _type: string, { arguments: args }: { arguments: Record<string, unknown> }) =>
    this.#wire.broker.declareExchange(name, args['alternate-exchange'] as string | undefined);
  assertQueue = async (name: string, { arguments: args }: { arguments: Record<string, unknown> }) =>
    this.#wire.broker.declareQueue(name, args);
  bindQueue = async (queue: string, exchange: string, key: string) => this.#wire.broker.bind(queue, exchange, key);

  checkQueue = (name: string) =>
    this.#ask(() => {
      const { ready, consumers } = this.#wire.broker.queue(name);
      return { queue: name, messageCount: ready.length, consumerCount: consumers };
    });

  prefetch = (count: number) =>
    this.#ask(() => {
      this.#prefetch = count;
    });

  consume(queueName: string, deliver: Deliver): Promise<{ consumerTag: string }> {
    const consumerTag = `tag-${this.#tags++}`;
    const subscribe = () => {
      const queue = this.#wire.broker.queue(queueName);
      const unacked = new Set<Held>();
      const take = (held: Held) => this.#handOut(consumerTag, { queue, held, subscriber });
      const subscriber = { prefetch: this.#prefetch, unacked, take };
      this.#subscribers.set(consumerTag, { queue, subscriber });
      return { consumerTag };
    };
    const answered = this.#ask(subscribe, () => this.#deliver.set(consumerTag, deliver));
    // Messages follow the answer, never come before it.
    this.#wire.send(() => {
      const { queue, subscriber } = this.#subscribers.get(consumerTag) ?? {};
      if (this.#serverOpen && queue && subscriber) queue.subscribe(subscriber);
    });
    return answered;
  }

  cancel = (consumerTag: string) =>
    this.#ask(() => {
      const { queue, subscriber } = this.#subscribers.get(consumerTag) ?? {};
      if (queue && subscriber) queue.unsubscribe(subscriber);
    });

  publish(
    exchange: string,
    routingKey: string,
    content: Buffer,
    { mandatory, persistent, ...properties }: Record<string, unknown>,
    confirm: Confirm,
  ): boolean {
    this.#mustBeOpen();
    if (this.#wire.world.isDead(this.#wire.process)) return true;
    this.#wire.publishes = true;
    this.#unconfirmed.add(confirm);
    const message = { exchange, routingKey, content, properties };
    this.#wire.send(() => this.#published(message, mandatory === true, confirm));
    if (!this.#wire.world.chance(0.02)) return true;
    this.#wire.reply(() => this.emit('drain'));
    return false;
  }

  /** All that was handed out up to this one, when so asked. */
  ack(message: Fields, allUpTo = false): void {
    this.#settle(message, allUpTo, ({ queue, held, subscriber }) => {
      this.#wire.world.tell('broker', `${queue.name} is rid of ${held.message.properties.messageId}`);
      subscriber.unacked.delete(held);
      queue.acked(held);
    });
  }

  nack(message: Fields): void {
    this.#settle(message, false, (tagged) => this.#giveBack(tagged));
  }

  close = () =>
    this.#ask(
      () => this.closeAtBroker(),
      () => this.lose('closed'),
    );

  /** The broker's end is gone: what was handed out comes back. */
  closeAtBroker(): void {
    if (!this.#serverOpen) return;
    this.#serverOpen = false;
    for (const { queue, subscriber } of this.#subscribers.values()) queue.unsubscribe(subscriber);
    for (const tagged of [...this.#unacked.values()].reverse()) this.#giveBack(tagged);
    this.#unacked.clear();
  }

  /** This end is gone. */
  lose(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    const error = new Error(`channel closed: ${reason}`);
    for (const confirm of this.#unconfirmed) confirm(error);
    for (const reject of this.#unanswered) reject(error);
    this.emit('close');
  }

  #ask<T>(atBroker: () => T, onAnswer: () => void = () => undefined): Promise<T> {
    const { world, process } = this.#wire;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (world.isDead(process)) return promise;
    if (!this.#open) return Promise.reject(new IllegalOperationError('Channel closed'));
    this.#unanswered.add(reject);
    this.#wire.send(() => {
      const answer = this.#answerOf(atBroker);
      this.#wire.reply(() => {
        this.#unanswered.delete(reject);
        if (answer instanceof NotFoundError) {
          reject(answer);
          this.lose(answer.message);
          return;
        }
        onAnswer();
        resolve(answer);
      });
    });
    return promise;
  }

  // Whoever asks for a queue that isn't there is told so, and loses the channel.
  #answerOf<T>(atBroker: () => T): T | NotFoundError {
    try {
      return atBroker();
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      this.closeAtBroker();
      return error;
    }
  }

  #handOut(consumerTag: string, tagged: Tagged): void {
    const deliveryTag = ++this.#tags;
    this.#unacked.set(deliveryTag, tagged);
    const { message, returns } = tagged.held;
    const { exchange, routingKey, content, properties } = message;
    const headers = { ...(properties.headers as object), ...(returns > 0 && { 'x-delivery-count': returns }) };
    const fields = { consumerTag, deliveryTag, redelivered: returns > 0, exchange, routingKey };
    this.#wire.reply(() => {
      const { world, process } = this.#wire;
      world.tell(process.name, `gets ${String(properties.type)} ${String(properties.messageId)}, returned ${returns}`);
      this.#deliver.get(consumerTag)?.({ fields, properties: { ...properties, headers }, content });
    });
  }

  #published(message: Message, mandatory: boolean, confirm: Confirm): void {
    const { world, broker } = this.#wire;
    const { exchange, routingKey, properties } = message;
    const answer = (error: Error | null) =>
      this.#wire.reply(() => {
        if (this.#unconfirmed.delete(confirm)) confirm(error);
      });
    if (world.chance(world.dangers.refuses)) {
      answer(new Error('message nacked'));
      return;
    }
    const routed = broker.publish(message);
    world.tell('broker', `${exchange} ${routingKey} ${String(properties.messageId)} ${routed ? 'kept' : 'unroutable'}`);
    if (!routed && mandatory)
      this.#wire.reply(() => this.emit('return', { fields: { exchange, routingKey }, properties }));
    answer(null);
  }

  #settle({ fields: { deliveryTag } }: Fields, allUpTo: boolean, atBroker: (tagged: Tagged) => void): void {
    this.#mustBeOpen();
    if (this.#wire.world.isDead(this.#wire.process)) return;
    this.#wire.send(() => {
      if (!this.#serverOpen) return;
      const tags = allUpTo ? [...this.#unacked.keys()].filter((tag) => tag <= deliveryTag) : [deliveryTag];
      for (const tag of tags) {
        const tagged = this.#unacked.get(tag);
        this.#unacked.delete(tag);
        if (tagged) atBroker(tagged);
      }
    });
  }

  #giveBack({ queue, held, subscriber }: Tagged): void {
    subscriber.unacked.delete(held);
    this.#wire.broker.giveBack(queue, held);
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new IllegalOperationError('Channel closed');
  }
}
