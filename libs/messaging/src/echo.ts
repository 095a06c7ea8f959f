import { reasonOf } from './reason-of.ts';

export interface EchoParts {
  /** How often an echo is sent, in ms. */
  readonly everyMs: number;
  /** Sends an echo; resolves when the broker has confirmed it. */
  readonly send: () => Promise<void>;
  /** Called when an echo was confirmed and did not come back, or could not be sent. */
  readonly onDeaf: (reason: string) => void;
}

/** Tests one way through the broker again and again, the first time at once. */
export class Echo {
  readonly #parts: EchoParts;
  readonly #timer: NodeJS.Timeout;
  #state: 'back' | 'sent' | 'confirmed' = 'back';

  constructor(parts: EchoParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#test(), parts.everyMs).unref();
    this.#test();
  }

  cameBack(): void {
    this.#state = 'back';
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #test(): void {
    const { send, onDeaf } = this.#parts;
    if (this.#state === 'confirmed') onDeaf('an echo did not come back');
    // An echo on its way waits for the broker: it may block publishers, and that is told elsewhere.
    if (this.#state !== 'back') return;
    this.#state = 'sent';
    send().then(
      () => this.#confirmed(),
      (error) => onDeaf(reasonOf(error)),
    );
  }

  #confirmed(): void {
    if (this.#state === 'sent') this.#state = 'confirmed';
  }
}
