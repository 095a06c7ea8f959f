import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { orderCreated } from '@order-events/contracts';
import { anOrder, eventually, type Surroundings, startSurroundings } from '@order-events/testing';

const prefetch = 20;
let around: Surroundings;
let folder: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  around = await startSurroundings('inventory');
  folder = await mkdtemp(join(tmpdir(), 'shutdown-'));
  await writeFile(join(folder, 'notes'), '');
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await around.stop();
  await rm(folder, { recursive: true });
});

async function say(count: number): Promise<string[]> {
  const orders = Array.from({ length: count }, () => anOrder());
  await Promise.all(orders.map((order) => around.publish(orderCreated({ order }), { subject: order.id })));
  return orders.map(({ id }) => id);
}

function run(env: Record<string, string> = {}): ChildProcess {
  child = spawn(process.execPath, [join(import.meta.dirname, '../src/stopped-service.ts')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...around.env,
      PATH: process.env.PATH,
      NOTES: join(folder, 'notes'),
      ...env,
    },
  });
  return child;
}

/** What was noted so far, as words. */
async function notes(what: 'begun' | 'done'): Promise<string[][]> {
  const lines = (await readFile(join(folder, 'notes'), 'utf8')).trim().split('\n');
  return lines.map((line) => line.split(' ')).filter(([word]) => word === what);
}
const countOf = async (what: 'begun' | 'done') => (await notes(what)).length;

describe('shutdown: a stop under load', () => {
  test('loses nothing, finishes what has begun and gives back the rest: none is done twice, and no more than were in hand are handed out again', async () => {
    const ids = await say(400);
    const first = run();
    await eventually(async () => expect(await countOf('done')).toBeGreaterThan(40));
    first.kill('SIGTERM');
    const [code] = await once(first, 'exit');
    expect(code).toBe(0);
    const byFirst = await countOf('done');
    expect(byFirst).toBeLessThan(ids.length);
    expect(await countOf('begun')).toBe(byFirst);

    const second = run();
    await eventually(async () => expect(await countOf('done')).toBeGreaterThanOrEqual(ids.length));
    second.kill('SIGTERM');
    await once(second, 'exit');
    expect((await notes('done')).map(([, id]) => id).sort()).toEqual([...ids].sort());
    const again = (await notes('begun')).filter(([, , how]) => how === 'again').length;
    expect(again).toBeLessThanOrEqual(prefetch);
  }, 60_000);

  test('is cut short by a second signal: what ran is not acknowledged, and is done by the next', async () => {
    const ids = await say(3);
    const stuck = run({ STUCK: 'yes' });
    await eventually(async () => expect(await countOf('begun')).toBeGreaterThanOrEqual(1));
    stuck.kill('SIGTERM');
    stuck.kill('SIGINT');
    const [code] = await once(stuck, 'exit');
    expect(code).toBe(1);
    expect(await countOf('done')).toBe(0);

    const next = run();
    await eventually(async () => expect((await notes('done')).map(([, id]) => id).sort()).toEqual([...ids].sort()));
    next.kill('SIGTERM');
    await once(next, 'exit');
    expect((await notes('begun')).filter(([, , how]) => how === 'again').length).toBeGreaterThanOrEqual(1);
  }, 60_000);
});
