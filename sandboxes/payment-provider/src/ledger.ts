import { createHash, randomUUID } from 'node:crypto';
import { ServiceError } from '@order-events/runtime';
import { behaviourOf } from './tokens.ts';

/** One sum that a card holder allowed, and what became of it. Minor units; `key` is the authorise's idempotency key. */
export interface Authorisation {
  readonly reference: string;
  readonly key: string;
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly state: 'authorised' | 'captured' | 'voided' | 'refunded' | 'settled';
  readonly captureRefused?: string;
  readonly refundRefused?: string;
}

export interface Order {
  readonly orderId: string;
  readonly amount: number;
  readonly currency: string;
  readonly method: string;
  readonly token: string;
}

/** `byHand`: in the dashboard, where what a test token refuses can be done all the same. */
interface Move {
  readonly operation: 'capture' | 'refund' | 'settle';
  readonly reference: string;
  readonly byHand?: true;
}

export type Request =
  | { readonly operation: 'authorise'; readonly order: Order }
  | Move
  | { readonly operation: 'void'; readonly authorisationKey: string };

/** What the provider decided; also what a repeat with the same key, and a lookup of the key, are told. */
export interface Answer {
  readonly outcome: Authorisation['state'] | 'declined' | 'refused' | 'barred';
  readonly reference?: string;
  readonly code?: string;
}

/** One line of the journal: an answer, and the authorisation as it is after it. */
export interface Entry {
  readonly key: string;
  readonly fingerprint: string;
  readonly answer: Answer;
  readonly authorisation?: Authorisation;
  readonly bars?: string;
}

/** Where entries are kept, each before its answer is given. */
export interface Journal {
  readonly kept: readonly Entry[];
  readonly write: (entry: Entry) => void;
}

export const inMemory: Journal = { kept: [], write: () => {} };

export interface Ledger {
  /** The same key and request get the same answer for ever; throws KeyReusedError for the same key and another request. */
  perform(key: string, request: Request): Answer;
  lookup(key: string): Answer | undefined;
  /** Where the money of an authorisation is now. */
  stateOf(reference: string): Answer | undefined;
  authorisations(): Authorisation[];
}

export class KeyReusedError extends ServiceError {
  constructor() {
    super('conflict', 'key-reused', 'this key belongs to another request');
  }
}

/** Moves money between the states of its authorisation; the journal keeps an entry before its answer is given. */
export function createLedger({ kept, write }: Journal = inMemory): Ledger {
  const entries = new Map<string, Entry>();
  const authorisations = new Map<string, Authorisation>();
  const barred = new Set<string>();

  function apply(entry: Entry): void {
    entries.set(entry.key, entry);
    if (entry.authorisation) authorisations.set(entry.authorisation.reference, entry.authorisation);
    if (entry.bars) barred.add(entry.bars);
  }
  for (const entry of kept) apply(entry);

  const authorisationOf = (reference?: string) => (reference ? authorisations.get(reference) : undefined);

  function decide(key: string, request: Request): Omit<Entry, 'key' | 'fingerprint'> {
    switch (request.operation) {
      case 'authorise':
        return authorise(key, request.order, barred.has(key));
      case 'void':
        return {
          ...voidOf(authorisationOf(entries.get(request.authorisationKey)?.answer.reference)),
          bars: request.authorisationKey,
        };
      default:
        return move(authorisationOf(request.reference), request);
    }
  }

  return {
    perform(key, request) {
      const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
      const known = entries.get(key);
      if (known && known.fingerprint !== fingerprint) throw new KeyReusedError();
      if (known) return known.answer;
      const entry = { key, fingerprint, ...decide(key, request) };
      write(entry);
      apply(entry);
      return entry.answer;
    },
    lookup: (key) => entries.get(key)?.answer,
    stateOf(reference) {
      const authorisation = authorisations.get(reference);
      return authorisation && { outcome: authorisation.state, reference };
    },
    authorisations: () => [...authorisations.values()],
  };
}

type Outcome = Omit<Entry, 'key' | 'fingerprint'>;

function authorise(key: string, { token, ...order }: Order, isBarred: boolean): Outcome {
  if (isBarred) return { answer: { outcome: 'declined', code: 'voided-before' } };
  const { declined, captureRefused, refundRefused } = behaviourOf(token) ?? { declined: 'token-unknown' };
  if (declined) return { answer: { outcome: 'declined', code: declined } };
  const reference = `auth_${randomUUID()}`;
  const authorisation = {
    reference,
    key,
    ...order,
    state: 'authorised',
    ...(captureRefused && { captureRefused }),
    ...(refundRefused && { refundRefused }),
  } as const;
  return { answer: { outcome: 'authorised', reference }, authorisation };
}

const moves = {
  capture: { from: ['authorised'], to: 'captured' },
  refund: { from: ['captured', 'settled'], to: 'refunded' },
  settle: { from: ['captured'], to: 'settled' },
} as const;

function move(authorisation: Authorisation | undefined, { operation, byHand }: Move): Outcome {
  if (!authorisation) return refusedWith('reference-unknown');
  const { from, to } = moves[operation];
  if (!from.some((state) => state === authorisation.state)) return refusedWith(`already-${authorisation.state}`);
  const { captureRefused, refundRefused } = authorisation;
  const code = { capture: captureRefused, refund: refundRefused, settle: undefined }[operation];
  return code && !byHand ? refusedWith(code) : moved(authorisation, to);
}

function refusedWith(code: string): Outcome {
  return { answer: { outcome: 'refused', code } };
}

/** Voids what is authorised; of what is captured it says so, for a refund; what isn't there never will be. */
function voidOf(authorisation: Authorisation | undefined): Outcome {
  if (!authorisation) return { answer: { outcome: 'barred' } };
  if (authorisation.state === 'authorised') return moved(authorisation, 'voided');
  return { answer: { outcome: authorisation.state, reference: authorisation.reference } };
}

function moved(authorisation: Authorisation, state: Authorisation['state']): Outcome {
  return {
    answer: { outcome: state, reference: authorisation.reference },
    authorisation: { ...authorisation, state },
  };
}
