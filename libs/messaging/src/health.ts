import type { CheckResult } from '@order-events/runtime';
import type { Connection } from './connection.ts';
import type { ManagedConsumer } from './consumer/consumer.ts';
import type { ManagedLive } from './live.ts';
import { mendExchange, mendMissing } from './mend.ts';
import { LIVE } from './topology.ts';

/** As long as a handler or a copy may reasonably take. */
const HELD_MS = 5 * 60_000;

/**
 * Ready only while every queue of this service has a live consumer, and no message is held for minutes. Paused is ready, and
 * shown with its time.
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

function pausedAs(consumer: ManagedConsumer): string | undefined {
  const { paused, pausedSince } = consumer.status();
  return paused && `${consumer.queue} paused since ${pausedSince?.toISOString()}: ${paused}`;
}

function lostAs(consumer: ManagedConsumer): string {
  const { queue } = consumer;
  return consumer.status().missing ? `${queue} (the queue is missing: ${mendMissing(queue)})` : queue;
}

function lostLive({ missing }: ManagedLive): string {
  return missing ? `${LIVE} (the exchange is missing: ${mendExchange})` : `${LIVE} (live messages come late)`;
}

/** Events that can't be published stay in the outbox, so a blocked or absent broker is shown, and the service stays ready. */
export function publisherCheck(connection: Connection): CheckResult {
  const { trouble } = connection;
  if (!connection.model)
    return { ok: true, detail: `not connected${trouble ? ` (${trouble})` : ''}: events wait in the outbox` };
  return { ok: true, ...(connection.blocked && { detail: 'blocked by the broker: events wait in the outbox' }) };
}
