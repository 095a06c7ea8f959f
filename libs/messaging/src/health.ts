import type { QueueName } from '@order-events/contracts';
import type { CheckResult } from '@order-events/runtime';
import type { Connection } from './connection.ts';
import type { ManagedConsumer } from './consumer.ts';
import type { ManagedLive } from './live.ts';
import { LIVE } from './topology.ts';

/** Ready only while every queue this service hears has its tag; paused is ready, lost is not. */
export function consumersCheck(consumers: readonly ManagedConsumer[], lives: readonly ManagedLive[]): CheckResult {
  const lost = [
    ...consumers.filter(({ status }) => !status().live && !status().paused).map(lostAs),
    ...lives.filter(({ live }) => !live).map(lostLive),
  ];
  if (lost.length > 0) return { ok: false, detail: `lost: ${lost.join(', ')}` };
  const paused = consumers.flatMap(({ queue, status }) =>
    status().paused ? `${queue} paused: ${status().paused}` : [],
  );
  return { ok: true, ...(paused.length > 0 && { detail: paused.join('; ') }) };
}

function lostAs({ queue, status }: ManagedConsumer): string {
  return status().missing ? `${queue} (the queue is missing: ${mendMissing(queue)})` : queue;
}

function lostLive({ missing }: ManagedLive): string {
  return missing ? `${LIVE} (the exchange is missing: ${mendExchange})` : `${LIVE} (live messages come late)`;
}

export const mendExchange = 'npm run topology -- apply';

/** What an operator types. What a deleted queue held comes back from audit's log; only audit's own has no other source. */
export function mendMissing(queue: QueueName): string {
  return `npm run topology -- ${queue === 'audit' ? 'apply' : `recover ${queue}`}`;
}

/** What can't be published stays in the outbox, so a blocked or absent broker is told, and stops no one from working. */
export function publisherCheck(connection: Connection): CheckResult {
  if (!connection.model) return { ok: true, detail: 'not connected: events wait in the outbox' };
  return { ok: true, ...(connection.blocked && { detail: 'blocked by the broker: events wait in the outbox' }) };
}
