import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createPlaces } from './places.ts';

const storeAnswersMs = 2_000;
/** So long a place is kept for a session that was let in. One that has not begun by then never will. */
const beginsWithinMs = 2_000;

/** Why no session is begun, as the client reads it. */
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
  /** Whose connection it is; undefined when that can't be told, and then nobody is counted. */
  readonly addressOf: (req: IncomingMessage) => string | undefined;
  /** Origins of which browsers may connect, or `*`. */
  readonly origins: '*' | readonly string[];
  readonly perAddress: number;
  readonly onRefused: (refusal: Refusal) => void;
}

export interface Admission {
  /** Engine.IO asks before it begins a session. A refusal is an HTTP error, so a standard client tries again by itself. */
  allowRequest(req: IncomingMessage, decide: (refusal: string | null, allowed: boolean) => void): Promise<void>;
  /** A session has begun; the answer says that it ended. */
  entered(req: IncomingMessage): () => void;
  /** From here on nobody is let in. */
  close(): void;
}

export function createAdmission({ ping, addressOf, origins, perAddress, onRefused }: Parts): Admission {
  const places = createPlaces(perAddress);
  const letIn = new WeakMap<IncomingMessage, () => void>();
  let closed = false;

  // The place is taken before anything is awaited: of many that come at once, no more are let in than there are places.
  async function ask(req: IncomingMessage): Promise<Refusal | (() => void)> {
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
    letIn.set(req, leave);
    setTimeout(() => letIn.delete(req) && leave(), beginsWithinMs).unref();
  }

  return {
    async allowRequest(req, decide) {
      const answer = await ask(req);
      if (typeof answer === 'function') {
        keep(req, answer);
        return decide(null, true);
      }
      onRefused(answer);
      decide(refusals[answer], false);
    },
    entered(req) {
      const leave = letIn.get(req);
      letIn.delete(req);
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
