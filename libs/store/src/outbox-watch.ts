import type { Relay } from './relay.ts';

/** What it asks of a service's metrics and health. */
export interface OutboxReports {
  readonly metrics: {
    gauge(
      name: string,
      help: string,
      labels: [],
      collect: (gauge: { set(value: number): void }) => Promise<void>,
    ): void;
  };
  readonly health: { add(name: string, check: () => Promise<{ ok: boolean; detail?: string }>): void };
}

export interface OutboxWatchOptions extends OutboxReports {
  /** Tells how long an event waits; the system's clock. */
  readonly clock?: () => Date;
  /** Milliseconds that no setting of a clock changes; performance.now(). */
  readonly monotonic?: () => number;
}

/** So long an event may wait for the broker; then the service is not ready. */
export const MOST_WAIT_MS = 3 * 60_000;

/**
 * Shows what the stored outboxes hold: metrics `outbox_documents` and `outbox_oldest_seconds` (NaN while the store
 * doesn't answer), and readiness `outbox`, not ok while an event waits beyond 3 minutes. An event that a wrong clock
 * dated ahead counts from when it was first seen here.
 */
export function watchOutbox(relay: Pick<Relay, 'backlog'>, options: OutboxWatchOptions): void {
  const { metrics, health, clock = () => new Date(), monotonic = () => performance.now() } = options;
  const waiting = new WaitingEvents(relay, clock, monotonic);
  const shown = (of: (found: Waiting) => number) => waiting.look().then(of, () => Number.NaN);

  metrics.gauge('outbox_documents', 'Documents with events that wait for the broker, as stored', [], async (gauge) =>
    gauge.set(await shown(({ documents }) => documents)),
  );
  metrics.gauge('outbox_oldest_seconds', 'How long the oldest stored event waits for the broker', [], async (gauge) =>
    gauge.set(await shown(({ waitedMs }) => waitedMs / 1_000)),
  );
  health.add('outbox', async () => {
    const { documents, waitedMs } = await waiting.look();
    if (documents === 0) return { ok: true };
    const seconds = Math.round(waitedMs / 1_000);
    return {
      ok: waitedMs <= MOST_WAIT_MS,
      detail: `events of ${documents} documents wait, the oldest for ${seconds} s`,
    };
  });
}

interface Waiting {
  readonly documents: number;
  /** Of the event that waits longest, in milliseconds. */
  readonly waitedMs: number;
}

/** What waits for the broker, and for how long as this process measures. */
class WaitingEvents {
  readonly #relay: Pick<Relay, 'backlog'>;
  readonly #clock: () => Date;
  readonly #monotonic: () => number;
  /** The event dated ahead, and when it was first seen. */
  #ahead: { readonly at: string; readonly since: number } | undefined;

  constructor(relay: Pick<Relay, 'backlog'>, clock: () => Date, monotonic: () => number) {
    this.#relay = relay;
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  async look(): Promise<Waiting> {
    const { documents, oldestAt, aheadAt } = await this.#relay.backlog();
    if (aheadAt === undefined) this.#ahead = undefined;
    else if (aheadAt !== this.#ahead?.at) this.#ahead = { at: aheadAt, since: this.#monotonic() };
    const waits = [
      ...(oldestAt === undefined ? [] : [this.#clock().getTime() - Date.parse(oldestAt)]),
      ...(this.#ahead ? [this.#monotonic() - this.#ahead.since] : []),
    ];
    return { documents, waitedMs: Math.max(0, ...waits) };
  }
}
