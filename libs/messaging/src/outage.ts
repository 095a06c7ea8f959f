import { type Breaker, DependencyDownError } from '@order-events/runtime';
import { reasonOf } from './reason-of.ts';

/**
 * Whether an error is everyone's and no message's own: the breaker that the handler needs is open, or the store is down
 * (such errors say `outage: true`). It costs no attempt; the consumer pauses.
 */
export function isOutage(error: unknown): boolean {
  return error instanceof DependencyDownError || (error as { outage?: unknown } | null | undefined)?.outage === true;
}

/** Why it pauses, for operators: what the breaker has seen last, too. */
export function whyPaused(error: unknown): string {
  const seen = error instanceof DependencyDownError ? error.breaker.reason : undefined;
  return seen === undefined ? reasonOf(error) : `${reasonOf(error)}: ${seen}`;
}

/** Resolves when trying again makes sense: after a while, and not while the breaker is open. */
export async function mayBeOver(error: unknown, aWhile: Promise<void>, over: AbortSignal): Promise<void> {
  await aWhile;
  if (error instanceof DependencyDownError) await noLongerOpen(error.breaker, over);
}

type Watched = Pick<Breaker, 'state' | 'on'>;

async function noLongerOpen(breaker: Watched, over: AbortSignal): Promise<void> {
  if (breaker.state !== 'open' || over.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const changed = () => resolve();
  const offs = [breaker.on('half-open', changed), breaker.on('closed', changed)];
  over.addEventListener('abort', changed);
  await promise;
  over.removeEventListener('abort', changed);
  for (const off of offs) off();
}
