import { describe, expect, test } from '@jest/globals';
import type { Backlog } from '../src/collection.ts';
import { watchOutbox } from '../src/outbox-watch.ts';

const now = Date.parse('2030-01-01T12:00:00.000Z');
const at = (ms: number) => new Date(now + ms).toISOString();

function watched(first: Backlog) {
  const gauges = new Map<string, (gauge: { set(value: number): void }) => Promise<void>>();
  let check: (() => Promise<{ ok: boolean; detail?: string }>) | undefined;
  let elapsed = 0;
  let backlog: () => Promise<Backlog> = async () => first;
  watchOutbox(
    { backlog: () => backlog() },
    {
      metrics: { gauge: (name, _help, _labels, collect) => void gauges.set(name, collect) },
      health: {
        add: (_name, added) => {
          check = added;
        },
      },
      clock: () => new Date(now),
      monotonic: () => elapsed,
    },
  );
  return {
    ready: () => check?.(),
    gauge: async (name: string) => {
      let shown: number | undefined;
      await gauges.get(name)?.({
        set: (value) => {
          shown = value;
        },
      });
      return shown;
    },
    becomes: (next: () => Promise<Backlog>) => {
      backlog = next;
    },
    pass: (ms: number) => {
      elapsed += ms;
    },
  };
}

describe('what the outboxes hold', () => {
  test('is nothing: ready', async () => {
    const { ready, gauge } = watched({ documents: 0 });
    expect(await ready()).toEqual({ ok: true });
    expect([await gauge('outbox_documents'), await gauge('outbox_oldest_seconds')]).toEqual([0, 0]);
  });

  test('is counted as stored, with the age of the oldest event', async () => {
    const { ready, gauge } = watched({ documents: 7, oldestAt: at(-170_000) });
    expect([await gauge('outbox_documents'), await gauge('outbox_oldest_seconds')]).toEqual([7, 170]);
    expect(await ready()).toEqual({ ok: true, detail: 'events of 7 documents wait, the oldest for 170 s' });
  });

  test('is too old after three minutes: not ready', async () => {
    const { ready } = watched({ documents: 1, oldestAt: at(-181_000) });
    expect(await ready()).toMatchObject({ ok: false, detail: expect.stringContaining('the oldest for 181 s') });
  });

  test('from tomorrow waits from when it was first seen, whatever the clock says', async () => {
    const { ready, gauge, pass } = watched({ documents: 1, aheadAt: at(86_400_000) });
    expect(await ready()).toMatchObject({ ok: true });
    pass(181_000);
    expect(await gauge('outbox_oldest_seconds')).toBe(181);
    expect(await ready()).toMatchObject({ ok: false });
  });

  test('from tomorrow is no old event when it is another one each time', async () => {
    const { ready, pass, becomes } = watched({ documents: 1, aheadAt: at(86_400_000) });
    await ready();
    pass(181_000);
    becomes(async () => ({ documents: 1, aheadAt: at(86_500_000) }));
    expect(await ready()).toMatchObject({ ok: true });
  });

  test('of both kinds waits as long as the older of them', async () => {
    const { gauge, pass, ready } = watched({ documents: 2, oldestAt: at(-60_000), aheadAt: at(1_000) });
    await ready();
    pass(30_000);
    expect(await gauge('outbox_oldest_seconds')).toBe(60);
    pass(300_000);
    expect(await gauge('outbox_oldest_seconds')).toBe(330);
  });

  test('is unknown while the store does not answer: no number, and not ready', async () => {
    const { ready, gauge, becomes } = watched({ documents: 0 });
    becomes(() => Promise.reject(new Error('the store is away')));
    expect(await gauge('outbox_documents')).toBeNaN();
    expect(await gauge('outbox_oldest_seconds')).toBeNaN();
    await expect(ready()).rejects.toThrow('the store is away');
  });
});
