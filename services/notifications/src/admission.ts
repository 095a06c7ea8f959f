import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createPlaces } from './places.ts';

const storeAnswersMs = 2_000;
/** How long a place is reserved for an admitted session that has not begun. */
const beginsWithinMs = 2_000;

/** Reasons for refusing a session, as the client reads them. */
const refusals = {
  'shutting-down': 'the service is shutting down',
  origin: 'this origin is not allowed',
  'too-many-of-address': 'too many connections from this address',
  'store-down': 'the store is not available',
} as const;
export type Refusal = keyof typeof refusals;

interface Parts {
  /** Rejects while feeds can't be read. */
  readonly ping: () => Promise<void>;
  /** The client's address; undefined when it is not known: such a connection is not counted. */
  readonly addressOf: (req: IncomingMessage) => string | undefined;
  /** Origins from which browsers may connect, or `*`. */
  readonly origins: '*' | readonly string[];
  readonly perAddress: number;
  readonly onRefused: (refusal: Refusal) => void;
}

export interface Admission {
  /** Engine.IO calls it before a session begins. A refusal is an HTTP error, so a standard client retries by itself. */
  allowRequest(req: IncomingMessage, decide: (refusal: string | null, allowed: boolean) => void): Promise<void>;
  /** Call it when a session has begun; call the returned function when that session ends. */
  entered(req: IncomingMessage): () => void;
  /** Refuses every session from now on. */
  close(): void;
}

export function createAdmission({ ping, addressOf, origins, perAddress, onRefused }: Parts): Admission {
  const places = createPlaces(perAddress);
  const admitted = new WeakMap<IncomingMessage, () => void>();
  let closed = false;

  // The place is taken before the first await: of many connections at once, no more are admitted than there are places.
  async function admit(req: IncomingMessage): Promise<Refusal | (() => void)> {
    const { origin } = req.headers;
    if (closed) return 'shutting-down';
    // CORS alone keeps no browser from opening a WebSocket.
    if (origin !== undefined && origins !== '*' && !origins.includes(origin)) return 'origin';
    const address = addressOf(req);
    if (places.isFull(address ?? '')) return 'too-many-of-address';
    const leave = address === undefined ? () => {} : places.take(address);
    if (await answers(ping)) return leave;
    leave();
    return 'store-down';
  }

  function keep(req: IncomingMessage, leave: () => void): void {
    admitted.set(req, leave);
    setTimeout(() => admitted.delete(req) && leave(), beginsWithinMs).unref();
  }

  return {
    async allowRequest(req, decide) {
      const answer = await admit(req);
      if (typeof answer === 'function') {
        keep(req, answer);
        return decide(null, true);
      }
      onRefused(answer);
      decide(refusals[answer], false);
    },
    entered(req) {
      const leave = admitted.get(req);
      admitted.delete(req);
      return leave ?? (() => {});
    },
    close: () => {
      closed = true;
    },
  };
}

async function answers(ping: () => Promise<void>): Promise<boolean> {
  const answered = ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answered, delay(storeAnswersMs, false, { ref: false })]);
}
