import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { startWholeSystem, type WholeSystem } from '../src/whole-system.ts';

let whole: WholeSystem;

beforeAll(async () => {
  whole = await startWholeSystem();
  await whole.admin.call('PUT', '/api/v1/products/lamp', { name: 'Lamp', price: 4990, currency: 'EUR', restock: 9 });
}, 60_000);
afterAll(() => whole?.stop());

interface Group {
  readonly queue: string;
  readonly type: string;
  readonly code: string;
  readonly count: number;
}

/** Of the local mailbox: it refuses mail to these addresses. */
async function refuseMailTo(...addresses: string[]): Promise<void> {
  const refuse = Object.fromEntries(addresses.map((address) => [address, true]));
  const authorization = `Bearer ${whole.tokenOf('root', 'admin')}`;
  const headers = { authorization, 'content-type': 'application/json' };
  await fetch(`${whole.system.urls.email}/faults`, { method: 'PUT', headers, body: JSON.stringify({ refuse }) });
}

test('a mail that was given up is found by what broke it, and sent once that is repaired', async () => {
  const ada = await whole.person('ada', 'ada@example.org');
  await refuseMailTo('ada@example.org');
  const placed = await ada.place([{ productId: 'lamp', quantity: 1 }], 'tok_ok');
  const group = await eventually(
    async () => {
      const { items } = await whole.admin.call<{ items: Group[] }>('GET', `/api/v1/dlq/groups?order=${placed.id}`);
      expect(items).toHaveLength(1);
      return items[0] as Group;
    },
    { timeoutMs: 20_000 },
  );
  expect(group).toMatchObject({ queue: 'email.priority', type: 'order.status_changed.v1', count: 1 });

  await refuseMailTo();
  const { queue, type, code } = group;
  const request = { queue, group: { type, code }, reason: 'the address is taken again', watchSeconds: 3 };
  const key = { 'idempotency-key': 'repaired' };
  const { id } = await whole.admin.call<{ id: string }>('POST', '/api/v1/dlq/replay', request, key);
  await eventually(async () => {
    const action = await whole.admin.call('GET', `/api/v1/dlq/actions/${id}`);
    expect(action).toMatchObject({ state: 'done', by: 'root', counts: { sent: 1, returned: 0 } });
  });
  expect((await whole.admin.mails(placed.id)).items).toMatchObject([{ to: 'ada@example.org' }]);
}, 60_000);
