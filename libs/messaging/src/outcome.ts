import { kindOf } from '@order-events/runtime';
import { EarlyError } from './errors.ts';
import { isOutage } from './outage.ts';
import type { Met } from './outages-met.ts';
import type { Schedule } from './topology.ts';

/** What becomes of a message, decided once, before the broker is told anything. */
export type Outcome =
  | { readonly kind: 'done' }
  /** A copy to a tier: `retry` with the next attempt, `early` and `pause` with the same one. */
  | { readonly kind: 'retry' | 'early'; readonly delayMs: number; readonly error: unknown }
  /** `met` is there once the outage was compared with what became of other messages. */
  | { readonly kind: 'pause'; readonly delayMs: number; readonly error: unknown; readonly met?: Met }
  | { readonly kind: 'dead'; readonly error: unknown };

export type Paused = Extract<Outcome, { readonly kind: 'pause' }>;
export type Failed = Exclude<Outcome, { readonly kind: 'done' }>;

/** How a message left this consumer. `returned`: it could not be acknowledged here, and the broker hands it out again. */
export type Processed = Outcome['kind'] | 'returned';

// Waiting makes none of these right. All else it may: 'unavailable', and a bug that a new version repairs meanwhile.
const PERMANENT: ReadonlySet<string> = new Set([
  'invalid',
  'not-found',
  'conflict',
  'gone',
  'unprocessable',
  'precondition-failed',
  'too-large',
  'unsupported-media',
  'method-not-allowed',
]);

/** What was thrown, on which attempt, under which schedule → what happens. */
export function outcomeOf(error: unknown, attempt: number, { attempts, firstDelayMs }: Schedule): Outcome {
  if (error instanceof EarlyError) return { kind: 'early', delayMs: firstDelayMs, error };
  if (isOutage(error)) return { kind: 'pause', delayMs: firstDelayMs, error };
  if (PERMANENT.has(kindOf(error) ?? '') || attempt >= attempts) return { kind: 'dead', error };
  return { kind: 'retry', delayMs: firstDelayMs * 2 ** (attempt - 1), error };
}
