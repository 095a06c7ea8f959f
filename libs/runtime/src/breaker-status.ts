import type { EventEmitter } from 'node:events';
import type { Logger } from './logger.ts';
import { maskText } from './mask.ts';
import type { Metrics } from './metrics.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerStatus {
  readonly name: string;
  readonly state: BreakerState;
  /** What went wrong last, for operators, while it is not closed. */
  readonly reason?: string | undefined;
  /** Returns the function that takes the listener away again. */
  on(state: BreakerState, listener: () => void): () => void;
}

type Circuit = EventEmitter & Readonly<Record<'opened' | 'halfOpen', boolean>>;

/**
 * What can be seen of a circuit from outside: its state, as a property and a metric, and in the log one line for each reason why it is
 * open, and one for its recovery. A try that fails as before is no news.
 */
export function watchCircuit(circuit: Circuit, name: string, metrics: Metrics, log: Logger): BreakerStatus {
  let reason: string | undefined;
  circuit.prependListener('failure', (error: unknown) => {
    reason = maskText(error instanceof Error ? error.message : String(error));
  });
  const gauge = metrics.gauge('breaker_state', 'State of a breaker: 0 closed, 1 half-open, 2 open', ['name']);
  const events = { closed: 'close', 'half-open': 'halfOpen', open: 'open' } as const;
  const value = { closed: 0, 'half-open': 1, open: 2 } as const;
  gauge.set({ name }, value.closed);
  // Every message that waits for it listens.
  circuit.setMaxListeners(0);
  const status: BreakerStatus = {
    name,
    get state() {
      return circuit.opened ? 'open' : circuit.halfOpen ? 'half-open' : 'closed';
    },
    get reason() {
      return status.state === 'closed' ? undefined : reason;
    },
    on(state, listener) {
      circuit.on(events[state], listener);
      return () => void circuit.off(events[state], listener);
    },
  };
  for (const state of ['closed', 'half-open', 'open'] as const)
    status.on(state, () => gauge.set({ name }, value[state]));
  tellOutages(status, log);
  return status;
}

function tellOutages(status: BreakerStatus, log: Logger): void {
  const { name: breaker } = status;
  const told = new Set<string | undefined>();
  let since = 0;
  status.on('open', () => {
    if (told.size === 0) since = performance.now();
    if (told.has(status.reason)) return;
    told.add(status.reason);
    log.warn('breaker opened', { breaker, reason: status.reason });
  });
  status.on('closed', () => {
    const seconds = Math.round((performance.now() - since) / 1_000);
    if (told.size > 0) log.info('breaker closed', { breaker, seconds });
    told.clear();
  });
}
