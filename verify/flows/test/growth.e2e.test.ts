import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DemoCustomer } from '@order-events/demo';
import { type Document, openStore } from '@order-events/store';
import { eventually } from '@order-events/testing';
import { startWholeSystem, type WholeSystem } from '../src/whole-system.ts';

/** Every table there is. */
const tables: Readonly<Record<string, readonly string[]>> = {
  orders: ['orders', 'catalogue', 'start_marks'],
  inventory: ['products', 'reservations', 'restocks', 'start_marks'],
  payments: ['payments', 'start_marks'],
  customers: ['customers'],
  email: ['mails', 'mailbox', 'start_marks'],
  notifications: ['feed_entries', 'event_progress', 'start_marks'],
  audit: ['events', 'dead-letter-actions', 'dead-letter-turns', 'start_marks'],
};

/** What one order that is confirmed leaves; in every other table it leaves nothing. */
const ofOneOrder: Readonly<Record<string, number>> = {
  'orders orders': 1,
  'inventory reservations': 1,
  'payments payments': 1,
  'email mails': 1,
  'email mailbox': 1,
  'notifications feed_entries': 2,
  'notifications event_progress': 1,
  'audit events': 6,
};

/** No document about an order hears, or says without being heard, more than this. */
const MOST_SEEN = 12;

let whole: WholeSystem;
let ada: DemoCustomer;

beforeAll(async () => {
  whole = await startWholeSystem();
  ada = await whole.person('ada', 'ada@example.org');
  await whole.admin.call('PUT', '/api/v1/products/pen', { name: 'Pen', price: 290, currency: 'EUR', restock: 1_000 });
}, 60_000);
afterAll(() => whole?.stop());

async function documents(): Promise<Map<string, Document<unknown>[]>> {
  const all = new Map<string, Document<unknown>[]>();
  for (const [service, names] of Object.entries(tables)) {
    const store = await openStore(whole.storeUrlOf(service));
    for (const name of names) {
      const page = await (await store.collection<unknown>(name)).find('id', { limit: 1_000 });
      all.set(`${service} ${name}`, page.documents);
    }
    await store.close();
  }
  return all;
}
const sizes = async () => new Map([...(await documents())].map(([table, rows]) => [table, rows.length]));

async function ordersEnd(count: number): Promise<string[]> {
  const placed = await Promise.all(
    Array.from({ length: count }, () => ada.place([{ productId: 'pen', quantity: 1 }], 'tok_ok')),
  );
  for (const { id } of placed)
    await eventually(async () => expect((await ada.history(id)).count).toBe(ofOneOrder['audit events']), {
      timeoutMs: 20_000,
    });
  return placed.map(({ id }) => id);
}

async function grownBy(before: ReadonlyMap<string, number>): Promise<Record<string, number>> {
  const now = await sizes();
  const grown = [...now].map(([table, size]) => [table, size - (before.get(table) ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, by]) => by !== 0));
}

interface Tapped {
  readonly routing_key: string;
  readonly payload: string;
  readonly properties: object;
}

describe('tables that only grow: they', () => {
  test('grow with orders, people and products, never with messages: by a known number of rows, and by none when everything is heard twice more', async () => {
    const { management, vhost } = whole.broker;
    await management.put(`/queues/${vhost}/tap`, { durable: true });
    await management.post(`/bindings/${vhost}/e/order_events/q/tap`, { routing_key: '#' });
    await ordersEnd(2);
    const before = await sizes();
    await ordersEnd(5);
    const five = Object.fromEntries(Object.entries(ofOneOrder).map(([table, rows]) => [table, 5 * rows]));
    await eventually(async () => expect(await grownBy(before)).toEqual(five));

    const settled = await sizes();
    const take = { count: 1_000, ackmode: 'ack_requeue_false', encoding: 'auto' };
    const events = await management.post<Tapped[]>(`/queues/${vhost}/tap/get`, take);
    expect(events.length).toBeGreaterThanOrEqual(7 * 6);
    for (const _time of [1, 2])
      for (const { routing_key, payload, properties } of events)
        await management.post(`/exchanges/${vhost}/order_events/publish`, {
          ...{ routing_key, payload, properties },
          payload_encoding: 'string',
        });
    await eventually(async () => {
      const metrics = await (await fetch(`${whole.system.urls.audit}/metrics`)).text();
      const absorbed = /^order_events_audit_duplicates_total\{[^}]*\} (\d+)$/m.exec(metrics)?.[1];
      expect(Number(absorbed)).toBeGreaterThanOrEqual(2 * events.length);
    });
    // It comes behind them in every queue.
    await ordersEnd(1);
    await eventually(async () => expect(await grownBy(settled)).toEqual(ofOneOrder));
  }, 120_000);

  test('hold documents of a bounded size: outboxes are empty again, what was heard is kept once, a start leaves no mark', async () => {
    // What the last order published may be in audit's history just before its outbox entry is gone.
    const all = await eventually(async () => {
      const rows = await documents();
      expect([...rows].filter(([, held]) => held.some(({ outbox }) => outbox.length > 0))).toEqual([]);
      return rows;
    });
    for (const [table, rows] of all) {
      expect([table, Math.max(0, ...rows.map(({ seen }) => seen.length)) <= MOST_SEEN]).toEqual([table, true]);
      for (const { seen } of rows) expect(new Set(seen).size).toBe(seen.length);
      if (table.endsWith('start_marks')) expect(rows).toEqual([]);
    }
  });

  test('are all known here: a service that opens another one has to say what bounds it', async () => {
    const root = new URL('../../../', import.meta.url);
    const opened = new Set<string>();
    for (const folder of ['services', 'libs/store/src']) {
      for (const file of await readdir(new URL(`${folder}/`, root), { recursive: true })) {
        if (!file.endsWith('.ts') || /(^|\/)(test|node_modules)\//.test(file)) continue;
        const text = await readFile(new URL(`${folder}/${file}`, root), 'utf8');
        for (const [, name = ''] of text.matchAll(/\.collection<\w+>\(\s*'([^']+)'/g)) opened.add(name);
      }
    }
    expect([...opened].sort()).toEqual([...new Set(Object.values(tables).flat())].sort());
  });
});
