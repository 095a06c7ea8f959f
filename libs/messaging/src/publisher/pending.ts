import type { Message } from 'amqplib';
import type { OutgoingMessage } from './outgoing.ts';

/** A message whose sender has no answer yet. */
export interface Pending {
  readonly message: OutgoingMessage;
  /** When it was last moved, in ms since 1970: taken from its sender, then written. */
  since: number;
  returned: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The messages of a publisher: those that wait to be written, and those that wait for their confirm. */
export class PendingMessages {
  // Both keep the order of arrival, so the first message of each is its oldest.
  readonly #waiting = new Set<Pending>();
  readonly #unconfirmed = new Set<Pending>();

  get waiting(): ReadonlySet<Pending> {
    return this.#waiting;
  }

  get unconfirmed(): ReadonlySet<Pending> {
    return this.#unconfirmed;
  }

  get count(): number {
    return this.#waiting.size + this.#unconfirmed.size;
  }

  /** Resolves or rejects as the message's sender is to be told. */
  add(message: OutgoingMessage): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add({ message, since: Date.now(), resolve, reject, returned: false });
    return promise;
  }

  written(pending: Pending): void {
    this.#waiting.delete(pending);
    this.#unconfirmed.add(pending);
    pending.since = Date.now();
  }

  /** Whether it was still here: a message is answered once. */
  remove(pending: Pending): boolean {
    return this.#waiting.delete(pending) || this.#unconfirmed.delete(pending);
  }

  // Two copies of one message to one place can't be told apart, so a return fails both: sending again is harmless.
  markReturned({ fields, properties }: Message): void {
    for (const pending of this.#unconfirmed) {
      const { exchange, routingKey, properties: sent } = pending.message;
      const same =
        exchange === fields.exchange && routingKey === fields.routingKey && sent.messageId === properties.messageId;
      if (same) pending.returned = true;
    }
  }
}
