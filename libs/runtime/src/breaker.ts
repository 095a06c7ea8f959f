import CircuitBreaker from 'opossum';
import { type BreakerStatus, watchCircuit } from './breaker-status.ts';
import { kindOf, ServiceError } from './errors.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface BreakerOptions<A extends unknown[], T> {
  /** What is called, as it appears in codes and metrics: 'payment-provider'. */
  readonly name: string;
  readonly call: (...args: A) => Promise<T>;
  /** A call that takes longer is the dependency's fault. */
  readonly timeoutMs: number;
  /** Whose fault a failure is: by default the dependency's, unless the error is of another kind than `unavailable`. */
  readonly isFault?: (error: unknown) => boolean;
  /** Whether nobody is there at all: no other call need find that out. */
  readonly isAbsence?: (error: unknown) => boolean;
  /** How long it stays open before one call may try (default 5 s). */
  readonly retryAfterMs?: number | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * Keeps calls away from a dependency that doesn't answer. Opens when, of at least 3 calls that ended in the last
 * minute, half failed by the dependency's fault, or three in a row did: however well a busy minute went before, an
 * outage is noticed before it has cost a message all its attempts. At once when nobody is there.
 */
export interface Breaker<A extends unknown[] = unknown[], T = unknown> extends BreakerStatus {
  /** Faults reject as ServiceError `unavailable`; DependencyDownError when this one opened the breaker or found it open. */
  fire(...args: A): Promise<T>;
  stop(): void;
}

/** Not this call's bad luck: the dependency is down for everyone. A consumer pauses on it until the breaker half-opens. */
export class DependencyDownError extends ServiceError {
  readonly #breaker: BreakerStatus;

  constructor(breaker: BreakerStatus, retryAfterSeconds: number, cause?: unknown) {
    super('unavailable', `${breaker.name}-down`, `${breaker.name} is not available at the moment`, {
      cause,
      retryAfterSeconds,
    });
    this.#breaker = breaker;
  }

  /** A getter of a private field, so that logs don't print it. */
  get breaker(): BreakerStatus {
    return this.#breaker;
  }
}

export function createBreaker<A extends unknown[], T>(options: BreakerOptions<A, T>): Breaker<A, T> {
  const { name, call, timeoutMs, isFault = isDependencysFault, isAbsence = () => false } = options;
  const { retryAfterMs = 5_000, metrics, log } = options;
  const calls = metrics.counter('breaker_calls_total', 'Calls through a breaker', ['name', 'outcome']);
  const circuit = new CircuitBreaker(call, {
    name,
    timeout: timeoutMs,
    resetTimeout: retryAfterMs,
    rollingCountTimeout: 60_000,
    rollingCountBuckets: 12,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    errorFilter: (error: unknown) => !isFault(error) && !isTimeout(error),
    // Its own rule also counts calls that still run or were turned away, so the breaker would open late: see below.
    volumeThreshold: Number.MAX_SAFE_INTEGER,
  });
  let inARow = 0;
  circuit.on('success', () => {
    inARow = 0;
  });
  circuit.on('failure', (error) => {
    const { failures, successes } = circuit.stats;
    inARow += 1;
    const half = failures + successes >= 3 && failures >= successes;
    if (half || Math.min(inARow, failures) >= 3 || isAbsence(error)) circuit.open();
  });
  const status = watchCircuit(circuit, name, metrics, log);

  async function fire(...args: A): Promise<T> {
    if (status.state === 'open') throw turnedAway();
    try {
      const result = await circuit.fire(...args);
      calls.inc({ name, outcome: 'ok' });
      return result;
    } catch (error) {
      throw refusal(error);
    }
  }

  function turnedAway(cause?: unknown): ServiceError {
    calls.inc({ name, outcome: 'turned-away' });
    return new DependencyDownError(status, retryAfterMs / 1000, cause);
  }

  function refusal(error: unknown): unknown {
    const late = isTimeout(error);
    if (isOurs(error) && !late) return turnedAway(error);
    const fault = late || isFault(error);
    calls.inc({ name, outcome: fault ? 'fault' : 'refused' });
    if (!fault) return error;
    if (status.state === 'open') return new DependencyDownError(status, retryAfterMs / 1000, error);
    if (kindOf(error) === 'unavailable') return error;
    const [code, did] = late
      ? ['timeout', `did not answer within ${timeoutMs} ms`]
      : ['failed', 'did not answer as it should'];
    return new ServiceError('unavailable', `${name}-${code}`, `${name} ${did}`, { cause: error });
  }

  return Object.assign(status, { fire, stop: () => circuit.shutdown() });
}

function isDependencysFault(error: unknown): boolean {
  const kind = kindOf(error);
  return kind === undefined || kind === 'unavailable';
}

// The breaker's own errors: open, shut down, or timed out.
function isOurs(error: unknown): boolean {
  return error instanceof Error && CircuitBreaker.isOurError(error);
}

function isTimeout(error: unknown): boolean {
  return isOurs(error) && (error as { code?: unknown }).code === 'ETIMEDOUT';
}
