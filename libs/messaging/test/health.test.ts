import { expect, test } from '@jest/globals';
import type { ConsumerStatus, ManagedConsumer } from '../src/consumer/consumer.ts';
import { consumersCheck } from '../src/health.ts';

const now = new Date('2026-11-29T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const aConsumer = (status: ConsumerStatus) => ({ queue: 'orders', status: () => status }) as ManagedConsumer;

test.each<[string, ConsumerStatus, object]>([
  ['that works is ready', { live: true, inFlight: 3, oldest: ago(1) }, { ok: true }],
  [
    'that is paused is ready, and says since when and why',
    { live: false, inFlight: 1, paused: 'the store is down', pausedSince: ago(90) },
    { ok: true, detail: 'orders paused since 2026-11-29T10:30:00.000Z: the store is down' },
  ],
  ['that is lost is not ready', { live: false, inFlight: 0 }, { ok: false, detail: 'lost: orders' }],
  [
    'that holds a message for minutes is not ready',
    { live: true, inFlight: 1, oldest: ago(6) },
    { ok: false, detail: 'orders holds a message since 2026-11-29T11:54:00.000Z' },
  ],
  [
    'that is paused and holds another message than its trial message for minutes is not ready',
    { live: false, inFlight: 2, oldest: ago(6), paused: 'x', pausedSince: ago(9) },
    { ok: false, detail: 'orders holds a message since 2026-11-29T11:54:00.000Z' },
  ],
])('a consumer %s', (_what, status, expected) => {
  expect(consumersCheck([aConsumer(status)], [], now)).toEqual(expected);
});
