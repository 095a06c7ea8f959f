import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '@order-events/runtime';
import { openStore, type Store } from '@order-events/store';
import { eventually } from '@order-events/testing';
import type { Action, Outcome } from '../src/dead-letters/action.ts';
import { type ActionStore, openActions } from '../src/dead-letters/action-store.ts';
import type { ExclusiveQueues } from '../src/dead-letters/exclusive-queues.ts';
import { type ActionRunner, createActionRunner } from '../src/dead-letters/run-actions.ts';

let store: Store;
let actions: ActionStore;
let runner: ActionRunner;
let time: number;
const at = (ms: number) => new Date(ms).toISOString();

let failQueue: () => void;
const never = new Promise<never>((_, reject) => {
  failQueue = () => reject(new Error('the queue is away'));
});

/** Queues without any dead letter. */
const empty: ExclusiveQueues = {
  count: async () => 0,
  look: async () => [],
  withLease: (_queue, work) => work((_wanted, use) => use([])),
};

beforeEach(async () => {
  time = Date.parse('2026-11-24T10:00:00Z');
  store = await openStore('sqlite::memory:');
  actions = await openActions(store);
  const log = createLogger({ service: 'audit', level: 'error' });
  runner = createActionRunner({ actions, queues: empty, clock: () => new Date(time++), log });
});
afterEach(async () => {
  await runner.stop();
  await store.close();
});

async function left(outcomes: readonly Outcome[], chosen: Partial<Action> = {}, id = 'a-1'): Promise<string> {
  const action: Action = {
    kind: 'replay',
    queue: 'orders',
    by: 'root',
    reason: 'repaired',
    requestedAt: at(time),
    updatedAt: at(time),
    fingerprint: '',
    state: 'running',
    letters: outcomes.map((outcome, place) => ({ id: String(place), digest: '', replay: 0, outcome })),
    first: 3,
    watchMs: 1,
    ...chosen,
  };
  await actions.insert(id, action);
  return id;
}
const outcomesOf = (id: string) =>
  eventually(async () => {
    const action = await actions.get(id);
    expect(action?.state).toBe('done');
    return action?.letters.map(({ outcome }) => outcome);
  });

test('a letter that was underway and is not in the queue was sent; one that still waited is gone', async () => {
  const id = await left(['underway', 'waiting']);
  await runner.resume('all');
  expect(await outcomesOf(id)).toEqual(['sent', 'gone']);
});

test('an action behind a hundred that can’t go on is carried out, too', async () => {
  const poison = { queue: 'payments', requestedAt: at(time - 60_000) } as const;
  for (let n = 0; n < 120; n++) await left(['waiting'], poison, `poison-${n}`);
  const behind = await left(['waiting']);
  const fails: ExclusiveQueues = {
    ...empty,
    withLease: (queue, work) => (queue === 'payments' ? never : empty.withLease(queue, work)),
  };
  const log = createLogger({ service: 'audit', level: 'error' });
  const other = createActionRunner({ actions, queues: fails, clock: () => new Date(time++), log });
  await other.resume('all');
  expect(await outcomesOf(behind)).toEqual(['gone']);
  failQueue();
  await other.stop();
});

test('the same letter of a discard was discarded', async () => {
  const id = await left(['underway'], { kind: 'discard' });
  await runner.resume('all');
  expect(await outcomesOf(id)).toEqual(['discarded']);
});

test('another instance’s action is left to it until it has not continued for two minutes', async () => {
  const id = await left(['waiting']);
  await runner.resume('abandoned');
  expect((await actions.get(id))?.state).toBe('running');
  time += 121_000;
  await runner.resume('abandoned');
  expect(await outcomesOf(id)).toEqual(['gone']);
});

test.each([121_000, 86_400_000])(
  'an action recorded by a clock that was %i ms ahead is abandoned, too',
  async (ahead) => {
    const id = await left(['waiting'], { updatedAt: at(time + ahead) });
    await runner.resume('abandoned');
    expect(await outcomesOf(id)).toEqual(['gone']);
  },
);

test('a watch until tomorrow, by a clock that was ahead, lasts as long as requested', async () => {
  const id = await left(['sent'], { watchUntil: at(time + 86_400_000), watchMs: 5 });
  await runner.resume('all');
  expect(await outcomesOf(id)).toEqual(['sent']);
});
