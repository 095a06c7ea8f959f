import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Status } from '@order-events/contracts';
import { eventually, TEST_ISSUER, TEST_SECRET, testKeys } from '@order-events/testing';
import { startWholeSystem, type WholeSystem } from '../src/whole-system.ts';

const stored = join(import.meta.dirname, 'stored-before');
const orders: { cancelled: string; captured: string; asked: string; placed: string[] } = JSON.parse(
  await readFile(join(stored, 'orders.json'), 'utf8'),
);
const secrets = { ACCESS_TOKEN_SECRET: TEST_SECRET, ISSUER: TEST_ISSUER, EVENT_SIGNING_KEYS: testKeys() };
const slow = { timeoutMs: 60_000 };

let whole: WholeSystem;
beforeAll(async () => {
  whole = await startWholeSystem({}, { secrets, fill });
}, 60_000);
afterAll(() => whole?.stop());

async function fill(folder: string): Promise<void> {
  for (const name of (await readdir(stored)).filter((each) => each.endsWith('.gz')))
    await writeFile(join(folder, name.replace('.gz', '')), gunzipSync(await readFile(join(stored, name))));
}

test('orders that an earlier version left open end as they should, and no unit and no money is lost', async () => {
  const ada = await whole.person('ada');
  const statusOf = async (id: string) => (await ada.order(id)).status;
  const stageOf = async (id: string) =>
    (await whole.admin.call<{ stage: string }>('GET', `/api/v1/payments/${id}`)).stage;

  for (const id of [...orders.placed, orders.asked]) {
    await eventually(async () => expect(await statusOf(id)).toBe(Status.Confirmed), slow);
    await eventually(async () => expect(await stageOf(id)).toBe('captured'), slow);
    await eventually(async () => expect((await whole.admin.mails(id)).items).toHaveLength(1), slow);
  }
  expect(await statusOf(orders.cancelled)).toBe(Status.Cancelled);
  await eventually(async () => expect(await stageOf(orders.cancelled)).toBe('refunded'), slow);
  await eventually(async () => expect((await whole.admin.mails(orders.cancelled)).items).toHaveLength(2), slow);
  expect([await statusOf(orders.captured), await stageOf(orders.captured)]).toEqual([Status.Confirmed, 'captured']);
  expect((await whole.admin.mails(orders.captured)).items).toHaveLength(1);
  await eventually(async () =>
    expect(await whole.admin.call('GET', '/api/v1/products/pen')).toMatchObject({ available: 96, reserved: 4 }),
  );
}, 120_000);
