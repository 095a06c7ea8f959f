import { expect, test } from '@jest/globals';
import { createHealth } from '../src/health.ts';

test('it is ready when every check is ok', async () => {
  const health = createHealth();
  health.add('store', () => ({ ok: true }));
  health.add('consumer', async () => ({ ok: true, detail: 'paused' }));
  expect(await health.report()).toEqual({
    status: 'ready',
    checks: { store: { ok: true }, consumer: { ok: true, detail: 'paused' } },
  });
});

test('a check that fails, throws or never answers makes it not ready, and says which', async () => {
  const health = createHealth({ timeoutMs: 10 });
  health.add('consumer', () => ({ ok: false, detail: 'lost' }));
  health.add('store', () => {
    throw new Error('mongodb://admin:pw@db:27017 is gone');
  });
  health.add('broker', () => new Promise(() => undefined));
  expect(await health.report()).toEqual({
    status: 'not-ready',
    checks: {
      consumer: { ok: false, detail: 'lost' },
      store: { ok: false, detail: 'mongodb://(credentials)@db:27017 is gone' },
      broker: { ok: false, detail: 'no answer within 10 ms' },
    },
  });
});

test('draining is not ready, however well it is', async () => {
  const health = createHealth();
  health.add('store', () => ({ ok: true }));
  health.drain();
  expect((await health.report()).status).toBe('draining');
});
