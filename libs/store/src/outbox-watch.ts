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
  readonly clock?: () => Date;
  /** Milliseconds that no setting of a clock changes. */
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
  let ahead: { readonly at: string; readonly since: number } | undefined;

  async function look(): Promise<{ documents: number; waitedMs: number }> {
    const { documents, oldestAt, aheadAt } = await relay.backlog();
    if (aheadAt === undefined) ahead = undefined;
    else if (aheadAt !== ahead?.at) ahead = { at: aheadAt, since: monotonic() };
    const waits = [
      ...(oldestAt === undefined ? [] : [clock().getTime() - Date.parse(oldestAt)]),
      ...(ahead ? [monotonic() - ahead.since] : []),
    ];
    return { documents, waitedMs: Math.max(0, ...waits) };
  }

  const shown = (of: (found: { documents: number; waitedMs: number }) => number) => look().then(of, () => Number.NaN);

  metrics.gauge('outbox_documents', 'Documents with events that wait for the broker, as stored', [], async (gauge) =>
    gauge.set(await shown(({ documents }) => documents)),
  );
  metrics.gauge('outbox_oldest_seconds', 'How long the oldest stored event waits for the broker', [], async (gauge) =>
    gauge.set(await shown(({ waitedMs }) => waitedMs / 1_000)),
  );
  health.add('outbox', async () => {
    const { documents, waitedMs } = await look();
    if (documents === 0) return { ok: true };
    const seconds = Math.round(waitedMs / 1_000);
    return {
      ok: waitedMs <= MOST_WAIT_MS,
      detail: `events of ${documents} documents wait, the oldest for ${seconds} s`,
    };
  });
}
