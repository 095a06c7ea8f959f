import { expect, test } from '@jest/globals';
import { createMetrics } from '../src/metrics.ts';

test('metrics carry the prefix and the service', async () => {
  const metrics = createMetrics('orders');
  metrics.counter('events_total', 'Events said', ['type']).inc({ type: 'order.created.v1' }, 2);
  expect(await metrics.text()).toContain('order_events_events_total{type="order.created.v1",service="orders"} 2');
});

test('the same name is the same metric', () => {
  const metrics = createMetrics('orders');
  expect(metrics.counter('calls_total', 'Calls')).toBe(metrics.counter('calls_total', 'Calls'));
  expect(metrics.counter('calls_total', 'Calls')).not.toBe(createMetrics('orders').counter('calls_total', 'Calls'));
});

test('a gauge is read when it is scraped', async () => {
  const metrics = createMetrics('orders');
  let pending = 1;
  metrics.gauge('outbox_pending', 'Waiting', [], (gauge) => gauge.set(pending));
  pending = 7;
  expect(await metrics.text()).toContain('order_events_outbox_pending{service="orders"} 7');
});

test('two services in a process show its metrics once each', async () => {
  const [orders, inventory] = [createMetrics('orders'), createMetrics('inventory')];
  for (const text of [await orders.text(), await inventory.text()]) {
    expect(text.match(/^process_resident_memory_bytes /gm)).toHaveLength(1);
  }
});
