import { expect, test } from '@jest/globals';
import { holds } from '../src/proof.ts';
import { prove } from '../src/prove.ts';

test('killed at ten steps, with the broker frozen and killed: nothing is lost or doubled, and planted faults are found', async () => {
  const told: string[] = [];
  const seed = Date.now() % 1_000_000;
  const proof = await prove({ seed, form: 'short', lanes: 1, until: 0, only: [], say: (line) => void told.push(line) });
  // What was found, and the seed to find it again, should it fail.
  if (!holds(proof)) throw new Error(`seed ${seed}\n${told.join('\n')}`);
  const [outcome] = proof.outcomes;
  expect(outcome?.counts.accepted).toBeGreaterThan(20);
  expect(outcome?.counts.kills).toBeGreaterThanOrEqual(9);
  expect(outcome?.counts.brokerKills).toBe(1);
  expect(outcome?.counts.done).toBe(outcome?.counts.published);
  process.stdout.write(`${told.filter((line) => line.includes('accepted')).join('\n')}\n`);
}, 600_000);
