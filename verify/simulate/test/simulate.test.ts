import { expect, test } from '@jest/globals';
import { findFault } from '../src/find-faults.ts';
import { faultCalled } from '../src/planted.ts';
import { SimulatedProcess } from '../src/process.ts';
import type { Outcome } from '../src/run.ts';
import { findingsOf, simulate } from '../src/simulate.ts';
import { Timeline } from '../src/timeline.ts';

async function lives(seed: number, runs: number, plant?: string): Promise<Outcome[]> {
  const heard: Outcome[] = [];
  await simulate({ seed, runs, seconds: 300, trace: false, plant }, (outcome) => heard.push(outcome) > 0);
  return heard;
}

test('in 100 lives in which everything goes wrong, each in its own way, every promise is kept', async () => {
  const heard = await lives(1, 100);
  expect(heard).toHaveLength(100);
  // What was found, and the seed to see it again: npm run simulate -- --seed N.
  expect(heard.flatMap((outcome) => findingsOf(outcome).map((finding) => `seed ${outcome.seed}: ${finding}`))).toEqual(
    [],
  );
  expect(heard.reduce((sum, { accepted }) => sum + accepted, 0)).toBeGreaterThan(200);
  expect(heard.reduce((sum, { shipped }) => sum + shipped, 0)).toBeGreaterThan(30);
}, 180_000);

test('a seed gives the same life every time, and another seed another one', async () => {
  const [inARow, alone] = [await lives(20, 3), await lives(22, 1)];
  expect(inARow.at(-1)?.hash).toBe(alone[0]?.hash);
  expect(new Set(inARow.map(({ hash }) => hash)).size).toBe(3);
}, 60_000);

test('a fault in the product is found, and found again in the same way from its seed', async () => {
  const fault = faultCalled('settled-before-confirmed');
  const { seed, findings } = await findFault(fault, 6, 300);
  expect(findings).not.toEqual([]);
  const [again] = await lives(seed, 1, fault.name);
  expect(again && findingsOf(again)).toEqual(findings);
  expect(again?.trace.length).toBeGreaterThan(100);
}, 60_000);

test('what a dead process had begun never goes on, and what a frozen one had begun goes on later', async () => {
  const timeline = new Timeline(0);
  const happened: string[] = [];
  const [dead, frozen] = [new SimulatedProcess('dead', 'orders'), new SimulatedProcess('frozen', 'orders')];
  for (const process of [dead, frozen]) {
    timeline.within(process, 10, () => void happened.push(`${process.name} at ${timeline.now}`));
  }
  timeline.at(5, () => dead.end());
  frozen.freeze(1_000);
  frozen.freeze(500);
  expect(await timeline.until(() => happened.length === 2, 5_000)).toBe(false);
  expect(happened).toEqual(['frozen at 1000']);
});

test('what happens in one moment happens in the order in which it was asked for', async () => {
  const timeline = new Timeline(0);
  const happened: number[] = [];
  for (const number of [3, 1, 2]) timeline.at(number, () => void happened.push(number));
  for (const number of [4, 5, 6]) timeline.at(4, () => void happened.push(number));
  await timeline.until(() => false, 10);
  expect(happened).toEqual([1, 2, 3, 4, 5, 6]);
});
