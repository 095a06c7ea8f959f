import { expect, test } from '@jest/globals';
import { NoBrokerError } from '../broker.ts';
import type { Guard } from '../guarded.ts';
import { KeptBroker } from '../keep-running.ts';

/** Processes that end when a test says so; `fails` starts fail. */
function aStartable({ fails = 0 } = {}) {
  const said: string[] = [];
  const ends: (() => void)[] = [];
  let toFail = 0;
  const start = async (): Promise<Guard> => {
    if (toFail-- > 0) throw new NoBrokerError('RabbitMQ did not start');
    const ended = new AbortController();
    ends.push(() => ended.abort());
    return { pids: [ends.length], ended: ended.signal, stop: async () => ended.abort() };
  };
  return {
    said,
    ends,
    failNext: () => {
      toFail = fails;
    },
    what: { start, output: 'output.log', say: (line: string) => void said.push(line) },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a broker that ends unasked is started again, with a word', async () => {
  const { what, ends, said } = aStartable();
  const kept = await KeptBroker.start(what);
  ends[0]?.();
  await settled();
  expect(kept.pids).toEqual([2]);
  expect(said).toEqual(['RabbitMQ has ended unasked: it is started again']);
  expect(kept.failed.aborted).toBe(false);
});

test('at its third end within a minute it is given up, with the reason', async () => {
  const { what, ends } = aStartable();
  const kept = await KeptBroker.start(what);
  for (const at of [0, 1, 2]) {
    ends[at]?.();
    await settled();
  }
  expect(ends).toHaveLength(3);
  expect(kept.failed.reason).toEqual(
    new NoBrokerError('RabbitMQ has ended 3 times within a minute and is not started again: see output.log'),
  );
});

test('a start that fails counts as an end', async () => {
  const { what, ends, failNext } = aStartable({ fails: 9 });
  const kept = await KeptBroker.start(what);
  failNext();
  ends[0]?.();
  await settled();
  expect(kept.failed.aborted).toBe(true);
});

test('a broker that is stopped, or let end by a test, stays down until it is asked for', async () => {
  const { what, ends, said } = aStartable();
  const kept = await KeptBroker.start(what);
  kept.letEnd();
  ends[0]?.();
  await settled();
  await kept.restart();
  await kept.stop();
  await settled();
  expect([ends.length, said]).toEqual([2, []]);
  expect(kept.failed.aborted).toBe(false);
});

test('after a restart that was asked for, it is looked after as before', async () => {
  const { what, ends } = aStartable();
  const kept = await KeptBroker.start(what);
  await kept.restart();
  ends[1]?.();
  await settled();
  expect(kept.pids).toEqual([3]);
});
