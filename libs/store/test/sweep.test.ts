import { expect, test } from '@jest/globals';
import { createSweep } from '../src/sweep.ts';
import { quiet, recorder, until } from './harness.ts';

test('every job runs again and again, from soon after the start until the stop', async () => {
  let runs = 0;
  const sweep = createSweep({ jobs: [async () => void runs++], log: quiet, everyMs: 5 });
  sweep.start();
  await until(() => runs >= 3);
  await sweep.stop();
  const atStop = runs;
  await sweep.runNow();
  expect(runs).toBe(atStop + 1);
});

test('a job that fails is logged, runs again and disturbs no other', async () => {
  const log = recorder();
  let failed = 0;
  let others = 0;
  const failing = async () => {
    failed += 1;
    throw new Error('no');
  };
  const sweep = createSweep({ jobs: [failing, async () => void others++], log, everyMs: 2 });
  sweep.start();
  await until(() => failed > 1 && others > 1);
  await sweep.stop();
  expect(log.lines[0]).toBe('error sweep job failed');
});

test('a job that hangs keeps no other from running, and is never run twice at once', async () => {
  const hanging = Promise.withResolvers<void>();
  let hung = 0;
  let others = 0;
  const hang = () => {
    hung += 1;
    return hanging.promise;
  };
  const sweep = createSweep({ jobs: [hang, async () => void others++], log: quiet, everyMs: 2 });
  sweep.start();
  await until(() => others > 3);
  const joined = sweep.runNow();
  expect(hung).toBe(1);
  hanging.resolve();
  await joined;
  await sweep.stop();
});

test('stop waits for the job that is running', async () => {
  const job = Promise.withResolvers<void>();
  const sweep = createSweep({ jobs: [() => job.promise], log: quiet });
  void sweep.runNow();
  const stopped = sweep.stop().then(() => 'stopped');
  const aTurnLater = new Promise((resolve) => setImmediate(() => resolve('waiting')));
  expect(await Promise.race([stopped, aTurnLater])).toBe('waiting');
  job.resolve();
  expect(await stopped).toBe('stopped');
});
