import type { QueueName } from '@order-events/contracts';
import type { CheckResult } from '@order-events/runtime';
import type { Connection } from './connection.ts';
import type { ManagedConsumer } from './consumer.ts';
import type { ManagedLive } from './live.ts';
import { LIVE } from './topology.ts';

/** As long as a handler or a copy may reasonably take. */
const HELD_MS = 5 * 60_000;

/**
 * Ready only while every queue this service hears has its tag, and no message is held for minutes; paused is ready, and
 * says since when.
 */
export function consumersCheck(
  consumers: readonly ManagedConsumer[],
  lives: readonly ManagedLive[],
  now: Date,
): CheckResult {
  const faults = [
    ...consumers.flatMap((consumer) => faultsOf(consumer, now)),
    ...lives.filter(({ live }) => !live).map((live) => `lost: ${lostLive(live)}`),
  ];
  if (faults.length > 0) return { ok: false, detail: faults.join('; ') };
  const paused = consumers.map((consumer) => pausedAs(consumer)).filter((line) => line !== undefined);
  return { ok: true, ...(paused.length > 0 && { detail: paused.join('; ') }) };
}

function faultsOf(consumer: ManagedConsumer, now: Date): string[] {
  const { live, paused, oldest } = consumer.status();
  const held = oldest && now.getTime() - oldest.getTime() > HELD_MS;
  return [
    ...(live || paused ? [] : [`lost: ${lostAs(consumer)}`]),
    ...(held ? [`${consumer.queue} holds a message since ${oldest.toISOString()}`] : []),
  ];
}

function pausedAs({ queue, status }: ManagedConsumer): string | undefined {
  const { paused, pausedSince } = status();
  return paused && `${queue} paused since ${pausedSince?.toISOString()}: ${paused}`;
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
  const { trouble } = connection;
  if (!connection.model)
    return { ok: true, detail: `not connected${trouble ? ` (${trouble})` : ''}: events wait in the outbox` };
  return { ok: true, ...(connection.blocked && { detail: 'blocked by the broker: events wait in the outbox' }) };
}
